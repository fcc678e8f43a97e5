//! Labels by epochs: an invalidation moves a label's epoch on, and every value that was computed before is
//! outdated from then on, however many there are.
//!
//! Epochs are numbers from one counter, no times of any clock. A computation notes the counter when it begins
//! ([`Tags::now`]); its value is outdated if one of its labels was invalidated later, so it does not matter
//! whether its labels were known at the beginning.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;

/// A value that was computed from so many labels of others depends on every label there is.
const MOST: usize = 64;

/// The labels that values carry. A label that no value carries is forgotten.
#[derive(Debug)]
pub(crate) struct Tags {
    /// How many invalidations there were.
    epoch: AtomicU64,
    /// When the last of the forgotten labels was invalidated. It counts for every label that is new.
    forgotten: AtomicU64,
    known: DashMap<Box<str>, Arc<Tag>>,
}

struct Tag {
    name: Box<str>,
    /// The epoch that the last invalidation began.
    invalidated: AtomicU64,
    /// How many values carry it.
    carried: AtomicUsize,
}

/// A label that a value carries.
pub(crate) struct Label {
    tags: &'static Tags,
    tag: Arc<Tag>,
}

/// The labels of one value.
#[derive(Debug)]
pub(crate) struct Labels {
    /// The epoch in which its computation began.
    since: u64,
    listed: Vec<Label>,
    /// All the labels there are, since it depends on more than can be listed.
    every: Option<&'static Tags>,
}

impl Tags {
    pub(crate) fn new() -> Self {
        Self {
            epoch: AtomicU64::new(0),
            forgotten: AtomicU64::new(0),
            known: DashMap::new(),
        }
    }

    /// The epoch that a computation begins in.
    pub(crate) fn now(&self) -> u64 {
        self.epoch.load(SeqCst)
    }

    /// The label of this name.
    pub(crate) fn label(&'static self, name: &str) -> Label {
        // Under the lock of the name, so that it is not forgotten meanwhile.
        if let Some(tag) = self.known.get(name) {
            return Label::carry(self, &tag);
        }
        let new = || {
            Arc::new(Tag {
                name: name.into(),
                invalidated: AtomicU64::new(self.forgotten.load(SeqCst)),
                carried: AtomicUsize::new(0),
            })
        };
        Label::carry(self, &self.known.entry(name.into()).or_insert_with(new))
    }

    /// Outdates every value that carries the label; answers whether there may be one.
    pub(crate) fn invalidate(&self, name: &str) -> bool {
        let epoch = self.epoch.fetch_add(1, SeqCst) + 1;
        // Under the lock of the name, so that no label of that name is made meanwhile.
        match self.known.entry(name.into()) {
            Entry::Occupied(tag) => {
                tag.get().invalidated.fetch_max(epoch, SeqCst);
                true
            }
            Entry::Vacant(_) => {
                self.forgotten.fetch_max(epoch, SeqCst);
                false
            }
        }
    }
}

impl Label {
    #[cfg(feature = "shared")]
    pub(crate) fn name(&self) -> &str {
        &self.tag.name
    }

    fn carry(tags: &'static Tags, tag: &Arc<Tag>) -> Self {
        tag.carried.fetch_add(1, SeqCst);
        Self {
            tags,
            tag: Arc::clone(tag),
        }
    }
}

impl Clone for Label {
    fn clone(&self) -> Self {
        Self::carry(self.tags, &self.tag)
    }
}

impl Drop for Label {
    fn drop(&mut self) {
        if self.tag.carried.fetch_sub(1, SeqCst) > 1 {
            return;
        }
        self.tags.known.remove_if(&self.tag.name, |_, tag| {
            let last = tag.carried.load(SeqCst) == 0;
            if last {
                let invalidated = tag.invalidated.load(SeqCst);
                self.tags.forgotten.fetch_max(invalidated, SeqCst);
            }
            last
        });
    }
}

impl PartialEq for Label {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.tag, &other.tag)
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Label").field(&self.tag.name).finish()
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)
    }
}

impl Labels {
    /// No labels, of a computation that began in this epoch.
    pub(crate) fn since(since: u64) -> Self {
        Self {
            since,
            listed: Vec::new(),
            every: None,
        }
    }

    /// Tells whether there is one that is not covered.
    #[cfg(feature = "shared")]
    pub(crate) fn has_beyond(&self, is_covered: impl Fn(&str) -> bool) -> bool {
        self.every.is_some() || self.listed.iter().any(|label| !is_covered(label.name()))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.listed.is_empty() && self.every.is_none()
    }

    /// Adds a label of the value's own.
    pub(crate) fn add(&mut self, label: Label) {
        if !self.listed.contains(&label) {
            self.listed.push(label);
        }
    }

    /// Adds the labels of a value that this one was computed from.
    pub(crate) fn inherit(&mut self, others: &Self) {
        self.every = self.every.or(others.every);
        for label in &others.listed {
            if self.listed.len() < MOST {
                self.add(label.clone());
            } else if !self.listed.contains(label) {
                self.every = Some(label.tags);
            }
        }
    }

    /// Tells whether a label was invalidated after the computation had begun.
    pub(crate) fn are_outdated(&self) -> bool {
        let later = |label: &Label| label.tag.invalidated.load(SeqCst) > self.since;
        self.every.is_some_and(|tags| tags.now() > self.since) || self.listed.iter().any(later)
    }

    /// Tells whether the computation had begun before this epoch, and a label was invalidated since.
    pub(crate) fn are_outdated_at(&self, epoch: u64) -> bool {
        self.since < epoch && self.are_outdated()
    }
}

#[cfg(all(test, not(cache_model)))]
mod tests {
    use super::*;

    fn tags() -> &'static Tags {
        Box::leak(Box::new(Tags::new()))
    }

    fn labels(tags: &'static Tags, since: u64, names: &[&str]) -> Labels {
        let mut labels = Labels::since(since);
        for name in names {
            labels.add(tags.label(name));
        }
        labels
    }

    #[test]
    fn what_began_before_the_invalidation_is_outdated() {
        let tags = tags();
        let before = labels(tags, tags.now(), &["a", "b"]);
        let other = labels(tags, tags.now(), &["c"]);
        assert!(tags.invalidate("b"));
        let after = labels(tags, tags.now(), &["a", "b"]);
        assert!(before.are_outdated());
        assert!(!other.are_outdated() && !after.are_outdated());
    }

    #[test]
    fn a_label_that_is_learnt_late_counts_from_the_beginning() {
        let tags = tags();
        let began = tags.now();
        assert!(!tags.invalidate("unknown to all"));
        assert!(labels(tags, began, &["unknown to all"]).are_outdated());
        assert!(!labels(tags, tags.now(), &["unknown to all"]).are_outdated());
    }

    #[test]
    fn a_label_that_nobody_carries_is_forgotten_but_not_its_invalidation() {
        let tags = tags();
        let began = tags.now();
        let carried = labels(tags, began, &["a"]);
        tags.invalidate("a");
        drop(carried);
        assert_eq!(tags.known.len(), 0);
        assert!(labels(tags, began, &["a"]).are_outdated());
    }

    #[test]
    fn more_labels_than_can_be_listed_are_every_label() {
        let tags = tags();
        let mut all = Labels::since(tags.now());
        for n in 0..=MOST {
            all.inherit(&labels(tags, tags.now(), &[&format!("label {n}")]));
        }
        assert!(!all.are_outdated());
        tags.invalidate("any other");
        assert!(all.are_outdated());
    }
}
