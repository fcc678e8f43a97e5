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
    draft: Mutex<Draft>,
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
    /// The computation has ended: whatever still runs in its name has no part in its value.
    closed: bool,
}

impl Recording {
    /// The recording of a computation that begins in this epoch of labels.
    pub(crate) fn begin(owner: Dependant, epoch: u64) -> Self {
        let draft = Draft {
            edges: Vec::new(),
            results: Vec::new(),
            known: Known::default(),
            labels: Labels::since(epoch),
            #[cfg(feature = "shared")]
            marks: Marks::default(),
            closed: false,
        };
        Self {
            owner,
            draft: Mutex::new(draft),
        }
    }

    /// Notes that the computation is about to look at a key.
    ///
    /// `by` is the computation that it starts for that key, if it does not look at all.
    pub(crate) fn depend(&self, source: &'static dyn Source, hash: u64, by: Option<LoadId>) {
        let itself = address(source) == address(self.owner.source) && hash == self.owner.hash;
        let mut draft = self.draft.lock();
        if itself || draft.closed {
            return;
        }
        let full = draft.edges.len() >= MOST;
        let from = if full { From::All } else { From::Key(hash) };
        draft.hold(source, from, self.owner, by);
    }

    /// Takes over what a value that the computation got was itself computed from.
    pub(crate) fn inherit(&self, lineage: &Lineage) {
        let mut draft = self.draft.lock();
        if draft.closed {
            return;
        }
        if let Some(labels) = &lineage.labels {
            draft.labels.inherit(labels);
        }
        #[cfg(feature = "shared")]
        if let Some(proof) = &lineage.proof {
            draft.marks.inherit(&proof.marks);
        }
        let Some(record) = &lineage.record else {
            return;
        };
        if draft
            .results
            .iter()
            .rev()
            .take(SHORT)
            .any(|known| Arc::ptr_eq(known, record))
        {
            return;
        }
        if draft.results.len() < MOST {
            draft.results.push(Arc::clone(record));
        } else {
            draft.hold_functions(record, self.owner);
        }
    }

    /// Ends the recording. The labels are the value's own.
    pub(crate) fn close(&self, own: impl IntoIterator<Item = Label>) -> Lineage {
        let mut own = own.into_iter().peekable();
        let mut draft = self.draft.lock();
        draft.closed = true;
        if own.peek().is_none() && draft.is_empty() {
            return Lineage::default();
        }
        draft.known = Known::default();
        let record = Record {
            edges: std::mem::take(&mut draft.edges).into(),
            results: std::mem::take(&mut draft.results).into(),
        };
        let mut labels = std::mem::replace(&mut draft.labels, Labels::since(0));
        #[cfg(feature = "shared")]
        let marks = std::mem::take(&mut draft.marks);
        drop(draft);
        own.for_each(|label| labels.add(label));
        let lineage = Lineage::new(labels, record);
        #[cfg(feature = "shared")]
        if !marks.is_empty() {
            return lineage.proven(Proof {
                since: 0,
                version: None,
                marks,
            });
        }
        lineage
    }

    /// Notes that the computation depends on a mark, which had this version before.
    #[cfg(feature = "shared")]
    pub(crate) fn rely(&self, mark: MarkId, version: Version) {
        self.draft.lock().marks.add(mark, version);
    }

    /// Notes that the computation depends on what cannot be known: its value is not to be stored.
    #[cfg(feature = "shared")]
    pub(crate) fn forsake(&self) {
        self.draft.lock().marks.forsake();
    }

    /// Takes over labels of a value that the computation got.
    #[cfg(feature = "shared")]
    pub(crate) fn carry(&self, labels: &Labels) {
        let mut draft = self.draft.lock();
        if !draft.closed {
            draft.labels.inherit(labels);
        }
    }

    /// The version that a mark had which the computation depends on.
    #[cfg(feature = "shared")]
    pub(crate) fn relies(&self, mark: MarkId) -> Option<Version> {
        self.draft.lock().marks.version(mark)
    }
}

impl Draft {
    /// Nothing has been called for.
    fn is_empty(&self) -> bool {
        #[cfg(feature = "shared")]
        if !self.marks.is_empty() {
            return false;
        }
        self.edges.is_empty() && self.results.is_empty() && self.labels.is_empty()
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
