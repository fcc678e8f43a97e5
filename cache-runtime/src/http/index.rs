//! Which keys belong to a path, so that its invalidation finds them all.
//!
//! A [`Listing`] is made before a computation begins and lives as long as what the computation has stored: whatever
//! might be given out is listed.

use std::collections::HashMap;
use std::sync::Arc;

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;

/// The hashes of the keys of each path, and how many listings each has.
type Paths = DashMap<Box<str>, HashMap<u64, usize>>;

/// The keys of each path.
#[derive(Clone, Debug)]
pub(crate) struct Index(Arc<Paths>);

/// One key in the index.
#[derive(Debug)]
pub(crate) struct Listing {
    paths: Arc<Paths>,
    path: Box<str>,
    hash: u64,
}

impl Index {
    pub(crate) fn new() -> Self {
        Self(Arc::new(DashMap::with_shard_amount(16)))
    }

    /// Lists a key, for as long as the answer is kept.
    pub(crate) fn list(&self, path: Box<str>, hash: u64) -> Listing {
        *self
            .0
            .entry(path.clone())
            .or_default()
            .entry(hash)
            .or_default() += 1;
        Listing {
            paths: Arc::clone(&self.0),
            path,
            hash,
        }
    }

    /// The hashes of the keys of a path.
    pub(crate) fn hashes(&self, path: &str) -> Vec<u64> {
        let hashes = self.0.get(path);
        hashes.map_or_else(Vec::new, |hashes| hashes.keys().copied().collect())
    }
}

impl Drop for Listing {
    fn drop(&mut self) {
        let Entry::Occupied(mut path) = self.paths.entry(std::mem::take(&mut self.path)) else {
            return;
        };
        if let Some(count) = path.get_mut().get_mut(&self.hash) {
            *count -= 1;
            if *count == 0 {
                path.get_mut().remove(&self.hash);
            }
        }
        if path.get().is_empty() {
            path.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_listed_as_long_as_any_of_its_listings_lives() {
        let index = Index::new();
        let (first, second) = (index.list("/a".into(), 1), index.list("/a".into(), 1));
        let other = index.list("/a".into(), 2);
        drop(first);
        assert_eq!(index.hashes("/a").len(), 2);
        drop((second, other));
        assert!(index.hashes("/a").is_empty() && index.0.is_empty());
    }
}
