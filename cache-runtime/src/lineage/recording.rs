//! The recording of one computation: which entries and labels it calls for while it runs.

use std::collections::HashSet;
use std::sync::Arc;

use super::dependents::{self, Dependant, From, Held, Known, Record, address};
use super::{Label, Labels, Lineage, LoadId, Source};
#[cfg(feature = "shared")]
use super::{Marks, Proof};
#[cfg(feature = "shared")]
use crate::backend::Version;
#[cfg(feature = "shared")]
use crate::codec::envelope::MarkId;
use crate::sync::Mutex;

/// A record lists so many entries; past that it lists functions, and any invalidation of one of theirs counts.
pub(crate) const MOST: usize = 1024;

/// Records up to this length are searched; longer ones have an index.
const SHORT: usize = 16;

/// What a computation has called for so far.
#[derive(Debug)]
pub(crate) struct Recording {
    owner: Dependant,
    /// The epoch of labels that it began in.
    epoch: u64,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    /// It has called for nothing yet, as most computations never do.
    Blank,
    Open(Draft),
    /// The computation has ended: whatever still runs in its name has no part in its value.
    Closed,
}

#[derive(Debug)]
struct Draft {
    edges: Vec<Held>,
    results: Vec<Arc<Record>>,
    known: Known,
    labels: Labels,
    /// What it depends on in a shared store.
    #[cfg(feature = "shared")]
    marks: Marks,
}

impl Recording {
    /// The recording of a computation that begins in this epoch of labels.
    pub(crate) fn begin(owner: Dependant, epoch: u64) -> Self {
        Self {
            owner,
            epoch,
            state: Mutex::new(State::Blank),
        }
    }

    /// Takes something down, unless the computation has ended.
    fn note(&self, take_down: impl FnOnce(&mut Draft)) {
        let mut state = self.state.lock();
        if let State::Blank = *state {
            *state = State::Open(Draft::since(self.epoch));
        }
        if let State::Open(draft) = &mut *state {
            take_down(draft);
        }
    }

    /// Notes that the computation is about to look at a key.
    ///
    /// `by` is the computation that it starts for that key, if it does not look at all.
    pub(crate) fn depend(&self, source: &'static dyn Source, hash: u64, by: Option<LoadId>) {
        if address(source) == address(self.owner.source) && hash == self.owner.hash {
            return;
        }
        self.note(|draft| {
            let full = draft.edges.len() >= MOST;
            let from = if full { From::All } else { From::Key(hash) };
            draft.hold(source, from, self.owner, by);
        });
    }

    /// Takes over what a value that the computation got was itself computed from.
    pub(crate) fn inherit(&self, lineage: &Lineage) {
        if !lineage.is_empty() {
            self.note(|draft| draft.inherit(lineage, self.owner));
        }
    }

    /// Ends the recording. The labels are the value's own.
    pub(crate) fn close(&self, own: Vec<Label>) -> Lineage {
        let state = std::mem::replace(&mut *self.state.lock(), State::Closed);
        match state {
            State::Open(draft) => draft.close(own),
            State::Blank | State::Closed => Lineage::of_labels(self.epoch, own),
        }
    }

    /// Notes that the computation depends on a mark, which had this version before.
    #[cfg(feature = "shared")]
    pub(crate) fn rely(&self, mark: MarkId, version: Version) {
        self.note(|draft| draft.marks.add(mark, version));
    }

    /// Notes that the computation depends on what cannot be known: its value is not to be stored.
    #[cfg(feature = "shared")]
    pub(crate) fn forsake(&self) {
        self.note(|draft| draft.marks.forsake());
    }

    /// Takes over labels of a value that the computation got.
    #[cfg(feature = "shared")]
    pub(crate) fn carry(&self, labels: &Labels) {
        self.note(|draft| draft.labels.inherit(labels));
    }

    /// The version that a mark had which the computation depends on.
    #[cfg(feature = "shared")]
    pub(crate) fn relies(&self, mark: MarkId) -> Option<Version> {
        match &*self.state.lock() {
            State::Open(draft) => draft.marks.version(mark),
            State::Blank | State::Closed => None,
        }
    }
}

impl Draft {
    fn since(epoch: u64) -> Self {
        Self {
            edges: Vec::new(),
            results: Vec::new(),
            known: Known::default(),
            labels: Labels::since(epoch),
            #[cfg(feature = "shared")]
            marks: Marks::default(),
        }
    }

    fn inherit(&mut self, lineage: &Lineage, owner: Dependant) {
        if let Some(labels) = &lineage.labels {
            self.labels.inherit(labels);
        }
        #[cfg(feature = "shared")]
        if let Some(proof) = &lineage.proof {
            self.marks.inherit(&proof.marks);
        }
        let Some(record) = &lineage.record else {
            return;
        };
        let mut latest = self.results.iter().rev().take(SHORT);
        if latest.any(|known| Arc::ptr_eq(known, record)) {
            return;
        }
        if self.results.len() < MOST {
            self.results.push(Arc::clone(record));
        } else {
            self.hold_functions(record, owner);
        }
    }

    fn close(mut self, own: Vec<Label>) -> Lineage {
        for label in own {
            self.labels.add(label);
        }
        let record = Record {
            edges: self.edges.into(),
            results: self.results.into(),
        };
        let lineage = Lineage::new(self.labels, record);
        #[cfg(feature = "shared")]
        if !self.marks.is_empty() {
            return lineage.proven(Proof {
                since: 0,
                version: None,
                marks: self.marks,
            });
        }
        lineage
    }

    fn hold(
        &mut self,
        source: &'static dyn Source,
        from: From,
        owner: Dependant,
        by: Option<LoadId>,
    ) {
        if !self.knows(source, from) {
            let held = dependents::hold(source, from, owner, by);
            self.edges.push(held);
        }
    }

    /// Tells whether there is such an edge, and takes note that there will be.
    fn knows(&mut self, source: &'static dyn Source, from: From) -> bool {
        let name = |(source, from): (&dyn Source, From)| (address(source), from);
        let edges = &self.edges;
        if edges.len() < SHORT {
            return edges
                .iter()
                .any(|held: &Held| name(held.from()) == name((source, from)));
        }
        if self.known.is_empty() {
            self.known = edges.iter().map(|held| name(held.from())).collect();
        }
        !self.known.insert(name((source, from)))
    }

    /// Depends on all entries of every function that a result was computed from.
    fn hold_functions(&mut self, record: &Arc<Record>, owner: Dependant) {
        let (mut next, mut seen) = (vec![Arc::clone(record)], HashSet::new());
        while let Some(record) = next.pop() {
            for held in &record.edges {
                self.hold(held.from().0, From::All, owner, None);
            }
            let inner = record
                .results
                .iter()
                .filter(|inner| seen.insert(Arc::as_ptr(inner)));
            next.extend(inner.cloned());
        }
    }
}
