//! Dropping entries: what an invalidation answers, and what `#[invalidates]` generates.

#[cfg(feature = "shared")]
mod away;
mod everywhere;
mod kept;
mod writer;

#[cfg(feature = "shared")]
pub(crate) use away::clear_all as clear_all_of;
#[cfg(all(feature = "axum", feature = "shared"))]
pub(crate) use away::hub as shared_store;
pub(crate) use everywhere::clear_all_async;
pub use everywhere::{clear_all, drop_route, drop_tag, invalidate_route, invalidate_tag};
pub use kept::{
    Across, AtOnce, Keep, KeepReference, KeepTarget, Keepable, Kept, Lent, Settled, Wait, copied,
};
pub use writer::{Always, Settle, settle, settle_async};

use crate::error::Error;

/// What an invalidation has done. It may be ignored: the entry is gone from this process when it is returned.
#[derive(Debug)]
pub struct Invalidation {
    existed: bool,
    failure: Option<Error>,
}

impl Invalidation {
    /// Every store has confirmed.
    pub(crate) fn confirmed(existed: bool) -> Self {
        Self {
            existed,
            failure: None,
        }
    }

    /// A store has not confirmed.
    #[cfg(feature = "shared")]
    pub(crate) fn failed(mut self, why: Error) -> Self {
        self.failure = Some(why);
        self
    }

    /// Tells whether there was a live entry.
    #[must_use]
    pub fn existed(&self) -> bool {
        self.existed
    }

    /// Insists that every store has confirmed.
    ///
    /// # Errors
    ///
    /// If a back end could not be told. The invalidation is retried until it is delivered.
    pub fn into_result(self) -> Result<Self, Error> {
        match self.failure {
            None => Ok(self),
            Some(failure) => Err(failure),
        }
    }
}
