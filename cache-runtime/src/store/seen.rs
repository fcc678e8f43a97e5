//! What readers see of a shard, while a writer may change it beside them.
//!
//! A slot is filled before the table names it, and emptied when the table names it no more and nobody can see it any
//! longer. Its value is filled in once, beside readers, who look at the value's time first; by itself, to be replaced,
//! it is taken out by a writer that is alone.
#![allow(
    unsafe_code,
    reason = "slots are filled while others are read, and read without asking whether they are full"
)]

use std::cell::UnsafeCell;
use std::mem::needs_drop;
use std::sync::Arc;
use std::time::Duration;

use super::departed::Departed;
use super::held::Held;
use super::room::Room;
use super::shard::{Mark, spread, tag};
use super::table::Table;
use crate::clock::{Moment, Until};
use crate::key::KeyRef;
use crate::key::cell::KeyCell;
use crate::options::Ttl;
use crate::value::cell::ValueCell;

/// A key, and what is held of its value.
#[derive(Debug)]
pub(super) struct Slot<K, V> {
    pub(super) key: K,
    pub(super) held: Held<V>,
}

/// See the [module](self).
#[repr(C)] // what a hit looks at stands together
pub(crate) struct Seen<K, V> {
    pub(super) table: Table,
    slots: Room<Slot<K, V>>,
    ages: Ages,
    /// Full slots that the table names no more, but a reader may still see. They are the writer's.
    leaving: UnsafeCell<Vec<u32>>,
    /// Why keys are not here. It is the writer's.
    pub(super) departed: Departed,
}

// SAFETY: readers share keys and values; a writer fills slots, and takes them out, on any thread.
unsafe impl<K: Send + Sync, V: Send + Sync> Sync for Seen<K, V> {}

/// When each entry was stored: said by the time until which it is good if all live equally long.
#[derive(Debug)]
enum Ages {
    Uniform(Ttl),
    Each(Vec<UnsafeCell<u64>>),
}

/// Times to live from this on, of all entries alike, would end where moments do.
const LONG: Duration = Duration::from_secs(1 << 30);

/// A slot that the table names.
pub(super) struct Named<'a, K, V> {
    index: u32,
    slot: &'a Slot<K, V>,
}

/// A value that is good at any rate.
pub(super) struct Taken<T, K> {
    pub(super) value: T,
    /// The key, if it is yet to be compared.
    pub(super) key: Option<Arc<K>>,
    pub(super) stored_at: Moment,
}

#[expect(
    clippy::inline_always,
    reason = "a hit costs less than the calls that it would be made of"
)]
impl<K: KeyCell, V: ValueCell> Seen<K, V> {
    /// Takes a value that is good at any rate.
    #[inline(always)]
    pub(super) fn hit<Q: KeyRef<Owned = K::Key>>(
        &self,
        hash: u64,
        key: &Q,
        past: impl FnOnce() -> Until,
    ) -> Option<Taken<V::Taken, K::Key>> {
        let found = self.find(hash, key)?;
        self.take(&found, past())
    }

    /// Finds a slot of a key; one that may be of it if the key is not compared where it lies.
    #[inline(always)]
    pub(super) fn find<Q: KeyRef<Owned = K::Key>>(
        &self,
        hash: u64,
        key: &Q,
    ) -> Option<Named<'_, K, V>> {
        let show = |index| {
            // SAFETY: the table names full slots, and while this is lent out nobody takes out what it has named.
            let slot = unsafe { self.full(index) };
            let is_it = !K::IN_PLACE || key.is(slot.key.key());
            is_it.then_some(Named { index, slot })
        };
        let tag = tag(hash);
        let likely = self.table.likely(tag).and_then(show);
        if likely.is_some() {
            return likely;
        }
        if const { needs_drop::<K>() } {
            // To compare such keys is a call, around which registers are saved: the likely slot takes few of them.
            self.table.search_apart(tag, show)
        } else {
            self.table.search(tag, show)
        }
    }

    /// Takes the value in a slot if it is good at any rate.
    #[inline(always)]
    pub(super) fn take(
        &self,
        found: &Named<'_, K, V>,
        past: Until,
    ) -> Option<Taken<V::Taken, K::Key>> {
        let (value, time) = found.slot.held.hit(past)?;
        Some(Taken {
            value: value.take(),
            key: found.slot.key.share(),
            // SAFETY: there is an entry, and nobody takes it out while the slot is lent out.
            stored_at: unsafe { self.stored_at(found.index, time) },
        })
    }
}

impl<K, V> Seen<K, V> {
    /// Says that a computation is going to begin for a hash that is not here.
    #[inline]
    pub(super) fn foresee(&self, hash: u64) {
        self.departed.foresee(spread(tag(hash)));
    }

    /// Whether nobody notices when keys and values are dropped: they need no code for it.
    pub(super) const PLAIN: bool = !needs_drop::<K>() && !needs_drop::<V>();

    /// Nothing, for so many entries. `uniform` is the time to live of all entries, if it is the same.
    pub(super) fn new(capacity: usize, uniform: Option<Ttl>) -> Self {
        let uniform = uniform.filter(|ttl| ttl.is_none_or(|ttl| ttl < LONG));
        Self {
            table: Table::new(),
            slots: Room::new(),
            ages: uniform.map_or(Ages::Each(Vec::new()), Ages::Uniform),
            leaving: UnsafeCell::default(),
            departed: Departed::new(capacity),
        }
    }

    /// When the entry of a slot was stored that is good until this time.
    ///
    /// # Safety
    ///
    /// The time was read in the slot, and there is still an entry in it.
    #[inline]
    unsafe fn stored_at(&self, index: u32, time: u64) -> Moment {
        match &self.ages {
            Ages::Uniform(None) => Moment(time.saturating_sub(Moment::FOR_EVER.0)),
            Ages::Uniform(Some(ttl)) => Moment(time).before(*ttl),
            // SAFETY: it was written before the time of the entry, and is not written again while that is there.
            Ages::Each(ages) => Moment(unsafe { *ages.get_unchecked(index as usize).get() }),
        }
    }

    /// Takes note of when an entry is stored; answers what time is kept for it in the stead of `due`.
    ///
    /// # Safety
    ///
    /// The caller is the only writer, and there is no entry in the slot.
    unsafe fn age(&self, index: u32, stored_at: Moment, due: Moment) -> u64 {
        match &self.ages {
            Ages::Uniform(None) if due >= Moment::FOR_EVER => Moment::FOR_EVER.0 + stored_at.0,
            Ages::Uniform(_) => due.0.max(1),
            Ages::Each(ages) => {
                // SAFETY: readers look at it only where there is an entry.
                unsafe { *ages[index as usize].get() = stored_at.0 };
                due.0.max(1)
            }
        }
    }

    /// The value in a full slot, when it was stored and until when it is good.
    ///
    /// # Safety
    ///
    /// The slot is full, and stays so.
    pub(super) unsafe fn entry(&self, index: u32) -> Option<(&V, Moment, u64)> {
        // SAFETY: as the caller knows; there is an entry, and nobody takes it out while this is lent out.
        unsafe {
            let (value, time) = self.full(index).held.get()?;
            Some((value, self.stored_at(index, time), time))
        }
    }

    /// Puts an entry into a full slot that has none, beside readers.
    ///
    /// # Safety
    ///
    /// The caller is the only writer. The slot is full.
    pub(super) unsafe fn fill(&self, index: u32, value: V, stored_at: Moment, due: Moment) {
        // SAFETY: as the caller knows.
        unsafe {
            let time = self.age(index, stored_at, due);
            self.full(index).held.fill(value, time);
        }
    }

    /// A full slot.
    ///
    /// # Safety
    ///
    /// The slot is full, and stays so.
    #[inline]
    pub(super) unsafe fn full(&self, index: u32) -> &Slot<K, V> {
        // SAFETY: it is there and full, as the caller knows.
        unsafe { (*self.slots.place(index as usize).get()).assume_init_ref() }
    }

    /// Fills an empty slot that there is room for, and names it; answers whether a further cell of the table is used.
    ///
    /// # Safety
    ///
    /// The caller is the only writer. The slot is empty, and no reader sees it any more.
    pub(super) unsafe fn add(&self, index: u32, tag: u32, key: K) -> bool {
        let held = Held::nothing();
        assert!((index as usize) < self.slots.length(), "there is room");
        // SAFETY: it is there, and nobody else looks at it.
        unsafe { (*self.slots.place(index as usize).get()).write(Slot { key, held }) };
        self.table.insert(tag, index)
    }

    /// A full slot.
    ///
    /// # Safety
    ///
    /// The slot is full.
    pub(super) unsafe fn full_mut(&mut self, index: u32) -> &mut Slot<K, V> {
        // SAFETY: it is full, as the caller knows.
        unsafe { self.slots.place_mut(index as usize).assume_init_mut() }
    }

    /// Names a slot no more, which leaves when no reader sees it any more; answers how many are about to.
    ///
    /// # Safety
    ///
    /// The caller is the only writer. The slot is full, and named by this tag.
    pub(super) unsafe fn retire(&self, index: u32, tag: u32) -> usize {
        self.table.remove(tag, index);
        // SAFETY: only the writer looks at it.
        let leaving = unsafe { &mut *self.leaving.get() };
        leaving.push(index);
        leaving.len()
    }

    /// Takes out the slots that the table names no more: they are empty from now on.
    ///
    /// # Safety
    ///
    /// The caller is the only writer, and no reader sees them any more.
    pub(super) unsafe fn let_go(&self, mut each: impl FnMut(u32, Slot<K, V>)) {
        // SAFETY: only the writer looks at it.
        let leaving = unsafe { &mut *self.leaving.get() };
        for index in leaving.drain(..) {
            // SAFETY: it is full, and nobody takes it again.
            let slot = unsafe { (*self.slots.place(index as usize).get()).assume_init_read() };
            each(index, slot);
        }
    }

    /// How many slots there are places for.
    pub(super) fn places(&self) -> usize {
        self.slots.length()
    }

    /// Makes places for so many slots.
    pub(super) fn extend(&mut self, slots: usize) {
        self.slots.extend(slots);
        if let Ages::Each(ages) = &mut self.ages {
            ages.reserve_exact(slots - ages.len());
            ages.resize_with(slots, UnsafeCell::default);
        }
    }

    /// A table for more slots in the place of this one, of which so many cells are used, and how many it uses.
    pub(super) fn larger_table(&self, used: usize, marks: &[Mark]) -> (Table, usize) {
        let full = self.table.slots().count();
        let named = self.table.slots();
        let tagged = named.map(|slot| (marks[slot as usize].tag, slot));
        // Whichever slots are full, a cell must have the bits for their numbers.
        let table = self.table.anew(full.max(marks.len() / 2), used, tagged);
        (table, full)
    }

    /// Takes all slots out.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (u32, Slot<K, V>)> + use<K, V> {
        let table = std::mem::replace(&mut self.table, Table::new());
        let mut slots = std::mem::replace(&mut self.slots, Room::new());
        if let Ages::Each(ages) = &mut self.ages {
            *ages = Vec::new();
        }
        let mut full = std::mem::take(self.leaving.get_mut());
        full.extend(table.slots());
        full.into_iter().map(move |index| {
            // SAFETY: the table named full slots, each of them once, and is no more; what was leaving is full too.
            let slot = unsafe { slots.place_mut(index as usize).assume_init_read() };
            (index, slot)
        })
    }
}

impl<K, V> Drop for Seen<K, V> {
    fn drop(&mut self) {
        if !Self::PLAIN {
            self.drain().for_each(drop);
        }
    }
}

impl<K, V> std::fmt::Debug for Seen<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seen").finish_non_exhaustive()
    }
}
