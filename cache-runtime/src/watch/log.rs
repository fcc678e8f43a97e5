//! The log: events, if the feature `tracing` is on and the program has a subscriber; else the standard error.

use std::fmt::Display;

/// Says something that an operator should know.
#[cfg_attr(
    not(any(feature = "axum", feature = "shared")),
    expect(dead_code, reason = "nothing can fail that is not the caller's own")
)]
pub(crate) fn warn(message: &dyn Display) {
    #[cfg(feature = "tracing")]
    if tracing::dispatcher::has_been_set() {
        tracing::warn!(target: "cache_runtime", "{message}");
        return;
    }
    eprintln!("cache-runtime: {message}");
}

/// Says that something is well again, to those who have a subscriber.
#[cfg(feature = "shared")]
pub(crate) fn info(message: &dyn Display) {
    #[cfg(feature = "tracing")]
    tracing::info!(target: "cache_runtime", "{message}");
    let _ = message;
}
