//! The async twins of the functions of this crate, under the same names.

#[cfg(feature = "axum")]
use std::error::Error;
use std::future::Future;
#[cfg(feature = "axum")]
use std::time::Duration;

#[cfg(feature = "axum")]
use crate::http::FragmentError;
use crate::invalidate::{self, Invalidation};
use crate::key::route;
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
pub async fn invalidate_tag(tag: &str) -> Invalidation {
    invalidate::drop_tag(tag.to_owned()).await
}

/// Drops the entries of a route; see [`invalidate_route`](crate::invalidate_route()).
pub async fn invalidate_route(rendered: &str) -> Invalidation {
    invalidate::drop_route(route(|route| route.text(rendered))).await
}

/// Drops every entry of every function; see [`clear_all`](crate::clear_all()).
pub async fn clear_all() -> Invalidation {
    invalidate::clear_all_async().await
}

/// The store of this process, for direct use: as [`cache`](crate::cache()), with operations that are awaited.
///
/// ```
/// # async fn page() -> Result<(), cache_runtime::Error> {
/// use std::time::Duration;
/// use cache_runtime::future::cache;
///
/// cache().set("greeting", "hello", Duration::from_secs(60)).await?;
/// assert_eq!(cache().get::<String>("greeting").await?.as_deref(), Some("hello"));
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "shared")]
#[must_use]
pub fn cache() -> Cache {
    Cache {
        values: crate::direct::Values::here(),
    }
}

/// The store, with operations that are awaited; see [`cache`].
#[cfg(feature = "shared")]
#[derive(Clone, Debug)]
pub struct Cache {
    pub(crate) values: crate::direct::Values,
}

/// Renders a part of a page, or takes it from the cache; see [`http::fragment`](crate::http::fragment()).
///
/// ```
/// # async fn page() {
/// use std::time::Duration;
/// use cache_runtime::future::fragment;
///
/// let minute = Duration::from_secs(60);
/// let card = fragment("card", &["7"], minute, || async { "<b>Tea</b>".to_owned() }).await;
/// assert_eq!(card, "<b>Tea</b>");
/// # }
/// ```
///
/// # Cancellation
///
/// A future that is dropped stores nothing; one of those who wait for it takes over.
#[cfg(feature = "axum")]
pub async fn fragment<F: Future<Output = String> + Send>(
    name: &str,
    vary: &[&str],
    timeout: Duration,
    html: impl FnOnce() -> F + Send,
) -> String {
    let rendered = async move { html().await };
    crate::http::fragment::fragment_async(name, vary, timeout, rendered).await
}

/// As [`fragment`], for what may fail; see [`http::try_fragment`](crate::http::try_fragment).
///
/// # Errors
///
/// That of the future.
#[cfg(feature = "axum")]
pub async fn try_fragment<E, F>(
    name: &str,
    vary: &[&str],
    timeout: Duration,
    html: impl FnOnce() -> F + Send,
) -> Result<String, FragmentError>
where
    E: Into<Box<dyn Error + Send + Sync>>,
    F: Future<Output = Result<String, E>> + Send,
{
    let rendered = async move { html().await };
    crate::http::fragment::try_fragment_async(name, vary, timeout, rendered).await
}

/// Drops a fragment, and what was computed from it; see
/// [`http::invalidate_fragment`](crate::http::invalidate_fragment).
#[cfg(feature = "axum")]
pub async fn invalidate_fragment(name: &str, vary: &[&str]) -> Invalidation {
    crate::http::fragment::invalidate_async(name, vary).await
}
