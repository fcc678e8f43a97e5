//! Parts of a page that are rendered once for all pages that show them.
//!
//! They are entries of a cached function like any other, called `fragment` in the list of functions: in this process,
//! or in the shared store that is installed, and watched, bounded and invalidated alike.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::invalidate::Invalidation;
use crate::memoize;
use crate::site::flight::block_on;

/// Why a fragment could not be rendered; whoever waited for it gets the same.
pub type FragmentError = Arc<dyn Error + Send + Sync>;

/// What a fragment is kept as: its text, and for how long.
type Fragment = (String, Duration);

/// For ever, as a time to live that is one.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// What renders a fragment.
type Render<'a> = Pin<Box<dyn Future<Output = Result<Fragment, FragmentError>> + Send + 'a>>;

/// Renders a part of a page, or takes it from the cache: one caller renders it for all who ask meanwhile.
///
/// A fragment is known by its name and by what it varies with, text by text: an id, a language. It is kept for the
/// timeout; [`Duration::ZERO`] is for ever. It goes when a cached function is invalidated that was called to render it,
/// with [`invalidate_fragment`], or all of a name together with `invalidate_tag("fragment:NAME")`.
///
/// The async twin is [`future::fragment`](crate::future::fragment), with the same entries.
///
/// ```
/// use std::time::Duration;
/// use cache_runtime::http::{fragment, invalidate_fragment};
///
/// let minute = Duration::from_secs(60);
/// let card = || fragment("card", &["7", "en"], minute, || "<b>Tea</b>".to_owned());
/// assert_eq!(card(), "<b>Tea</b>");
/// assert_eq!(card(), "<b>Tea</b>");
/// assert!(invalidate_fragment("card", &["7", "en"]).existed());
/// ```
///
/// # Panics
///
/// If the closure does; the next caller takes over.
pub fn fragment(
    name: &str,
    vary: &[&str],
    timeout: Duration,
    html: impl FnOnce() -> String + Send,
) -> String {
    block_on(fragment_async(name, vary, timeout, async move { html() }))
}

/// As [`fragment`], for what may fail: an error is not kept, and whoever waited for it gets it too.
///
/// # Errors
///
/// That of the closure.
pub fn try_fragment<E: Into<Box<dyn Error + Send + Sync>>>(
    name: &str,
    vary: &[&str],
    timeout: Duration,
    html: impl FnOnce() -> Result<String, E> + Send,
) -> Result<String, FragmentError> {
    block_on(try_fragment_async(
        name,
        vary,
        timeout,
        async move { html() },
    ))
}

/// Drops a fragment, and what was computed from it.
#[expect(clippy::must_use_candidate, reason = "an invalidation may be ignored")]
pub fn invalidate_fragment(name: &str, vary: &[&str]) -> Invalidation {
    block_on(invalidate_kept(name, vary))
}

/// See [`future::fragment`](crate::future::fragment).
pub(crate) async fn fragment_async(
    name: &str,
    vary: &[&str],
    timeout: Duration,
    html: impl Future<Output = String> + Send,
) -> String {
    let mut html = std::pin::pin!(html);
    loop {
        let rendered = async { Ok((html.as_mut().await, lasting(timeout))) };
        // A failure is that of somebody else's `try_fragment`, which this call has waited for.
        if let Ok((html, _)) = kept(name, vary, Box::pin(rendered)).await {
            return html;
        }
    }
}

/// See [`future::try_fragment`](crate::future::try_fragment).
pub(crate) async fn try_fragment_async<E: Into<Box<dyn Error + Send + Sync>>>(
    name: &str,
    vary: &[&str],
    timeout: Duration,
    html: impl Future<Output = Result<String, E>> + Send,
) -> Result<String, FragmentError> {
    let rendered = async {
        let html = html.await.map_err(|why| FragmentError::from(why.into()))?;
        Ok((html, lasting(timeout)))
    };
    Ok(kept(name, vary, Box::pin(rendered)).await?.0)
}

/// See [`future::invalidate_fragment`](crate::future::invalidate_fragment).
pub(crate) async fn invalidate_async(name: &str, vary: &[&str]) -> Invalidation {
    invalidate_kept(name, vary).await
}

fn lasting(timeout: Duration) -> Duration {
    if timeout.is_zero() { CENTURY } else { timeout }
}

/// The cached function that all fragments are entries of.
#[memoize(
    crate = crate,
    namespace = "fragment",
    skip(render),
    timeout_with = |kept: &Fragment| kept.1,
    tags("fragment:{name}")
)]
async fn kept(name: &str, _vary: &[&str], render: Render<'_>) -> Result<Fragment, FragmentError> {
    render.await
}
