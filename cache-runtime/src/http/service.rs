//! The service: answers at once what it can, lets pass what it must, and leaves the rest to [`fetch`](super::fetch).

use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::{CONTENT_LOCATION, HOST, HeaderMap, HeaderValue, LOCATION};
use http::{Request, Response, StatusCode, Uri};
use tower_service::Service;

use super::body::Body;
use super::decide::asking::{Asked, Bypass, Terms, ask};
use super::decide::report::Report;
use super::fetch::{self, Sendable};
use super::future::{Passing, ResponseFuture};
use super::key::{Key, original_uri};
use super::respond;
use super::store::{self, Shelf};
use super::visit::{Step, Visit};
use crate::outcome::Outcome;

/// The service that a [`CacheLayer`](super::CacheLayer) makes.
#[derive(Clone, Debug)]
pub struct CacheService<S> {
    inner: S,
    shelf: Arc<Shelf>,
}

impl<S> CacheService<S> {
    pub(crate) fn new(inner: S, shelf: Arc<Shelf>) -> Self {
        Self { inner, shelf }
    }
}

impl<S, Q, B> Service<Request<Q>> for CacheService<S>
where
    S: Service<Request<Q>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    Q: Send + 'static,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Send,
{
    type Response = Response<Body<B>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, B, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        match self.shelf.asked(&request) {
            Asked::Pass(bypass) => {
                let passing = self.shelf.passing(bypass, &request);
                ResponseFuture::passing(self.inner.call(request), passing)
            }
            Asked::LookUp(terms) => self.look_up(request, terms),
        }
    }
}

impl Shelf {
    /// What the cache has to do with a request.
    pub(crate) fn asked<Q>(&self, request: &Request<Q>) -> Asked {
        #[cfg(feature = "testing")]
        if crate::testing::is_disabled() {
            return Asked::Pass(Bypass::Disabled);
        }
        ask(&self.policy, request.method(), request.headers())
    }

    /// What is done with the answer to a request that goes through.
    pub(crate) fn passing<Q>(self: &Arc<Self>, bypass: Bypass, request: &Request<Q>) -> Passing {
        self.answers().counters.count(Outcome::Bypassed);
        Passing {
            shelf: Arc::clone(self),
            report: Report::bypassed(bypass),
            purge: (bypass == Bypass::Unsafe).then(|| Purge::of(request)),
        }
    }
}

impl Visit {
    /// A request that is looked up.
    pub(crate) fn of<Q>(shelf: &Arc<Shelf>, terms: Terms, request: &Request<Q>) -> Self {
        let key = Key::of(&shelf.policy, &terms, request);
        Self::new(Arc::clone(shelf), terms, key)
    }
}

impl<S> CacheService<S> {
    fn look_up<Q, B>(
        &mut self,
        request: Request<Q>,
        terms: Terms,
    ) -> ResponseFuture<S::Future, B, S::Error>
    where
        S: Service<Request<Q>, Response = Response<B>, Future: Send, Error: Send>,
        S: Clone + Send + 'static,
        Q: Send + 'static,
        B: Sendable,
    {
        let mut visit = Visit::of(&self.shelf, terms, &request);
        let step = visit.step(request.headers());
        match step {
            Step::Serve(served) => {
                ResponseFuture::ready(served.respond(visit.asker(request.headers())))
            }
            Step::Absent => {
                ResponseFuture::ready(respond::not_kept(visit.asker(request.headers())))
            }
            step => {
                // The one that is ready is the one that is called; its clone gets ready for the next request.
                let clone = self.inner.clone();
                let ready = mem::replace(&mut self.inner, clone);
                ResponseFuture::running(fetch::drive(visit, step, ready, request))
            }
        }
    }
}

/// What a request that changes something makes invalid (RFC 9111, section 4.4).
pub(crate) struct Purge {
    target: Uri,
    host: Option<HeaderValue>,
}

impl Purge {
    fn of<Q>(request: &Request<Q>) -> Self {
        Self {
            target: original_uri(request).clone(),
            host: request.headers().get(HOST).cloned(),
        }
    }

    /// Drops what is kept of the target, and of what the answer names beside it, if the request has succeeded.
    pub(crate) fn run(&self, status: StatusCode, headers: &HeaderMap) {
        if !status.is_success() && !status.is_redirection() {
            return;
        }
        drop_path(self.target.path());
        let named = [LOCATION, CONTENT_LOCATION];
        let named = named.iter().filter_map(|name| headers.get(name));
        for uri in named.filter_map(|value| Uri::try_from(value.as_bytes()).ok()) {
            if self.is_here(&uri) {
                drop_path(uri.path());
            }
        }
    }

    /// Whether a URI is one of this host's: others may not be invalidated from here.
    fn is_here(&self, uri: &Uri) -> bool {
        let Some(authority) = uri.authority() else {
            return uri.path().starts_with('/') && !uri.path().starts_with("//");
        };
        let host = self.host.as_ref().map(HeaderValue::as_bytes);
        let target = self.target.authority();
        target == Some(authority) || host == Some(authority.as_str().as_bytes())
    }
}

/// Drops what is kept of a path, here at once, and in other processes of a shared store soon.
fn drop_path(path: &str) {
    #[cfg(feature = "shared")]
    super::standing::tell(path);
    store::invalidate_path(path);
}
