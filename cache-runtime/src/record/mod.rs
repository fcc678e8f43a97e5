//! What is collected of a function beside its counters, for whoever looks: feature `admin`.
//!
//! A hit writes nothing here. What runs the function notes how long it took ([`Histogram`]) and how it ended
//! ([`Runs`]); what changes with time is made of the counters while somebody may look ([`history`]); which keys there
//! are is noted if somebody has asked for it ([`Keys`]).

mod histogram;
pub(crate) mod history;
mod keys;
mod runs;

pub(crate) use histogram::{Histogram, Times};
pub(crate) use keys::{Keys, Known, want_keys};
pub(crate) use runs::{Run, Runs};

/// What is collected of one function.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// How long the function took.
    pub(crate) loads: Histogram,
    /// How its last runs ended.
    pub(crate) runs: Runs,
}

impl Record {
    /// Forgets everything.
    #[cfg(feature = "testing")]
    pub(crate) fn reset(&self) {
        self.loads.reset();
        self.runs.reset();
    }
}
