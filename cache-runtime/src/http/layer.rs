//! The layer, and everything that it can be told.

use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;
use tower_layer::Layer;

use super::decide::policy::{Allowance, Policy};
use super::decide::report;
use super::service::CacheService;
use super::store::{Room, Shelf};
use crate::stats::Stats;

/// A layer keeps so many bytes unless it is told otherwise.
const ROOM: Room = Room::Bytes(64 << 20);

/// A response cache for any tower service.
///
/// It stores complete, successful answers to GET and HEAD that nothing forbids to share, by host, path, sorted query and
/// the request headers that `Vary` names; what is requested many times at once is computed once. Everything else passes
/// through. It answers `If-None-Match` and `If-Modified-Since` with `304 Not Modified`, and says what it has done in
/// `Cache-Status` (RFC 9211).
///
/// # What is stored
///
/// - Statuses 2xx, but for 206. Not with `Cache-Control: no-store`, `no-cache` or `private`; not with `Set-Cookie`; not
///   with `Vary: *`; not longer than the [body limit](Self::body_limit), nor bodies without an end such as
///   `text/event-stream`.
/// - For `s-maxage`, `max-age` or until `Expires`, less the `Age` that the answer comes with; for the layer's timeout
///   if it says nothing. Then `stale-while-revalidate` and `stale-if-error`, if the answer has them.
/// - A request with `Authorization` is neither answered from the cache nor stored. A request with `Cookie` never gets
///   what was stored for requests without; its answer is stored if it says `public` or `s-maxage`, or varies by `Cookie`.
///
/// What a request says in `Cache-Control` does not count, but for `only-if-cached`: a client cannot send every request
/// through. [`honour_request_directives`](Self::honour_request_directives) changes that.
///
/// # What drops it
///
/// A POST, PUT, PATCH or DELETE to the same path that passes the layer and succeeds;
/// [`invalidate_route`](crate::invalidate_route) with the path; the invalidation of a cached function that the handler
/// has called, or of a label of one. Where processes share a store, the same in another process drops it within a second
/// and the time of one operation of the store; while the store is down, answers are not kept.
///
/// # Bodies
///
/// An answer that may be stored is read to its end, or to the limit, before it is sent; past the limit it is sent as it
/// comes, without loss. An answer without an end needs `X-Accel-Buffering: no` or `Cache-Control: no-store`.
///
/// # Order
///
/// Outside of layers that change answers by the request (compression), it keeps what they made and needs their `Vary`;
/// inside of them, it keeps the plain answer. It stands inside of layers that tell users apart.
///
/// ```
/// use std::time::Duration;
/// use cache_runtime::http::CacheLayer;
///
/// let pages = CacheLayer::new(Duration::from_secs(60)).name("pages");
/// assert_eq!(pages.stats().calls(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct CacheLayer {
    pub(crate) shelf: Arc<Shelf>,
}

impl CacheLayer {
    /// A cache that keeps answers which name no lifetime for this long; zero is until they are dropped.
    #[must_use]
    #[track_caller]
    pub fn new(timeout: Duration) -> Self {
        let (policy, name) = (Policy::new(timeout), report::name("cache-runtime"));
        Self {
            shelf: Arc::new(Shelf::new(policy, name, ROOM, Location::caller())),
        }
    }

    /// Keeps no answer for longer than this, whatever it says.
    #[must_use]
    pub fn max_timeout(self, timeout: Duration) -> Self {
        self.told(|policy| policy.max_timeout = timeout)
    }

    /// Gives answers out for this long after their time, while one refresh runs, if they say nothing themselves.
    #[must_use]
    pub fn stale_while_revalidate(self, window: Duration) -> Self {
        self.told(|policy| policy.stale_while_revalidate = window)
    }

    /// Gives answers out for this long after their time, where the handler fails: with 500, 502, 503 or 504, an error or
    /// a panic; if they say nothing themselves.
    #[must_use]
    pub fn stale_if_error(self, window: Duration) -> Self {
        self.told(|policy| policy.stale_if_error = window)
    }

    /// Stores no body that is longer; 2 MiB unless it is set.
    #[must_use]
    pub fn body_limit(self, bytes: usize) -> Self {
        self.told(|policy| policy.body_limit = bytes)
    }

    /// Keeps at most so many bytes, with headers and keys; 64 MiB unless it is set.
    ///
    /// # Panics
    ///
    /// If it is zero.
    #[must_use]
    pub fn max_bytes(self, bytes: u64) -> Self {
        assert!(bytes > 0, "`max_bytes` is 0; give at least 1");
        self.made(|shelf| shelf.room = Room::Bytes(bytes))
    }

    /// Keeps at most so many answers, in the place of a bound on bytes.
    ///
    /// # Panics
    ///
    /// If it is zero.
    #[must_use]
    pub fn max_entries(self, entries: usize) -> Self {
        assert!(entries > 0, "`max_entries` is 0; give at least 1");
        self.made(|shelf| shelf.room = Room::Entries(entries))
    }

    /// Sets the name that the layer has in `Cache-Status`; `cache-runtime` unless it is set.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        self.made(|shelf| shelf.name = report::name(name))
    }

    /// Takes requests that differ in their query for the same.
    #[must_use]
    pub fn ignore_query(self) -> Self {
        self.told(|policy| policy.allow(Allowance::AnyQuery))
    }

    /// Makes a header of the request part of every key, whether the answer varies by it or not.
    ///
    /// With `cookie` or `authorization`, every user has answers of their own, and the rules about users do not apply.
    ///
    /// # Panics
    ///
    /// If it is not the name of a header.
    #[must_use]
    pub fn vary_by(self, header: &str) -> Self {
        let name = HeaderName::from_bytes(header.as_bytes());
        let name = name.unwrap_or_else(|_| panic!("`{header}` is not the name of a header"));
        self.told(|policy| policy.key_headers.push(name))
    }

    /// Stores answers with `Set-Cookie`: everybody gets the cookie of the first.
    #[must_use]
    pub fn store_set_cookie(self) -> Self {
        self.told(|policy| policy.allow(Allowance::SetCookie))
    }

    /// Stores answers to requests with `Authorization` where RFC 9111, section 3.5 allows it: if they say `public`,
    /// `s-maxage` or `must-revalidate`, or vary by it.
    #[must_use]
    pub fn store_authorized(self) -> Self {
        self.told(|policy| policy.allow(Allowance::Authorized))
    }

    /// Says that no page depends on a cookie that it does not vary by: requests with `Cookie` are like others.
    #[must_use]
    pub fn ignore_cookies(self) -> Self {
        self.told(|policy| policy.allow(Allowance::Cookies))
    }

    /// Lets the requests' own directives count: `no-cache`, `no-store`, `max-age`, `min-fresh`, `max-stale` and
    /// `Pragma: no-cache`. Any client can then send every request through to the handler.
    #[must_use]
    pub fn honour_request_directives(self) -> Self {
        self.told(|policy| policy.allow(Allowance::RequestDirectives))
    }

    /// Drops what is kept for a path, for every host, query and variant; answers how many keys that were.
    #[expect(clippy::must_use_candidate, reason = "an invalidation may be ignored")]
    pub fn invalidate(&self, path: &str) -> usize {
        self.shelf.invalidate(path)
    }

    /// Drops everything; answers how much that was.
    #[expect(clippy::must_use_candidate, reason = "an invalidation may be ignored")]
    pub fn clear(&self) -> usize {
        self.shelf.clear()
    }

    /// What the layer has done in this process.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.shelf.stats()
    }

    fn told(self, tell: impl FnOnce(&mut Policy)) -> Self {
        self.made(|shelf| tell(&mut shelf.policy))
    }

    /// A layer with answers of its own: what others keep was stored under other rules.
    fn made(self, change: impl FnOnce(&mut Shelf)) -> Self {
        let mut own = self.shelf.like_new();
        change(&mut own);
        Self {
            shelf: Arc::new(own),
        }
    }
}

impl<S> Layer<S> for CacheLayer {
    type Service = CacheService<S>;

    fn layer(&self, inner: S) -> CacheService<S> {
        CacheService::new(inner, Arc::clone(&self.shelf))
    }
}
