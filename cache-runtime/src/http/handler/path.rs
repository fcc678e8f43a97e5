//! Every entry of one path: for every host, query and header of a request.
//!
//! An entry whose key is a request carries two labels of its path, one for its function and one for all of them. So an
//! invalidation of a path reaches what one of labels does: loads under way, dependents, other processes.

use super::visitor::Visitor;
use crate::http::key::canonical;
use crate::invalidate::{Invalidation, drop_tag};
use crate::registry;
use crate::site::Site;
use crate::site::door::Door;
use crate::site::flight::block_on;
use crate::site::tagging::Tagging;
use crate::value::{Kind, Shown};

/// The label of a path, in every function whose key is the request.
pub(crate) fn label_of_path(path: &str) -> String {
    everywhere(&spelt(path))
}

fn everywhere(path: &str) -> String {
    format!("\u{1}path {path}")
}

/// The label of a path in one function.
fn of(site: &'static Site, path: &str) -> String {
    format!("\u{1}path {path} of {}", registry::name(site))
}

/// The labels of a path, as [`canonical`] writes it.
pub(crate) fn labels_of_path(site: &'static Site, path: &str) -> [String; 2] {
    [everywhere(path), of(site, path)]
}

/// Without the query, in the one spelling that all its spellings have in common.
pub(crate) fn spelt(path: &str) -> Box<str> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    canonical(path.as_bytes())
}

/// Drops a function's entries of a path.
#[expect(clippy::must_use_candidate, reason = "an invalidation may be ignored")]
pub fn invalidate_path<R, K: Kind<R>>(door: &Door<R, K>, path: &str) -> Invalidation {
    block_on(drop_tag(of(door.site, &spelt(path))))
}

/// Drops a function's entries of a path.
pub async fn invalidate_path_async<R, K: Kind<R>>(door: &Door<R, K>, path: &str) -> Invalidation {
    drop_tag(of(door.site, &spelt(path))).await
}

/// Shows a live value of a path: that which a request of the host would get which is served here; outside of requests,
/// of a host that was served before.
#[must_use]
pub fn peek_path<S, R, K>(door: &Door<R, K>, path: &str) -> Option<S::Visible>
where
    S: Shown<R, K>,
    K: Kind<R>,
{
    block_on(peek_path_async::<S, R, K>(door, path))
}

/// Shows a live value of a path.
pub async fn peek_path_async<S, R, K>(door: &Door<R, K>, path: &str) -> Option<S::Visible>
where
    S: Shown<R, K>,
    K: Kind<R>,
{
    for visitor in Visitor::of_path(door.site, path) {
        let peeked = door.peek_async::<S, _>(&visitor).await;
        if peeked.is_some() {
            return peeked;
        }
    }
    None
}

/// Stores a value for a path, and drops the function's other entries of it: for requests of the host that is served
/// here; outside of requests, of those that were served before, and for requests without a host.
pub fn put_path<S, R, K>(
    door: &Door<R, K>,
    path: &str,
    value: S::Visible,
    tags: impl Fn(&mut Tagging),
) where
    S: Shown<R, K, Visible: Clone>,
    K: Kind<R>,
{
    block_on(put_path_async::<S, R, K>(door, path, value, tags));
}

/// Stores a value for a path.
pub async fn put_path_async<S, R, K>(
    door: &Door<R, K>,
    path: &str,
    value: S::Visible,
    tags: impl Fn(&mut Tagging),
) where
    S: Shown<R, K, Visible: Clone>,
    K: Kind<R>,
{
    invalidate_path_async(door, path).await;
    for visitor in Visitor::of_path(door.site, path) {
        let tags = |tagging: &mut Tagging| {
            visitor.tag(tagging);
            tags(tagging);
        };
        let put = door.put_async::<S, _>(&visitor, value.clone(), tags);
        put.await;
    }
}
