//! What a result was computed from, so that it goes when that goes: labels ([`tags`]) and entries of other
//! functions ([`dependents`]).
//!
//! - A label is checked where a result is read: its invalidation costs the same for one entry as for a million.
//! - An entry is followed when it is invalidated: a hit on what was computed from it costs nothing more.
//!
//! Nothing here knows what is stored, or where; a store is a [`Source`].

pub(crate) mod dependents;
#[cfg(feature = "shared")]
mod proof;
pub(crate) mod recording;
pub(crate) mod tags;

use std::cell::Cell;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) use dependents::{Dependant, Dependents, Record, outdate, outdate_all};
#[cfg(feature = "shared")]
pub(crate) use proof::{Marks, Proof};
pub(crate) use recording::Recording;
pub(crate) use tags::{Label, Labels, Tags};

use crate::sync::of_each_thread;

/// Names one computation in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct LoadId(NonZeroU64);

/// A thread takes so many numbers at a time, for itself: taking them is what threads would contend for.
const NUMBERS: u64 = 1 << 10;

of_each_thread! {
    /// The number of the thread's next computation; zero, or one that does not belong to it: it takes others.
    static NUMBER: Cell<u64> = Cell::new(0);
}

impl LoadId {
    pub(crate) fn next() -> Self {
        static FREE: AtomicU64 = AtomicU64::new(1);
        let next = NUMBER.with(|number| {
            let next = match number.get() {
                others if others % NUMBERS == 0 => FREE.fetch_add(1, Ordering::Relaxed) * NUMBERS,
                own => own,
            };
            number.set(next + 1);
            next
        });
        Self(NonZeroU64::new(next).expect("fewer than 2^64 computations"))
    }
}

/// The entries of one function, as those see them whose results were computed from one.
pub(crate) trait Source: Send + Sync {
    /// Those who were computed from the entries.
    fn dependents(&self) -> &Dependents;

    /// Drops the entries of every key with this hash, and detaches their computations.
    fn drop_hash(&self, hash: u64);
}

/// What one value was computed from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lineage {
    labels: Option<Arc<Labels>>,
    record: Option<Arc<Record>>,
    /// What it depends on in a shared store.
    #[cfg(feature = "shared")]
    proof: Option<Arc<Proof>>,
}

impl Lineage {
    pub(crate) fn new(labels: Labels, record: Record) -> Self {
        Self {
            labels: (!labels.is_empty()).then(|| Arc::new(labels)),
            record: (!record.is_empty()).then(|| Arc::new(record)),
            #[cfg(feature = "shared")]
            proof: None,
        }
    }

    /// The lineage of a value of which only the labels are known.
    pub(crate) fn of_labels(epoch: u64, own: Vec<Label>) -> Self {
        if own.is_empty() {
            return Self::default();
        }
        let mut labels = Labels::since(epoch);
        for label in own {
            labels.add(label);
        }
        Self::new(labels, Record::default())
    }

    pub(crate) fn is_empty(&self) -> bool {
        #[cfg(feature = "shared")]
        if self.proof.is_some() {
            return false;
        }
        self.labels.is_none() && self.record.is_none()
    }

    /// The same, with what it depends on in a shared store.
    #[cfg(feature = "shared")]
    pub(crate) fn proven(mut self, proof: Proof) -> Self {
        self.proof = Some(Arc::new(proof));
        self
    }

    /// The same, with other labels.
    #[cfg(feature = "redis")]
    pub(crate) fn with_labels(&self, labels: Labels) -> Self {
        Self {
            labels: (!labels.is_empty()).then(|| Arc::new(labels)),
            ..self.clone()
        }
    }

    /// What it depends on in a shared store, if it is known to.
    #[cfg(feature = "shared")]
    pub(crate) fn proof(&self) -> Option<&Proof> {
        self.proof.as_deref()
    }

    /// Tells whether it carries a label of this process for which no mark stands.
    #[cfg(feature = "shared")]
    pub(crate) fn has_label_beyond(&self, is_covered: impl Fn(&str) -> bool) -> bool {
        let beyond = |labels: &Arc<Labels>| labels.has_beyond(&is_covered);
        self.labels.as_ref().is_some_and(beyond)
    }

    /// Tells whether the value carries labels.
    pub(crate) fn has_tags(&self) -> bool {
        self.labels.is_some()
    }

    /// Tells whether a label was invalidated after the computation had begun.
    pub(crate) fn is_outdated(&self) -> bool {
        self.labels
            .as_ref()
            .is_some_and(|labels| labels.are_outdated())
    }

    /// Tells whether the computation had begun before this epoch, and a label was invalidated since.
    pub(crate) fn is_outdated_at(&self, epoch: u64) -> bool {
        let labels = self.labels.as_ref();
        labels.is_some_and(|labels| labels.are_outdated_at(epoch))
    }
}
