//! Who was computed from an entry: edges from a key to those whose computation called for it.
//!
//! An edge is there before the call looks at the key, so that an invalidation after that look finds it. It
//! stands for the key, not for the entry: the entry may be evicted and computed anew, and its invalidation still
//! reaches everything that was ever computed from it and is stored. Keys are known by their hashes here; two
//! keys of one hash are invalidated together.
//!
//! A [`Record`] holds the edges of one result, and the records of the results that it was computed from; it is
//! given back with the entry, and its edges with the last record that holds it.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use dashmap::DashMap;
use foldhash::fast::FixedState;
use once_cell::sync::OnceCell;

use super::{LoadId, Source};
use crate::sync::Mutex;

/// A result that was computed from something, stored or under way.
#[derive(Clone, Copy)]
pub(crate) struct Dependant {
    pub(crate) source: &'static dyn Source,
    pub(crate) hash: u64,
}

#[derive(Clone, Copy, Debug)]
struct Edge {
    dependant: Dependant,
    /// The computation whose own value the dependant took: that one does not outdate it.
    by: Option<LoadId>,
}

/// The edges of one key. Most keys have one.
#[derive(Debug, Default)]
enum Edges {
    #[default]
    None,
    One(Box<Edge>),
    Many(Box<Many>),
}

/// More than one edge, at places that stay what they are.
#[derive(Debug, Default)]
struct Many {
    edges: Vec<Option<Edge>>,
    free: Vec<u32>,
}

/// The edges of each key, by its hash, which nobody can foretell.
type ByKey = DashMap<u64, Edges, FixedState>;

/// Everything that was computed from the entries of one function.
#[derive(Default)]
pub(crate) struct Dependents {
    by_key: OnceCell<ByKey>,
    /// Those who were computed from more entries than a record lists.
    of_all: OnceCell<Mutex<Edges>>,
}

/// What an edge leads from: one key of a function, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum From {
    Key(u64),
    All,
}

/// An edge, for as long as it is wanted.
pub(super) struct Held {
    source: &'static dyn Source,
    hash: u64,
    /// Whether it leads from all keys, and not from that of the hash.
    all: bool,
    index: u32,
}

/// What one result was computed from.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(super) edges: Box<[Held]>,
    pub(super) results: Box<[Arc<Record>]>,
}

/// What edges lead from: functions by their addresses, and their keys.
pub(super) type Known = HashSet<(usize, From), FixedState>;

/// Tells functions apart.
pub(super) fn address(source: &dyn Source) -> usize {
    std::ptr::from_ref(source).addr()
}

impl Edges {
    fn add(&mut self, edge: Edge) -> u32 {
        match self {
            Self::None => {
                *self = Self::One(Box::new(edge));
                0
            }
            Self::One(first) => {
                let edges = vec![Some(**first), Some(edge)];
                let free = Vec::new();
                *self = Self::Many(Box::new(Many { edges, free }));
                1
            }
            Self::Many(many) => many.add(edge),
        }
    }

    fn remove(&mut self, index: u32) {
        match self {
            Self::Many(many) => {
                many.edges[index as usize] = None;
                many.free.push(index);
                if many.free.len() == many.edges.len() {
                    *self = Self::None;
                }
            }
            Self::One(_) | Self::None => *self = Self::None,
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Finds those who are outdated when `by` has stored a value, or somebody has invalidated the key.
    fn outdated(&self, by: Option<LoadId>, found: &mut Vec<Dependant>) {
        let mut find = |edge: &Edge| {
            if by.is_none() || edge.by != by {
                found.push(edge.dependant);
            }
        };
        match self {
            Self::None => {}
            Self::One(edge) => find(edge),
            Self::Many(many) => many.edges.iter().flatten().for_each(find),
        }
    }
}

impl Many {
    fn add(&mut self, edge: Edge) -> u32 {
        if let Some(index) = self.free.pop() {
            self.edges[index as usize] = Some(edge);
            return index;
        }
        self.edges.push(Some(edge));
        u32::try_from(self.edges.len() - 1).expect("fewer than 2^32 results depend on one key")
    }
}

impl Dependents {
    fn keys(&self) -> &ByKey {
        let new = || DashMap::with_hasher_and_shard_amount(FixedState::default(), 16);
        self.by_key.get_or_init(new)
    }

    fn all(&self) -> &Mutex<Edges> {
        self.of_all.get_or_init(|| Mutex::new(Edges::default()))
    }

    fn add(&self, from: From, edge: Edge) -> u32 {
        match from {
            From::Key(hash) => self.keys().entry(hash).or_default().add(edge),
            From::All => self.all().lock().add(edge),
        }
    }

    fn remove(&self, from: From, index: u32) {
        match from {
            From::Key(hash) => {
                let remove = |_: &u64, edges: &mut Edges| {
                    edges.remove(index);
                    edges.is_empty()
                };
                self.keys().remove_if_mut(&hash, remove);
            }
            From::All => self.all().lock().remove(index),
        }
    }

    fn outdated(&self, hash: u64, by: Option<LoadId>, found: &mut Vec<Dependant>) {
        if let Some(edges) = self.by_key.get().and_then(|keys| keys.get(&hash)) {
            edges.outdated(by, found);
        }
        if let Some(edges) = self.of_all.get() {
            edges.lock().outdated(by, found);
        }
    }

    fn hashes(&self) -> Vec<u64> {
        let keys = self.by_key.get();
        keys.map_or_else(Vec::new, |keys| keys.iter().map(|key| *key.key()).collect())
    }
}

/// Makes an edge to a dependant.
pub(super) fn hold(
    source: &'static dyn Source,
    from: From,
    dependant: Dependant,
    by: Option<LoadId>,
) -> Held {
    let index = source.dependents().add(from, Edge { dependant, by });
    let (hash, all) = match from {
        From::Key(hash) => (hash, false),
        From::All => (0, true),
    };
    Held {
        source,
        hash,
        all,
        index,
    }
}

impl Held {
    /// The function and the key that it leads from.
    pub(super) fn from(&self) -> (&'static dyn Source, From) {
        let from = if self.all {
            From::All
        } else {
            From::Key(self.hash)
        };
        (self.source, from)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let (source, from) = self.from();
        source.dependents().remove(from, self.index);
    }
}

/// Drops everything that was computed from an entry, and from that in turn, whether stored or under way.
///
/// `by` is the computation that has stored a new value for the key, if it is not invalidated.
pub(crate) fn outdate(source: &'static dyn Source, hash: u64, by: Option<LoadId>) {
    let mut found = Vec::new();
    source.dependents().outdated(hash, by, &mut found);
    drop_all(found);
}

/// Drops everything that was computed from any entry of a function.
pub(crate) fn outdate_all(source: &'static dyn Source) {
    let mut found = Vec::new();
    for hash in source.dependents().hashes() {
        source.dependents().outdated(hash, None, &mut found);
    }
    if let Some(edges) = source.dependents().of_all.get() {
        edges.lock().outdated(None, &mut found);
    }
    drop_all(found);
}

fn drop_all(mut found: Vec<Dependant>) {
    let mut seen = Known::default();
    while let Some(Dependant { source, hash }) = found.pop() {
        source.drop_hash(hash);
        // Results on the way may be gone; what was computed from them is not.
        if seen.insert((address(source), From::Key(hash))) {
            source.dependents().outdated(hash, None, &mut found);
        }
    }
}

impl Record {
    pub(crate) fn is_empty(&self) -> bool {
        self.edges.is_empty() && self.results.is_empty()
    }
}

impl Drop for Record {
    /// A chain of results may be long: no recursion.
    fn drop(&mut self) {
        let mut leaving = std::mem::take(&mut self.results).into_vec();
        while let Some(record) = leaving.pop() {
            if let Some(mut record) = Arc::into_inner(record) {
                leaving.append(&mut std::mem::take(&mut record.results).into_vec());
            }
        }
    }
}

impl fmt::Debug for Dependant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dependant({:x})", self.hash)
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Held({:?})", self.from().1)
    }
}

impl fmt::Debug for Dependents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dependents").finish_non_exhaustive()
    }
}
