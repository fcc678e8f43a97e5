//! Invalidations that a back end could not be told of: kept until it was, and not trusted until then.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The names that are still to be removed. To remove one twice, or late, does no harm.
#[derive(Debug, Default)]
pub(crate) struct Undelivered {
    /// Each with a number, so that a delivery ends only what it has delivered.
    names: Mutex<HashMap<String, u64>>,
    count: AtomicUsize,
    next: AtomicU64,
}

impl Undelivered {
    fn names(&self) -> MutexGuard<'_, HashMap<String, u64>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(feature = "admin")]
    pub(crate) fn count(&self) -> usize {
        self.count.load(SeqCst)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count.load(SeqCst) == 0
    }

    /// Tells whether what the store has under one of these names is what it should have removed.
    pub(crate) fn concern<'a>(&self, mut names: impl Iterator<Item = &'a str>) -> bool {
        !self.is_empty() && {
            let kept = self.names();
            names.any(|name| kept.contains_key(name))
        }
    }

    /// Keeps names that are to be removed.
    pub(crate) fn keep<'a>(&self, names: impl Iterator<Item = &'a str>) {
        let mut kept = self.names();
        for name in names {
            kept.insert(name.to_owned(), self.next.fetch_add(1, SeqCst));
        }
        self.count.store(kept.len(), SeqCst);
    }

    /// Some of the names that are to be removed.
    pub(crate) fn some(&self) -> Vec<(String, u64)> {
        const BATCH: usize = 256;
        let kept = self.names();
        let some = kept.iter().take(BATCH);
        some.map(|(name, number)| (name.clone(), *number)).collect()
    }

    /// Forgets what was delivered, unless it was invalidated again meanwhile.
    pub(crate) fn delivered(&self, names: &[(String, u64)]) {
        let mut kept = self.names();
        for (name, number) in names {
            if kept.get(name) == Some(number) {
                kept.remove(name);
            }
        }
        self.count.store(kept.len(), SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_invalidated_again_during_a_delivery_is_delivered_again() {
        let undelivered = Undelivered::default();
        undelivered.keep(["a"].into_iter());
        let batch = undelivered.some();
        undelivered.keep(["a"].into_iter());
        undelivered.delivered(&batch);
        assert!(undelivered.concern(["b", "a"].into_iter()));
        undelivered.delivered(&undelivered.some());
        assert!(undelivered.is_empty() && !undelivered.concern(["a"].into_iter()));
    }
}
