//! A shard as it is looked at.
#![allow(unsafe_code, reason = "which slots are full is known here")]

use std::num::NonZeroU32;
use std::sync::Arc;

use super::{Place, Shard, tag};
use crate::biased::Reading;
use crate::clock::Moment;
use crate::entry::Entry;
use crate::key::cell::KeyCell;
use crate::lineage::LoadId;
use crate::site::flight::Flight;
use crate::store::seen::{Seen, Slot};
use crate::value::cell::ValueCell;

/// What is known of one key.
pub(crate) struct Found<K: KeyCell, T> {
    pub(crate) place: Place,
    /// The key, if it is yet to be compared.
    pub(crate) key: Option<Arc<K::Key>>,
    pub(crate) entry: Option<Entry<T>>,
    /// The latest computation that others may wait for.
    pub(crate) flight: Option<Arc<Flight<T>>>,
}

/// A shard as it is looked at, by a writer or by those who keep writers away.
pub(crate) struct View<'a, K: KeyCell, V: ValueCell> {
    pub(super) seen: &'a Seen<K, V>,
    pub(super) shard: &'a Shard<V>,
}

impl<K: KeyCell, V: ValueCell> Clone for View<'_, K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: KeyCell, V: ValueCell> Copy for View<'_, K, V> {}

/// Looks at a shard that nobody writes meanwhile.
pub(crate) fn view<'a, K: KeyCell, V: ValueCell>(
    reading: &'a Reading<'_, Seen<K, V>, Shard<V>>,
) -> View<'a, K, V> {
    let (seen, shard) = reading.parts();
    View { seen, shard }
}

impl<'a, K: KeyCell, V: ValueCell> View<'a, K, V> {
    pub(super) fn slot(self, index: u32) -> Option<&'a Slot<K, V>> {
        // SAFETY: the slot is full, and only a writer empties it.
        (self.shard.is_full(index)).then(|| unsafe { self.seen.full(index) })
    }

    /// Looks at every key with this hash. `compare` is asked about those that compare where they lie, and about no
    /// other; what is yet to be compared is handed out with its key. Answers the newest stamp among them.
    pub(crate) fn look(
        self,
        hash: u64,
        mut compare: impl FnMut(&K::Key) -> bool,
        mut found: impl FnMut(Found<K, V::Taken>),
    ) -> Option<NonZeroU32> {
        let tag = tag(hash);
        let mut newest = None;
        self.seen.table.find(tag, |index| {
            let mark = self.shard.marks[index as usize];
            let Some(slot) = self.slot(index).filter(|_| mark.tag == tag) else {
                return false;
            };
            newest = newest.max(mark.stamp);
            if !K::IN_PLACE || compare(slot.key.key()) {
                found(self.found(index, slot));
                return K::IN_PLACE;
            }
            false
        });
        newest
    }

    fn found(self, index: u32, slot: &Slot<K, V>) -> Found<K, V::Taken> {
        if slot.held.is_there() {
            slot.held.touch();
        }
        Found {
            place: Place {
                slot: index,
                stamp: self.shard.marks[index as usize]
                    .stamp
                    .unwrap_or(NonZeroU32::MIN),
            },
            key: slot.key.share(),
            entry: self.entry(index),
            flight: self.shard.flights.joinable(index).cloned(),
        }
    }

    /// The entry of a full slot.
    fn entry(self, index: u32) -> Option<Entry<V::Taken>> {
        // SAFETY: the slot is full, and only a writer empties it.
        let (value, stored_at, time) = unsafe { self.seen.entry(index) }?;
        let care = self.shard.cares.get(&index).cloned();
        Some(Entry {
            value: value.take(),
            stored_at: care.as_ref().map_or(stored_at, |care| care.stored_at),
            due: Moment::kept(time),
            care,
        })
    }

    /// When the entry of a slot was stored, and when it leaves.
    #[cfg(feature = "admin")]
    fn times(self, index: u32) -> Option<(Moment, Moment)> {
        self.slot(index)?;
        // SAFETY: the slot is full, and only a writer empties it.
        let (_, stored_at, time) = unsafe { self.seen.entry(index) }?;
        Some(match self.shard.cares.get(&index) {
            Some(care) => (care.stored_at, care.leaves_at()),
            None => (stored_at, Moment::kept(time)),
        })
    }

    /// When the entry of a hash was stored, and when it leaves.
    #[cfg(feature = "admin")]
    pub(crate) fn times_of(self, hash: u64) -> Option<(Moment, Moment)> {
        let is_it = |index: &u32| self.shard.tag_of(*index) == tag(hash);
        let mut times = None;
        self.seen.table.find(tag(hash), |index| {
            times = Some(index)
                .filter(is_it)
                .and_then(|index| self.times(index));
            times.is_some()
        });
        times
    }

    /// When the oldest entry was stored that leaves later than now, among `count` slots from `first` on; and where to
    /// go on, if there are more.
    #[cfg(feature = "admin")]
    pub(crate) fn oldest(
        self,
        first: u32,
        count: u32,
        now: Moment,
    ) -> (Option<Moment>, Option<u32>) {
        let length = u32::try_from(self.shard.marks.len()).unwrap_or(u32::MAX);
        let end = first.saturating_add(count).min(length);
        let times = (first..end).filter_map(|index| self.times(index));
        let oldest = times
            .filter(|(_, leaves_at)| *leaves_at > now)
            .map(|(stored_at, _)| stored_at)
            .min();
        (oldest, (end < length).then_some(end))
    }

    /// The newest stamp among the keys of a hash: as long as it stays the newest, no key has joined them.
    pub(super) fn newest(self, hash: u64) -> Option<NonZeroU32> {
        let tag = tag(hash);
        let mut newest = None;
        self.seen.table.find(tag, |index| {
            let mark = self.shard.marks[index as usize];
            if mark.tag == tag {
                newest = newest.max(mark.stamp);
            }
            false
        });
        newest
    }

    /// Where others may wait for a computation, as long as it is not detached.
    pub(crate) fn flight_of(self, slot: u32, id: LoadId) -> Option<&'a Arc<Flight<V::Taken>>> {
        self.shard.flights.flight(slot, id)
    }

    /// The entry that a computation is to replace, as long as the computation is not detached.
    pub(crate) fn entry_before(self, slot: u32, id: LoadId) -> Option<Entry<V::Taken>> {
        let noted = self.shard.is_full(slot) && self.shard.flights.is_noted(slot, id);
        noted.then(|| self.entry(slot)).flatten()
    }
}
