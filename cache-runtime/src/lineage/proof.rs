//! What a value depends on in a shared store: versions that must still stand for it to be good.

use crate::backend::Version;
use crate::codec::envelope::MarkId;

/// A value depends on no more marks than this; with more it is not stored.
pub(crate) const MOST: usize = 256;

/// The marks that a value depends on, each with the version that it had before anything was computed from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    marks: Vec<(MarkId, Version)>,
    /// There are more than can be listed, or two versions of one, or it is not known which.
    hopeless: bool,
}

impl Marks {
    /// Adds a mark.
    pub(crate) fn add(&mut self, id: MarkId, version: Version) {
        match self.version(id) {
            Some(known) => self.hopeless |= known != version,
            None if self.marks.len() == MOST => self.hopeless = true,
            None => self.marks.push((id, version)),
        }
    }

    /// Adds what is not known.
    pub(crate) fn forsake(&mut self) {
        self.hopeless = true;
    }

    /// Adds all marks of a value that this one is computed from.
    pub(crate) fn inherit(&mut self, others: &Self) {
        self.hopeless |= others.hopeless;
        for (id, version) in &others.marks {
            self.add(*id, *version);
        }
    }

    /// The version that a mark had.
    pub(crate) fn version(&self, id: MarkId) -> Option<Version> {
        let mark = self.marks.iter().find(|(known, _)| *known == id)?;
        Some(mark.1)
    }

    /// The marks, if a value can depend on them.
    pub(crate) fn listed(&self) -> Option<&[(MarkId, Version)]> {
        (!self.hopeless).then_some(&self.marks)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.marks.is_empty() && !self.hopeless
    }
}

impl FromIterator<(MarkId, Version)> for Marks {
    fn from_iter<I: IntoIterator<Item = (MarkId, Version)>>(marks: I) -> Self {
        let mut all = Self::default();
        marks
            .into_iter()
            .for_each(|(id, version)| all.add(id, version));
        all
    }
}

/// What makes a value good for somebody who waited for it.
#[derive(Clone, Debug)]
pub(crate) struct Proof {
    /// When its computation began to look at the store, in the order of this process; nothing for an old value.
    pub(crate) since: u64,
    /// The version of its entry or claim; none for a value that has no entry in the store.
    pub(crate) version: Option<Version>,
    pub(crate) marks: Marks,
}

impl Proof {
    /// What can be said of a value whose computation began then, and could not ask the store.
    pub(crate) fn unknown(since: u64) -> Self {
        let mut marks = Marks::default();
        marks.forsake();
        Self {
            since,
            version: None,
            marks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(n: u8) -> MarkId {
        MarkId([n; 16])
    }

    #[test]
    fn two_versions_of_one_mark_are_hopeless() {
        let (old, new) = (Version::fresh(), Version::fresh());
        let mut marks: Marks = [(mark(1), old), (mark(2), old), (mark(1), old)]
            .into_iter()
            .collect();
        assert_eq!(marks.listed().map(<[_]>::len), Some(2));
        marks.inherit(&[(mark(2), new)].into_iter().collect());
        assert!(marks.listed().is_none());
    }
}
