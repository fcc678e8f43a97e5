//! What a store tells about itself, whatever it holds: to who looks, and not to calls.

use super::shard::view;
use super::{Aligned, Store};
use crate::clock::Moment;
use crate::key::cell::KeyCell;
use crate::record::Keys;
use crate::value::cell::ValueCell;

/// So many slots are looked at while writers wait.
const BATCH: u32 = 1024;

/// A store that tells about itself.
pub(crate) trait Surveyed {
    /// The keys that are known.
    fn keys(&self) -> &Keys;
    /// What the entries weigh together, if they are weighed.
    fn weight(&self) -> u64;
    /// When the oldest entry was stored that has not had its time. Looks at all of them.
    fn oldest(&self, now: Moment) -> Option<Moment>;
    /// When the entry of a hash was stored, and when it leaves, if there is one.
    fn times_of(&self, hash: u64) -> Option<(Moment, Moment)>;
}

impl<K: KeyCell, V: ValueCell> Surveyed for Store<K, V> {
    fn keys(&self) -> &Keys {
        &self.keys
    }

    fn weight(&self) -> u64 {
        let shards = self.shards.iter();
        shards.map(|shard| shard.0.read().parts().1.weight()).sum()
    }

    fn oldest(&self, now: Moment) -> Option<Moment> {
        let mut oldest = None;
        for Aligned(lock) in &self.shards {
            let mut next = Some(0);
            while let Some(first) = next {
                let (found, more) = view(&lock.read()).oldest(first, BATCH, now);
                oldest = oldest.into_iter().chain(found).min();
                next = more;
            }
        }
        oldest
    }

    fn times_of(&self, hash: u64) -> Option<(Moment, Moment)> {
        view(&self.shard(hash).read()).times_of(hash)
    }
}
