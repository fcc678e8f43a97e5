//! What the code generated for `#[invalidates]` calls.

use std::future::{Future, ready};

use super::Invalidation;
use crate::site::flight::block_on;

/// An invalidation that has happened, or one that happens when it is awaited.
pub trait Settle {
    /// The invalidation as a future.
    fn into_future(self) -> impl Future<Output = Invalidation>;
}

impl Settle for Invalidation {
    fn into_future(self) -> impl Future<Output = Invalidation> {
        ready(self)
    }
}

impl<F: Future<Output = Invalidation>> Settle for F {
    fn into_future(self) -> impl Future<Output = Invalidation> {
        self
    }
}

/// Waits for an invalidation on this thread; it needs no runtime to make progress.
pub fn settle(invalidation: impl Settle) -> Invalidation {
    block_on(invalidation.into_future())
}

/// Waits for an invalidation as a task.
pub async fn settle_async(invalidation: impl Settle) -> Invalidation {
    invalidation.into_future().await
}

/// Invalidates when it is dropped: whether the writer has returned, failed, panicked or been cancelled.
#[derive(Debug)]
pub struct Always<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> Always<F> {
    /// Invalidates when the result is dropped.
    pub fn new(invalidate: F) -> Self {
        Self(Some(invalidate))
    }
}

impl<F: FnOnce()> Drop for Always<F> {
    fn drop(&mut self) {
        if let Some(invalidate) = self.0.take() {
            invalidate();
        }
    }
}
