//! The async twins of the functions of this crate, under the same names.

use std::future::Future;

use crate::invalidate::{self, Invalidation};
use crate::site::surroundings::Surroundings;

/// Makes what a cached function runs in another task count as part of its computation.
///
/// See [`carry`](crate::carry()), which is the same for threads: `tokio::spawn(carry(price(2)))`.
///
/// # Cancellation
///
/// A future that is dropped is dropped; nothing is held beyond it.
pub fn carry<F: Future>(future: F) -> impl Future<Output = F::Output> {
    Surroundings::with_computation().around(future)
}

/// Drops every entry that carries a label; see [`invalidate_tag`](crate::invalidate_tag()).
#[expect(clippy::unused_async, reason = "a shared back end will be told here")]
pub async fn invalidate_tag(tag: &str) -> Invalidation {
    invalidate::invalidate_tag(tag)
}

/// Drops the entries of a route; see [`invalidate_route`](crate::invalidate_route()).
#[expect(clippy::unused_async, reason = "a shared back end will be told here")]
pub async fn invalidate_route(rendered: &str) -> Invalidation {
    invalidate::invalidate_route(rendered)
}

/// Drops every entry of every function; see [`clear_all`](crate::clear_all()).
#[expect(clippy::unused_async, reason = "a shared back end will be told here")]
pub async fn clear_all() -> Invalidation {
    invalidate::clear_all()
}
