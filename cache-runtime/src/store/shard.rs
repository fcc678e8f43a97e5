//! One shard of a store: everything that is looked at and changed under one lock.
//!
//! A slot stands for a key that has an entry, computations under way, or both. What readers see of it is in [`Seen`];
//! here is what belongs to the writer. Nothing here runs code of the user's but harmless comparisons and clones
//! ([`KeyCell`], [`ValueCell`]): other keys are compared, and whatever leaves is dropped, by the caller, outside the
//! lock.
#![allow(
    unsafe_code,
    reason = "which slots are full, and that there is one writer, is known here"
)]

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::departed::{Departed, Reason};
use super::flights::Flights;
use super::seen::{Seen, Slot, more};
use super::wheel::Wheel;
use crate::biased::{Reading, Writing};
use crate::clock::Moment;
use crate::entry::{Care, Entry};
use crate::key::cell::KeyCell;
use crate::policy::{Heat, Policy, PolicyKind};
use crate::site::flight::Flight;
use crate::stats::{Counters, Event};
use crate::value::cell::ValueCell;

/// At most so many expired entries leave in the course of one call.
const SWEEP: usize = 64;

/// So many slots are emptied together, when no reader sees them any more.
const TOGETHER: usize = 32;

/// For so few slots readers are shut out for a while: if it happens again soon, it costs nothing then.
const FEW_TOGETHER: usize = 8;

/// What has made room for others stays in memory until it is more than one of so many parts of the capacity, or
/// [`TOGETHER`].
const PART: usize = 64;

/// An empty shard keeps the memory of so few slots.
const FEW: usize = 8;

/// More entries than a shard will hold.
const MANY: usize = 1 << 30;

/// What a store may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    Entries(usize),
    Weight(u64),
    Unbounded,
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

/// What is known of one key.
pub(crate) struct Found<K: KeyCell, T> {
    pub(crate) place: Place,
    /// The key, if it is yet to be compared.
    pub(super) key: Option<Arc<K::Key>>,
    pub(crate) entry: Option<Entry<T>>,
    /// The latest computation that others may wait for.
    pub(crate) flight: Option<Arc<Flight<T>>>,
}

/// What has left a shard and is dropped outside its lock.
#[derive(Debug)]
pub(crate) struct Garbage<K, V> {
    first: Option<Junk<K, V>>,
    more: Vec<Junk<K, V>>,
}

#[derive(Debug)]
enum Junk<K, V> {
    Key(K),
    Value(V),
    Care(#[expect(dead_code, reason = "it is dropped")] Arc<Care>),
}

impl<K, V> Garbage<K, V> {
    pub(super) const fn new() -> Self {
        Self {
            first: None,
            more: Vec::new(),
        }
    }

    fn add(&mut self, junk: Junk<K, V>) {
        if self.first.is_none() {
            self.first = Some(junk);
        } else {
            self.more.push(junk);
        }
    }

    fn add_slot(&mut self, slot: Slot<K, V>) {
        let Slot { key, mut held } = slot;
        self.add(Junk::Key(key));
        if let Some(value) = held.take() {
            self.add(Junk::Value(value));
        }
    }

    /// Drops everything, each key and each value by itself.
    ///
    /// A panic in a user's `Drop` ends here: the call in whose course an entry leaves is not to blame for it. Only
    /// one thing at a time is dropped so, for a second panic on the way would end the process.
    pub(super) fn discard(self) {
        let Some(first) = self.first else {
            return;
        };
        discard(first);
        self.more.into_iter().for_each(discard);
    }
}

/// Drops something of the user's, and keeps its panic to itself.
pub(super) fn discard<T>(leaving: T) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(leaving)));
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
    departed: Departed,
    /// No entry expires before this.
    pub(super) due: Moment,
    bound: Bound,
    /// Empty slots.
    free: Vec<u32>,
    /// How many slots are about to leave.
    leaving: usize,
    /// What the entries weigh together that were in them.
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
            // A store without a bound remembers as many as a small one: there are many shards.
            departed: Departed::new(if capacity == MANY { 0 } else { capacity }),
            due: Moment::NEVER,
            bound,
            free: Vec::new(),
            leaving: 0,
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

    /// Says that a slot for a key of this hash is going to be made.
    pub(super) fn foresee(&self, hash: u64) {
        self.departed.foresee(spread(tag(hash)));
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

    /// Marks the slot that is filled next.
    fn mark(&mut self, tag: u32) -> u32 {
        let (index, stamp) = (self.next(), Some(self.stamp()));
        let mark = Mark { tag, stamp };
        if self.free.pop().is_some() {
            self.marks[index as usize] = mark;
        } else {
            let length = self.marks.len();
            if length == self.marks.capacity() {
                self.marks.reserve_exact(more(length) - length);
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
        self.flights
            .of(slot)
            .iter()
            .any(|flight| flight.is_joinable())
    }

    /// Tells whether a computation is noted in a slot.
    fn notes(&self, slot: u32, flight: &Arc<Flight<V::Taken>>) -> bool {
        let mut all = self.flights.of(slot).iter();
        all.any(|other| Arc::ptr_eq(other, flight))
    }

    /// Notes a computation that may store in a slot, and says why the key had no entry, if that is known.
    pub(super) fn begin(&mut self, slot: u32, flight: Arc<Flight<V::Taken>>) -> Option<Reason> {
        self.flights.begin(slot, flight);
        let tag = self.tag_of(slot);
        self.departed.take(spread(tag))
    }

    /// Takes note that a computation has ended; answers false if it had been detached.
    ///
    /// Computations of the key that began before it are detached: they know less.
    pub(super) fn end(
        &mut self,
        slot: u32,
        flight: &Arc<Flight<V::Taken>>,
        supersede: bool,
    ) -> bool {
        self.flights.end(slot, flight, supersede)
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
            self.wheel.schedule(index, leaves_at.0);
            self.due = self.due.min(leaves_at);
        }
    }
}

/// A shard as it is looked at, by a writer or by those who keep writers away.
pub(crate) struct View<'a, K: KeyCell, V: ValueCell> {
    seen: &'a Seen<K, V>,
    shard: &'a Shard<V>,
}

impl<K: KeyCell, V: ValueCell> Clone for View<'_, K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: KeyCell, V: ValueCell> Copy for View<'_, K, V> {}

/// Looks at a shard that nobody writes meanwhile.
pub(super) fn view<'a, K: KeyCell, V: ValueCell>(
    reading: &'a Reading<'_, Seen<K, V>, Shard<V>>,
) -> View<'a, K, V> {
    let (seen, shard) = reading.parts();
    View { seen, shard }
}

impl<'a, K: KeyCell, V: ValueCell> View<'a, K, V> {
    fn slot(self, index: u32) -> Option<&'a Slot<K, V>> {
        // SAFETY: the slot is full, and only a writer empties it.
        (self.shard.is_full(index)).then(|| unsafe { self.seen.full(index) })
    }

    /// Looks at every key with this hash. `compare` is asked about those that compare where they lie, and about no
    /// other; what is yet to be compared is handed out with its key. Answers the newest stamp among them.
    pub(super) fn look(
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
        let mut flights = self.shard.flights.of(index).iter();
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
            flight: flights.rfind(|flight| flight.is_joinable()).cloned(),
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
    pub(super) fn times_of(self, hash: u64) -> Option<(Moment, Moment)> {
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
    pub(super) fn oldest(
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
    fn newest(self, hash: u64) -> Option<NonZeroU32> {
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

    /// The entry that a computation is to replace, as long as the computation is not detached.
    pub(super) fn entry_before(
        self,
        slot: u32,
        flight: &Arc<Flight<V::Taken>>,
    ) -> Option<Entry<V::Taken>> {
        let noted = self.shard.is_full(slot) && self.shard.notes(slot, flight);
        noted.then(|| self.entry(slot)).flatten()
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
        let index = self.mark(tag);
        // SAFETY: this is the only writer; the slot was empty, and no reader sees it any more.
        let fresh = unsafe { self.seen().add(index, tag, key) };
        self.used += usize::from(fresh);
        index
    }

    /// Makes room for the slot that is filled next.
    fn make_room(&mut self) {
        let next = self.next();
        if !self.seen().has_place(next) {
            self.while_alone(|seen, _| seen.extend());
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

    /// Drops what is in a slot: its entry leaves, its computations are detached. Answers whether there was an entry
    /// that could still be given out.
    pub(super) fn empty(&mut self, index: u32, now: Moment, garbage: &mut Garbage<K, V>) -> bool {
        let existed = self.is_of_use(index, now);
        self.detach(index);
        self.let_go(index, Reason::Invalidated, garbage);
        existed
    }

    /// Drops what is in the slots of a hash.
    pub(super) fn empty_all(
        &mut self,
        hash: u64,
        now: Moment,
        garbage: &mut Garbage<K, V>,
    ) -> usize {
        let tag = tag(hash);
        let mut existed = 0;
        loop {
            let of_hash = |index| self.tag_of(index) == tag;
            let Some(index) = self.seen().table.find(tag, of_hash) else {
                return existed;
            };
            existed += usize::from(self.empty(index, now, garbage));
        }
    }

    /// Lets the entries of a hash go, and leaves its computations.
    #[cfg(feature = "redis")]
    pub(super) fn let_hash_go(&mut self, hash: u64, garbage: &mut Garbage<K, V>) {
        let tag = tag(hash);
        let has_entry = |shard: &Self, index| shard.tag_of(index) == tag && shard.has_entry(index);
        while let Some(index) = self.seen().table.find(tag, |index| has_entry(self, index)) {
            self.let_go(index, Reason::Invalidated, garbage);
        }
    }

    pub(super) fn has_entry(&self, index: u32) -> bool {
        self.slot(index).is_some_and(|slot| slot.held.is_there())
    }

    /// Whether the label of an entry has been invalidated.
    pub(super) fn is_outdated(&self, index: u32) -> bool {
        let care = self.cares.get(&index);
        care.is_some_and(|care| care.lineage.is_outdated())
    }

    /// Takes the entry out of a slot that the policy has forgotten; answers whether there was one.
    fn take_entry(&mut self, index: u32, garbage: &mut Garbage<K, V>) -> bool {
        if !self.forget(index, garbage) {
            return false;
        }
        // SAFETY: a slot that has an entry is full.
        let slot = unsafe { self.alone().0.full_mut(index) };
        if let Some(value) = slot.held.take() {
            garbage.add(Junk::Value(value));
        }
        true
    }

    /// Forgets what is known of the entry of a slot; answers whether there was one.
    fn forget(&mut self, index: u32, garbage: &mut Garbage<K, V>) -> bool {
        if !self.has_entry(index) {
            return false;
        }
        if let Some(care) = self.cares.remove(&index) {
            self.weight -= u64::from(care.weight);
            garbage.add(Junk::Care(care));
        }
        self.stamp_anew(index);
        self.entries -= 1;
        self.wheel.cancel(index);
        true
    }

    /// Drops the entry of a slot that the policy has forgotten, and remembers why it is gone. The slot is emptied if no
    /// computation is under way in it.
    fn dismiss(&mut self, index: u32, why: Reason, garbage: &mut Garbage<K, V>) {
        let tag = self.tag_of(index);
        self.departed.note(spread(tag), why);
        if self.flights.of(index).is_empty() {
            let together = match why {
                Reason::Evicted => self.may_wait(index),
                Reason::Expired | Reason::Invalidated => 0,
            };
            self.forget(index, garbage);
            self.remove(index, together, garbage);
        } else {
            self.take_entry(index, garbage);
        }
    }

    /// How many may be in memory a while longer, together with this one, whose entry makes room for another.
    fn may_wait(&mut self, index: u32) -> usize {
        match self.bound {
            Bound::Entries(most) => most / PART,
            Bound::Weight(most) => {
                let care = self.cares.get(&index);
                self.leaving_weight += care.map_or(0, |care| u64::from(care.weight));
                if self.leaving_weight <= most / PART as u64 {
                    TOGETHER
                } else {
                    0
                }
            }
            Bound::Unbounded => 0,
        }
    }

    /// Empties a slot if nothing is left in it.
    pub(super) fn tidy(&mut self, index: u32, garbage: &mut Garbage<K, V>) {
        let in_use = self.slot(index).is_none_or(|slot| slot.held.is_there());
        if !in_use && self.flights.of(index).is_empty() {
            self.remove(index, TOGETHER, garbage);
        }
    }

    /// Empties a slot, whatever is in it: with others, once so many are `together`, unless nobody notices when that is.
    fn remove(&mut self, index: u32, together: usize, garbage: &mut Garbage<K, V>) {
        let tag = self.tag_of(index);
        // SAFETY: this is the only writer; the slot was full, and is marked as empty from now on.
        self.leaving = unsafe { self.seen().retire(index, tag) };
        self.marks[index as usize].stamp = None;
        let together = if Seen::<K, V>::PLAIN {
            TOGETHER
        } else {
            together.min(TOGETHER)
        };
        let is_last = self.free.len() + self.leaving == self.marks.len();
        if self.is_alone() || self.leaving >= together || is_last && !Seen::<K, V>::PLAIN {
            self.let_go_together(garbage);
        }
        if !is_last {
            return;
        }
        if self.marks.len() > FEW {
            self.shrink();
        } else {
            self.seen().table.reset();
            self.used = 0;
        }
    }

    /// Empties the slots that are about to leave.
    fn let_go_together(&mut self, garbage: &mut Garbage<K, V>) {
        if Seen::<K, V>::PLAIN {
            self.grace();
        } else if self.leaving >= FEW_TOGETHER {
            self.grace_or_alone();
        } else {
            self.alone();
        }
        self.leaving = 0;
        self.leaving_weight = 0;
        let (seen, shard) = self.parts();
        let mut leaves = |index, slot: Slot<K, V>| {
            shard.free.push(index);
            if !Seen::<K, V>::PLAIN {
                garbage.add_slot(slot);
            }
        };
        // SAFETY: this is the only writer, and readers who saw them are gone.
        unsafe { seen.let_go(&mut leaves) };
    }

    /// Gives back what an empty shard has no use for.
    fn shrink(&mut self) {
        let (seen, shard) = self.alone();
        seen.drain().for_each(drop);
        shard.used = 0;
        shard.marks = Vec::new();
        shard.free = Vec::new();
        shard.leaving = 0;
        shard.leaving_weight = 0;
        shard.flights.clear();
        shard.cares = HashMap::default();
        shard.wheel.clear();
    }

    /// Tells whether the entry of a slot could be given out.
    fn is_of_use(&self, index: u32, now: Moment) -> bool {
        match self.cares.get(&index) {
            Some(care) => care.is_of_use(now),
            None => now < self.leaves_at(index),
        }
    }

    /// When the entry of a slot is of no use any more.
    fn leaves_at(&self, index: u32) -> Moment {
        match self.cares.get(&index) {
            Some(care) => care.leaves_at(),
            None => Moment::kept(self.slot(index).map_or(0, |slot| slot.held.time())),
        }
    }

    /// Lets expired entries go, at most `limit`; answers how many were looked at.
    pub(super) fn sweep(
        &mut self,
        now: Moment,
        limit: usize,
        counters: &Counters,
        garbage: &mut Garbage<K, V>,
    ) -> usize {
        if self.due > now {
            return 0;
        }
        let mut delivered = Vec::new();
        let mut wheel = std::mem::replace(&mut self.wheel, Wheel::new());
        let due_of = |slot: u32| self.leaves_at(slot).0;
        wheel.advance(now.0, &due_of, &mut |slot| delivered.push(slot), limit);
        self.wheel = wheel;
        let mut expired = 0;
        for &index in &delivered {
            let leaves_at = self.leaves_at(index);
            if leaves_at > now {
                // It has been read since, and may stay for a while.
                self.schedule(index, leaves_at);
            } else {
                self.let_go(index, Reason::Expired, garbage);
                expired += 1;
            }
        }
        self.due = self.wheel.next_due().map_or(Moment::NEVER, Moment);
        counters.add(Event::Expiration, expired);
        delivered.len()
    }

    fn let_go(&mut self, index: u32, why: Reason, garbage: &mut Garbage<K, V>) {
        self.policy.remove(index);
        self.dismiss(index, why, garbage);
    }

    /// Lets a few expired entries go.
    pub(super) fn sweep_some(
        &mut self,
        now: Moment,
        counters: &Counters,
        garbage: &mut Garbage<K, V>,
    ) {
        self.sweep(now, SWEEP, counters, garbage);
    }

    /// Lets entries go that carry an invalidated label, looking at `count` slots from `first` on. Answers where to
    /// go on, if there are more.
    pub(super) fn let_some_go(
        &mut self,
        first: u32,
        count: u32,
        goes: impl Fn(&Self, u32) -> bool,
        counters: &Counters,
        garbage: &mut Garbage<K, V>,
    ) -> Option<u32> {
        let length = u32::try_from(self.marks.len()).unwrap_or(u32::MAX);
        let end = first.saturating_add(count).min(length);
        let mut gone = 0;
        for index in first..end {
            if goes(self, index) {
                self.let_go(index, Reason::Invalidated, garbage);
                gone += 1;
            }
        }
        counters.add(Event::Invalidation, gone);
        (end < length).then_some(end)
    }

    /// Drops every entry and detaches every computation; answers how many entries there were.
    pub(super) fn clear(&mut self, garbage: &mut Garbage<K, V>) -> usize {
        let (seen, shard) = self.alone();
        for (index, slot) in seen.drain() {
            if shard.is_full(index) {
                let tag = shard.tag_of(index);
                shard.departed.note(spread(tag), Reason::Invalidated);
            }
            garbage.add_slot(slot);
        }
        for (_, care) in shard.cares.drain() {
            garbage.add(Junk::Care(care));
        }
        self.shrink();
        self.policy.clear();
        self.due = Moment::NEVER;
        self.weight = 0;
        std::mem::take(&mut self.entries)
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
}
