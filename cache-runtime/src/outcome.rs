//! How a call was answered.

use std::time::Duration;

/// How one call of a cached function was answered.
///
/// Every call has exactly one outcome, and [`Stats`](crate::Stats) counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// From a live entry.
    Hit,
    /// From an entry past its timeout, inside a stale window that was asked for.
    Stale,
    /// By the computation of another caller, which this call waited for.
    Coalesced,
    /// By running the function, for this reason.
    Computed(MissReason),
    /// By running the function with the cache neither read nor written.
    Bypassed,
}

/// Why a call had to run the function.
///
/// The reason is remembered for about as many departed keys as the store may hold entries; a key whose
/// departure is forgotten counts as cold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MissReason {
    /// The key was not known. Over a shared store also: its entry has expired or was evicted there, or another process
    /// has removed it. Nothing stays that would tell, and nobody is asked twice to find out.
    Cold,
    /// The entry was past its timeout, or `is_stale` said so.
    Expired,
    /// The entry was invalidated.
    Invalidated,
    /// The entry had made room for others.
    Evicted,
    /// The call asked for it: `forced_update`, or `refresh_f`.
    Forced,
    /// The stored bytes could not be read.
    Undecodable,
}

impl MissReason {
    /// The reason, in a word for those who watch.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Expired => "expired",
            Self::Invalidated => "invalidated",
            Self::Evicted => "evicted",
            Self::Forced => "forced",
            Self::Undecodable => "undecodable",
        }
    }
}

/// What `detailed_f` answers: the result of `f`, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detailed<R> {
    /// What `f` returns.
    pub value: R,
    /// How the call was answered.
    pub outcome: Outcome,
    /// How long ago the value was stored; `None` when it was computed for this call.
    pub age: Option<Duration>,
}
