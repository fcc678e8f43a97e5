//! Which keys a store has been asked to compute, as bytes that can be read: noted only if somebody wants to know.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::key::KeyRef;

/// Of so many keys is known what they are: the latest.
const MOST: usize = 10_000;

/// Whether keys are noted.
static WANTED: AtomicBool = AtomicBool::new(false);

/// Makes stores note their keys from now on.
pub(crate) fn want_keys() {
    WANTED.store(true, Relaxed);
}

/// A key that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) hash: u64,
    /// As it is in a shared store.
    pub(crate) wire: Box<[u8]>,
}

/// The keys of a store.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    noted: Mutex<Noted>,
    /// Whether a key was there that cannot be read.
    opaque: AtomicBool,
}

#[derive(Debug, Default)]
struct Noted {
    by_hash: HashMap<u64, Box<[u8]>>,
    /// The hashes, the oldest first.
    order: VecDeque<u64>,
}

impl Keys {
    /// Notes a key that is about to be computed, if that is wanted.
    pub(crate) fn note(&self, hash: u64, key: &impl KeyRef) {
        if WANTED.load(Relaxed) {
            self.note_wanted(hash, key);
        }
    }

    #[cold]
    fn note_wanted<Q: KeyRef>(&self, hash: u64, key: &Q) {
        if self.lock().by_hash.contains_key(&hash) {
            return;
        }
        // Code of the user's may run here, so no lock is held.
        let mut wire = Vec::new();
        if !Q::SHARED || key.wire(&mut wire).is_err() {
            self.opaque.store(true, Relaxed);
            return;
        }
        let mut noted = self.lock();
        if noted.by_hash.insert(hash, wire.into()).is_none() {
            noted.order.push_back(hash);
        }
        if noted.order.len() > MOST
            && let Some(oldest) = noted.order.pop_front()
        {
            noted.by_hash.remove(&oldest);
        }
    }

    /// Forgets the keys: no entry is left of them.
    pub(crate) fn forget(&self) {
        *self.lock() = Noted::default();
        self.opaque.store(false, Relaxed);
    }

    /// The keys that are known, the latest first.
    pub(crate) fn known(&self) -> Vec<Known> {
        let noted = self.lock();
        let latest = noted.order.iter().rev();
        let known = latest.filter_map(|hash| {
            let wire = noted.by_hash.get(hash)?.clone();
            Some(Known { hash: *hash, wire })
        });
        known.collect()
    }

    /// Whether there was a key that cannot be read.
    pub(crate) fn are_opaque(&self) -> bool {
        self.opaque.load(Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(all(test, not(cache_model)))]
mod tests {
    use super::*;
    use crate::key::route;

    #[test]
    fn the_latest_keys_are_known() {
        let keys = Keys::default();
        for n in 0..MOST as u64 + 2 {
            keys.note_wanted(n, &route(|route| route.part(&n)));
        }
        keys.note_wanted(5, &route(|route| route.text("5")));
        let known = keys.known();
        assert_eq!(
            (known.len(), known[0].hash, known[MOST - 1].hash),
            (MOST, 10_001, 2)
        );
        assert_eq!(*known[0].wire, *b"10001");
        assert!(!keys.are_opaque());
    }
}
