//! One shard of a store: everything that is looked at and changed under one lock.
//!
//! A slot stands for a key that has an entry, computations under way, or both. What readers see of it is in [`Seen`];
//! here is what belongs to the writer. Nothing here runs code of the user's but harmless comparisons and clones
//! ([`KeyCell`], [`ValueCell`]): other keys are compared, and whatever leaves is dropped, by the caller, outside the
//! lock.
//!
//! - [`view`](mod@view): looks at it.
//! - [`leave`]: what leaves it, and when that is dropped.
//! - [`garbage`]: what has left it.
#![allow(
    unsafe_code,
    reason = "which slots are full, and that there is one writer, is known here"
)]

mod garbage;
mod leave;
mod view;

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::departed::Reason;
use super::flights::{Ended, Flights};
use super::seen::{Seen, Slot};
use super::wheel::Wheel;
use crate::biased::Writing;
use crate::clock::Moment;
use crate::entry::{Care, Entry};
use crate::key::cell::KeyCell;
use crate::lineage::LoadId;
use crate::policy::{Heat, Policy, PolicyKind};
use crate::stats::{Counters, Event};
use crate::value::cell::ValueCell;
pub(crate) use garbage::{Garbage, discard};
pub(crate) use view::{Found, View, view};

/// More entries than a shard will hold.
const MANY: usize = 1 << 30;

/// What a store may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    Entries(usize),
    Weight(u64),
    Unbounded,
}

impl Bound {
    /// How many places there are to be in the stead of so many: twice as many while they are few; a quarter more, though
    /// not beyond the bound, once they are many; and a sixteenth more where there is no bound, and what stands empty might
    /// stay so.
    fn more(self, than: usize) -> usize {
        match (than, self) {
            (0, _) => 4,
            (few @ 1..1024, _) => 2 * few,
            (many, Self::Entries(most)) if many < most => {
                // What makes room for others is there for a while.
                (many + many / 4).min(most + most / 32)
            }
            (many, _) => many + many / 16,
        }
    }
}

/// Where a key is, as long as nothing about it changes: a stamp is not used twice before four thousand million
/// others were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(super) slot: u32,
    stamp: NonZeroU32,
}

/// What the writer knows of a slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub(super) tag: u32,
    /// None: the slot is empty.
    stamp: Option<NonZeroU32>,
}

/// What the writer of a shard has to itself.
#[derive(Debug)]
#[repr(C)] // what every computation changes stands together, since another processor may have changed it last
pub(crate) struct Shard<V: ValueCell> {
    next_stamp: u32,
    /// How many cells of the table are used.
    used: usize,
    entries: usize,
    flights: Flights<V::Taken>,
    marks: Vec<Mark>,
    policy: Box<dyn Policy>,
    wheel: Wheel,
    /// No entry expires before this.
    pub(super) due: Moment,
    bound: Bound,
    /// Empty slots.
    free: Vec<u32>,
    /// What the entries weighed together whose slots are about to leave.
    leaving_weight: u64,
    cares: HashMap<u32, Arc<Care>, FixedState>,
    /// How many entries the policy reckons with.
    reckoned: usize,
    /// What the entries weigh together.
    weight: u64,
}

/// A shard whose writer one is.
pub(crate) type Desk<'a, K, V> = Writing<'a, Seen<K, V>, Shard<V>>;

/// The part of a hash that a slot keeps.
#[inline]
pub(super) fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// A hash made of what a slot keeps: the table, the policy and the table of departed keys go by this one.
#[inline]
pub(super) fn spread(tag: u32) -> u64 {
    u64::from(tag).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl<V: ValueCell> Shard<V> {
    pub(super) fn new(bound: Bound) -> Self {
        let (policy, capacity) = match bound {
            Bound::Entries(capacity) => (PolicyKind::S3Fifo { capacity }, capacity),
            // How many entries that will be is not known before it is full.
            Bound::Weight(_) => (PolicyKind::S3Fifo { capacity: MANY }, MANY),
            Bound::Unbounded => (PolicyKind::Unbounded, MANY),
        };
        Self {
            next_stamp: 0,
            used: 0,
            entries: 0,
            flights: Flights::new(),
            marks: Vec::new(),
            policy: policy.build(),
            wheel: Wheel::new(),
            due: Moment::NEVER,
            bound,
            free: Vec::new(),
            leaving_weight: 0,
            cares: HashMap::default(),
            reckoned: capacity,
            weight: 0,
        }
    }

    pub(super) fn entries(&self) -> usize {
        self.entries
    }

    #[cfg(feature = "admin")]
    pub(super) fn weight(&self) -> u64 {
        self.weight
    }

    fn tag_of(&self, index: u32) -> u32 {
        self.marks[index as usize].tag
    }

    fn is_full(&self, index: u32) -> bool {
        let mark = self.marks.get(index as usize);
        mark.is_some_and(|mark| mark.stamp.is_some())
    }

    fn stamp(&mut self) -> NonZeroU32 {
        self.next_stamp = self.next_stamp.wrapping_add(1).max(1);
        NonZeroU32::new(self.next_stamp).unwrap_or(NonZeroU32::MIN)
    }

    /// The slot that is filled next.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the table has no room for more than 2^32 slots"
    )]
    fn next(&self) -> u32 {
        self.free.last().copied().unwrap_or(self.marks.len() as u32)
    }

    /// Marks the slot that is filled next. There are places for so many slots.
    fn mark(&mut self, tag: u32, places: usize) -> u32 {
        let (index, stamp) = (self.next(), Some(self.stamp()));
        let mark = Mark { tag, stamp };
        if self.free.pop().is_some() {
            self.marks[index as usize] = mark;
        } else {
            let length = self.marks.len();
            if length == self.marks.capacity() {
                self.marks.reserve_exact(places - length);
            }
            self.marks.push(mark);
        }
        index
    }

    /// What has changed about a key has another stamp.
    fn stamp_anew(&mut self, index: u32) {
        let stamp = self.stamp();
        self.marks[index as usize].stamp = Some(stamp);
    }

    /// Tells whether nothing about the key of a place has changed.
    pub(super) fn holds(&self, place: Place) -> bool {
        let mark = self.marks.get(place.slot as usize);
        mark.is_some_and(|mark| mark.stamp == Some(place.stamp))
    }

    /// Tells whether a computation that others may wait for is under way in a slot.
    pub(super) fn is_computing(&self, slot: u32) -> bool {
        self.flights.is_joinable(slot)
    }

    /// Takes note that a computation has ended.
    ///
    /// Computations of the key that began before it are detached: they know less.
    pub(super) fn end(&mut self, slot: u32, id: LoadId, supersede: bool) -> Ended<V::Taken> {
        self.flights.end(slot, id, supersede)
    }

    /// Detaches every computation under way in a slot.
    pub(super) fn detach(&mut self, slot: u32) {
        self.flights.detach(slot);
    }

    /// Lets the policy of a shard that is bounded by weight know how many entries that is.
    fn reckon(&mut self) {
        let entries = self.entries.max(16);
        let far = entries > 2 * self.reckoned || 2 * entries < self.reckoned;
        if matches!(self.bound, Bound::Weight(_)) && far {
            self.policy.resize(entries);
            self.reckoned = entries;
        }
    }

    fn is_full_for(&self, weight: u32) -> bool {
        match self.bound {
            Bound::Entries(most) => self.entries >= most,
            Bound::Weight(most) => self.weight + u64::from(weight) > most,
            Bound::Unbounded => false,
        }
    }

    fn schedule(&mut self, index: u32, leaves_at: Moment) {
        if leaves_at >= Moment::FOR_EVER {
            self.wheel.cancel(index);
        } else {
            self.wheel.make_room(self.marks.capacity());
            self.wheel.schedule(index, leaves_at.0);
            self.due = self.due.min(leaves_at);
        }
    }
}

impl<K: KeyCell, V: ValueCell> Desk<'_, K, V> {
    fn view(&self) -> View<'_, K, V> {
        View {
            seen: self.seen(),
            shard: self,
        }
    }

    fn slot(&self, index: u32) -> Option<&Slot<K, V>> {
        self.view().slot(index)
    }

    /// Notes a computation that may store in a slot, and says why the key had no entry, if that is known.
    pub(super) fn begin(
        &mut self,
        slot: u32,
        hash: u64,
        id: LoadId,
        joinable: bool,
    ) -> Option<Reason> {
        self.flights.begin(slot, id, joinable);
        self.seen().departed.take(spread(tag(hash)))
    }

    /// Finds the slot of a key that was looked at outside the lock, or makes one; none if something has changed.
    pub(super) fn slot_of(
        &mut self,
        hash: u64,
        place: Option<Place>,
        newest: Option<NonZeroU32>,
        key: &mut Option<K>,
    ) -> Option<u32> {
        match place {
            Some(place) => self.holds(place).then_some(place.slot),
            // No key has joined those of the hash since this one was not found among them.
            None if self.view().newest(hash) == newest => Some(self.add(hash, key.take()?)),
            None => None,
        }
    }

    /// Makes a slot for a key that has none.
    pub(super) fn add(&mut self, hash: u64, key: K) -> u32 {
        self.make_room();
        let tag = tag(hash);
        let places = self.seen().places();
        let index = self.mark(tag, places);
        // SAFETY: this is the only writer; the slot was empty, and no reader sees it any more.
        let fresh = unsafe { self.seen().add(index, tag, key) };
        self.used += usize::from(fresh);
        index
    }

    /// Makes room for the slot that is filled next.
    fn make_room(&mut self) {
        let next = self.next();
        let places = self.seen().places();
        if next as usize >= places {
            let more = self.bound.more(places);
            self.while_alone(|seen, _| seen.extend(more));
        }
        if !self.seen().table.has_room(next, self.used) {
            // It is made beside readers, who are shut out only while it takes the other's place.
            let (mut table, used) = self.seen().larger_table(self.used, &self.marks);
            self.used = used;
            self.while_alone(|seen, _| std::mem::swap(&mut seen.table, &mut table));
        }
    }

    /// Puts an entry into a slot, in the stead of the one that is there. Answers false if it is heavier than all
    /// entries together may be; then there is none.
    pub(super) fn set(
        &mut self,
        index: u32,
        entry: Entry<V::Taken>,
        counters: &Counters,
        garbage: &mut Garbage<K, V>,
    ) -> bool {
        let mut known = self.has_entry(index);
        if known {
            let expired = self.leaves_at(index) <= entry.stored_at;
            counters.add(Event::Expiration, u64::from(expired));
            self.take_entry(index, garbage);
        }
        let weight = entry.weight();
        if known && self.is_full_for(weight) {
            self.policy.remove(index);
            known = false;
        }
        if matches!(self.bound, Bound::Weight(most) if u64::from(weight) > most) {
            return false;
        }
        while self.is_full_for(weight)
            && let Some(victim) = self.victim()
        {
            self.dismiss(victim, Reason::Evicted, garbage);
            counters.count(Event::Eviction);
        }
        if !known {
            self.arrive(index);
        }
        self.schedule(index, entry.leaves_at());
        self.weight += u64::from(weight);
        self.entries += 1;
        self.store(index, entry);
        counters.count(Event::Store);
        true
    }

    /// Makes a slot known to the policy.
    fn arrive(&mut self, index: u32) {
        if self.bound == Bound::Unbounded {
            return;
        }
        let tag = self.tag_of(index);
        if let Some(slot) = self.slot(index) {
            slot.held.reset();
        }
        self.policy.insert(index, spread(tag));
    }

    /// Puts an entry into a slot that has none.
    fn store(&mut self, index: u32, entry: Entry<V::Taken>) {
        let Entry {
            value,
            stored_at,
            due,
            care,
        } = entry;
        if let Some(care) = care {
            self.cares.insert(index, care);
        }
        self.stamp_anew(index);
        // SAFETY: this is the only writer; the slot is full, and its entry has been taken out.
        unsafe { self.seen().fill(index, V::new(value), stored_at, due) };
    }

    /// Chooses the entry that leaves for another.
    fn victim(&mut self) -> Option<u32> {
        self.reckon();
        let (seen, shard) = self.parts();
        let Shard { policy, marks, .. } = shard;
        let hash_of = |slot: u32| spread(marks[slot as usize].tag);
        policy.victim(&Heats(seen), &hash_of)
    }

    pub(super) fn has_entry(&self, index: u32) -> bool {
        self.slot(index).is_some_and(|slot| slot.held.is_there())
    }
}

/// How often the slots are hit that the policy knows.
struct Heats<'a, K, V>(&'a Seen<K, V>);

impl<K, V> Heat for Heats<'_, K, V> {
    fn get(&self, slot: u32) -> u8 {
        // SAFETY: what the policy knows is full, and only this writer empties it.
        unsafe { self.0.full(slot) }.held.heat()
    }

    fn cool(&self, slot: u32) {
        // SAFETY: as above.
        unsafe { self.0.full(slot) }.held.cool();
    }

    fn reset(&self, slot: u32) {
        // SAFETY: as above.
        unsafe { self.0.full(slot) }.held.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_become_more_and_hardly_more_than_are_needed() {
        let places = |bound: Bound, needed: usize| {
            let more = |places: &usize| (*places < needed).then(|| bound.more(*places));
            std::iter::successors(Some(0), more).last().unwrap_or(0)
        };
        for needed in [1, 1023, 1025, 2_000, 10_000, 10_300, 50_000] {
            let (some, all) = (
                places(Bound::Entries(10_000), needed),
                places(Bound::Unbounded, needed),
            );
            assert!(some >= needed && all >= needed);
            assert!(needed < 1024 || all <= needed + needed / 16);
            assert!(needed > 10_000 || some <= 10_312, "{some} of 10 000");
        }
    }
}
