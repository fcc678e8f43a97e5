//! Dropping entries: what an invalidation answers, and what `#[invalidates]` generates.

mod everywhere;
mod kept;
mod writer;

pub use everywhere::{clear_all, invalidate_rendered, invalidate_route, invalidate_tag};
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
