//! One shard of a store: everything that is looked at and changed under one lock.
//!
//! A slot stands for a key that has an entry, computations under way, or both. Nothing here runs code of the user's
//! but harmless comparisons and clones ([`KeyCell`], [`ValueCell`]): other keys are compared, and whatever leaves is
//! dropped, by the caller, outside the lock.
#![allow(
    unsafe_code,
    reason = "a hit need not ask again whether a slot is full that the table names"
)]

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::departed::{Departed, Reason};
use super::held::Held;
use super::slab::{Slab, grow};
use super::wheel::Wheel;
use crate::clock::Moment;
use crate::entry::{Care, Entry};
use crate::key::KeyRef;
use crate::key::cell::KeyCell;
use crate::options::Ttl;
use crate::policy::{Heat, Policy, PolicyKind};
use crate::site::flight::Flight;
use crate::stats::{Counters, Event};
use crate::value::cell::ValueCell;

/// At most so many expired entries leave in the course of one call.
const SWEEP: usize = 64;

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

#[derive(Debug)]
struct Slot<K, V> {
    key: K,
    held: Held<V>,
    tag: u32,
    stamp: NonZeroU32,
}

/// Computations that may still store in one slot, in the order in which they began. Mostly it is one.
#[derive(Debug)]
enum Flights<T, E> {
    One(Arc<Flight<T, E>>),
    More(Vec<Arc<Flight<T, E>>>),
}

/// When each entry was stored: said by the time until which it is good if all live equally long.
#[derive(Debug)]
enum Ages {
    Uniform(Ttl),
    Each(Vec<u64>),
}

/// A value that is good at any rate.
pub(super) struct Taken<T, K> {
    pub(super) value: T,
    /// The key, if it is yet to be compared.
    pub(super) key: Option<Arc<K>>,
    pub(super) stored_at: Moment,
}

/// What is known of one key.
pub(crate) struct Found<K: KeyCell, T, E> {
    pub(crate) place: Place,
    /// The key, if it is yet to be compared.
    pub(super) key: Option<Arc<K::Key>>,
    pub(crate) entry: Option<Entry<T>>,
    /// The latest computation that others may wait for.
    pub(crate) flight: Option<Arc<Flight<T, E>>>,
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

    /// Drops everything, each key and each value by itself.
    ///
    /// A panic in a user's `Drop` ends here: the call in whose course an entry leaves is not to blame for it. Only
    /// one thing at a time is dropped so, for a second panic on the way would end the process.
    pub(super) fn discard(self) {
        for junk in self.first.into_iter().chain(self.more) {
            discard(junk);
        }
    }
}

/// Drops something of the user's, and keeps its panic to itself.
pub(super) fn discard<T>(leaving: T) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(leaving)));
}

/// Some of a store's slots.
#[derive(Debug)]
#[repr(C)] // what a hit looks at stands together
pub(crate) struct Shard<K: KeyCell, V: ValueCell, E> {
    table: HashTable<u32>,
    slots: Slab<Slot<K, V>>,
    heat: Heat,
    next_stamp: u32,
    ages: Ages,
    flights: HashMap<u32, Flights<V::Taken, E>, FixedState>,
    cares: HashMap<u32, Arc<Care>, FixedState>,
    entries: usize,
    bound: Bound,
    /// How many entries the policy reckons with.
    reckoned: usize,
    /// What the entries weigh together.
    weight: u64,
    policy: Box<dyn Policy>,
    wheel: Wheel,
    /// No entry expires before this.
    pub(super) due: Moment,
    departed: Departed,
}

/// The part of a hash that a slot keeps.
#[inline]
fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// A hash made of what a slot keeps: the table, the policy and the table of departed keys go by this one.
#[inline]
fn spread(tag: u32) -> u64 {
    u64::from(tag).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[expect(
    clippy::inline_always,
    reason = "a hit costs less than the calls that it would be made of"
)]
impl<K: KeyCell, V: ValueCell, E> Shard<K, V, E> {
    /// `uniform` is the time to live that all entries have without [`Care`], if it is the same.
    pub(super) fn new(bound: Bound, uniform: Option<Ttl>) -> Self {
        let (policy, capacity) = match bound {
            Bound::Entries(capacity) => (PolicyKind::S3Fifo { capacity }, capacity),
            // How many entries that will be is not known before it is full.
            Bound::Weight(_) => (PolicyKind::S3Fifo { capacity: MANY }, MANY),
            Bound::Unbounded => (PolicyKind::Unbounded, MANY),
        };
        Self {
            table: HashTable::new(),
            slots: Slab::new(),
            heat: Heat::default(),
            next_stamp: 0,
            ages: uniform.map_or(Ages::Each(Vec::new()), Ages::Uniform),
            flights: HashMap::default(),
            cares: HashMap::default(),
            entries: 0,
            bound,
            reckoned: capacity,
            weight: 0,
            policy: policy.build(),
            wheel: Wheel::new(),
            due: Moment::NEVER,
            // A store without a bound remembers as many as a small one: there are many shards.
            departed: Departed::new(if capacity == MANY { 0 } else { capacity }),
        }
    }

    pub(super) fn entries(&self) -> usize {
        self.entries
    }

    // --- looking ---------------------------------------------------------------------------------------

    /// Takes a value that is good at any rate.
    #[inline(always)]
    pub(super) fn hit<Q: KeyRef<Owned = K::Key>>(
        &self,
        hash: u64,
        key: &Q,
        is_good: impl FnOnce(u64) -> bool,
    ) -> Option<Taken<V::Taken, K::Key>> {
        let tag = tag(hash);
        // SAFETY: slots are in the table from when they are filled until just before they are emptied.
        let slot_at = |index| unsafe { self.slots.full(index) };
        let index = *self.table.find(spread(tag), |&index| {
            let slot = slot_at(index);
            if K::IN_PLACE {
                key.is(slot.key.key())
            } else {
                slot.tag == tag
            }
        })?;
        let slot = slot_at(index);
        let time = slot.held.time();
        let value = slot.held.get().filter(|_| is_good(time))?;
        self.heat.touch(index);
        Some(Taken {
            value: value.take(),
            key: slot.key.share(),
            stored_at: Moment(self.stored_at(index, time)),
        })
    }

    #[inline]
    fn stored_at(&self, index: u32, time: u64) -> u64 {
        match &self.ages {
            Ages::Uniform(None) => time - Moment::FOR_EVER.0,
            Ages::Uniform(Some(ttl)) => Moment(time).before(*ttl).0,
            Ages::Each(ages) => ages.get(index as usize).copied().unwrap_or(0),
        }
    }

    /// Looks at every key with this hash. `compare` is asked about those that compare where they lie, and about no
    /// other; what is yet to be compared is handed out with its key. Answers the newest stamp among them.
    pub(super) fn look(
        &self,
        hash: u64,
        mut compare: impl FnMut(&K::Key) -> bool,
        mut found: impl FnMut(Found<K, V::Taken, E>),
    ) -> Option<NonZeroU32> {
        let tag = tag(hash);
        let mut newest = None;
        self.table.find(spread(tag), |&index| {
            let Some(slot) = self.slots.get(index).filter(|slot| slot.tag == tag) else {
                return false;
            };
            newest = newest.max(Some(slot.stamp));
            if !K::IN_PLACE || compare(slot.key.key()) {
                found(self.found(index, slot));
                return K::IN_PLACE;
            }
            false
        });
        newest
    }

    fn found(&self, index: u32, slot: &Slot<K, V>) -> Found<K, V::Taken, E> {
        let flights = self.flights.get(&index).map_or(&[][..], Flights::all);
        if slot.held.is_there() {
            self.heat.touch(index);
        }
        Found {
            place: Place {
                slot: index,
                stamp: slot.stamp,
            },
            key: slot.key.share(),
            entry: self.entry(index, slot),
            flight: flights.iter().rfind(|flight| flight.joinable).cloned(),
        }
    }

    fn entry(&self, index: u32, slot: &Slot<K, V>) -> Option<Entry<V::Taken>> {
        let value = slot.held.get()?.take();
        let time = slot.held.time();
        let care = self.cares.get(&index).cloned();
        let stored_at = match &care {
            Some(care) => care.stored_at,
            None => Moment(self.stored_at(index, time)),
        };
        Some(Entry {
            value,
            stored_at,
            due: Moment(time),
            care,
        })
    }

    /// The newest stamp among the keys of a hash: as long as it stays the newest, no key has joined them.
    fn newest(&self, hash: u64) -> Option<NonZeroU32> {
        let tag = tag(hash);
        let mut newest = None;
        self.table.find(spread(tag), |&index| {
            let slot = self.slots.get(index).filter(|slot| slot.tag == tag);
            newest = newest.max(slot.map(|slot| slot.stamp));
            false
        });
        newest
    }

    /// Tells whether nothing about the key of a place has changed.
    pub(super) fn holds(&self, place: Place) -> bool {
        let slot = self.slots.get(place.slot);
        slot.is_some_and(|slot| slot.stamp == place.stamp)
    }

    /// Tells whether a computation that others may wait for is under way in a slot.
    pub(super) fn is_computing(&self, slot: u32) -> bool {
        let flights = self.flights.get(&slot).map_or(&[][..], Flights::all);
        flights.iter().any(|flight| flight.joinable)
    }

    /// Tells whether a computation is noted in a slot.
    fn notes(&self, slot: u32, flight: &Arc<Flight<V::Taken, E>>) -> bool {
        let flights = self.flights.get(&slot).map_or(&[][..], Flights::all);
        flights.iter().any(|other| Arc::ptr_eq(other, flight))
    }

    /// The entry that a computation is to replace, as long as the computation is not detached.
    pub(super) fn entry_before(
        &self,
        slot: u32,
        flight: &Arc<Flight<V::Taken, E>>,
    ) -> Option<Entry<V::Taken>> {
        let noted = self.notes(slot, flight);
        let found = self.slots.get(slot).filter(|_| noted)?;
        self.entry(slot, found)
    }

    // --- changing --------------------------------------------------------------------------------------

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
            None if self.newest(hash) == newest => Some(self.add(hash, key.take()?)),
            None => None,
        }
    }

    fn stamp(&mut self) -> NonZeroU32 {
        self.next_stamp = self.next_stamp.wrapping_add(1).max(1);
        NonZeroU32::new(self.next_stamp).unwrap_or(NonZeroU32::MIN)
    }

    fn add(&mut self, hash: u64, key: K) -> u32 {
        let (tag, stamp) = (tag(hash), self.stamp());
        let index = self.slots.add(Slot {
            key,
            held: Held::nothing(),
            tag,
            stamp,
        });
        let Self { table, slots, .. } = self;
        let hash_of = |&slot: &u32| spread(slots.get(slot).map_or(0, |slot| slot.tag));
        table.insert_unique(spread(tag), index, hash_of);
        index
    }

    /// Notes a computation that may store in a slot, and says why the key had no entry, if that is known.
    pub(super) fn begin(&mut self, slot: u32, flight: Arc<Flight<V::Taken, E>>) -> Option<Reason> {
        match self.flights.get_mut(&slot) {
            Some(flights) => flights.add(flight),
            None => drop(self.flights.insert(slot, Flights::One(flight))),
        }
        let tag = self.slots.get(slot).map_or(0, |slot| slot.tag);
        self.departed.take(spread(tag))
    }

    /// Takes note that a computation has ended; answers false if it had been detached.
    ///
    /// Computations of the key that began before it are detached: they know less.
    pub(super) fn end(
        &mut self,
        slot: u32,
        flight: &Arc<Flight<V::Taken, E>>,
        supersede: bool,
    ) -> bool {
        let Some(flights) = self.flights.get_mut(&slot) else {
            return false;
        };
        let Some(at) = flights
            .all()
            .iter()
            .position(|other| Arc::ptr_eq(other, flight))
        else {
            return false;
        };
        let first = if supersede { 0 } else { at };
        if flights.remove(first, at) {
            self.flights.remove(&slot);
        }
        true
    }

    /// Detaches every computation under way in a slot.
    pub(super) fn detach(&mut self, slot: u32) {
        self.flights.remove(&slot);
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
        let old = self.leaves_at(index);
        let mut known = self.take_entry(index, garbage);
        if known {
            counters.add(Event::Expiration, u64::from(old <= entry.stored_at));
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
            self.take_entry(victim, garbage);
            self.departed_from(victim, Reason::Evicted, garbage);
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
        let tag = self.slots.get(index).map_or(0, |slot| slot.tag);
        self.heat.reset(index);
        self.policy.insert(index, spread(tag));
    }

    fn store(&mut self, index: u32, entry: Entry<V::Taken>) {
        let Entry {
            value,
            stored_at,
            due,
            care,
        } = entry;
        let mut time = due.0;
        match &mut self.ages {
            Ages::Uniform(None) if time >= Moment::FOR_EVER.0 => {
                time = Moment::FOR_EVER.0 + stored_at.0;
            }
            Ages::Uniform(_) => {}
            Ages::Each(ages) => {
                while ages.len() <= index as usize {
                    grow(ages);
                    ages.push(0);
                }
                ages[index as usize] = stored_at.0;
            }
        }
        if let Some(care) = care {
            self.cares.insert(index, care);
        }
        let stamp = self.stamp();
        if let Some(slot) = self.slots.get_mut(index) {
            slot.stamp = stamp;
            slot.held.fill(V::new(value), time.max(1));
        }
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

    /// Chooses the entry that leaves for another.
    fn victim(&mut self) -> Option<u32> {
        self.reckon();
        let slots = &self.slots;
        let hash_of = |slot: u32| spread(slots.get(slot).map_or(0, |slot| slot.tag));
        self.policy.victim(&self.heat, &hash_of)
    }

    /// Drops what is in a slot: its entry leaves, its computations are detached. Answers whether there was an entry
    /// that could still be given out.
    pub(super) fn empty(&mut self, index: u32, now: Moment, garbage: &mut Garbage<K, V>) -> bool {
        let existed = self.is_of_use(index, now);
        if self.take_entry(index, garbage) {
            self.policy.remove(index);
        }
        self.detach(index);
        self.departed_from(index, Reason::Invalidated, garbage);
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
            let slots = &self.slots;
            let of_hash = |&index: &u32| slots.get(index).is_some_and(|slot| slot.tag == tag);
            let Some(&index) = self.table.find(spread(tag), of_hash) else {
                return existed;
            };
            existed += usize::from(self.empty(index, now, garbage));
        }
    }

    /// Takes the entry out of a slot that the policy has forgotten; answers whether there was one.
    fn take_entry(&mut self, index: u32, garbage: &mut Garbage<K, V>) -> bool {
        let slot = self.slots.get_mut(index);
        let Some(value) = slot.and_then(|slot| slot.held.take()) else {
            return false;
        };
        garbage.add(Junk::Value(value));
        if let Some(care) = self.cares.remove(&index) {
            self.weight -= u64::from(care.weight);
            garbage.add(Junk::Care(care));
        }
        let stamp = self.stamp();
        if let Some(slot) = self.slots.get_mut(index) {
            slot.stamp = stamp;
        }
        self.entries -= 1;
        self.wheel.cancel(index);
        true
    }

    /// Remembers why the entry of a slot is gone, and frees the slot if nothing is left in it.
    fn departed_from(&mut self, index: u32, why: Reason, garbage: &mut Garbage<K, V>) {
        if let Some(slot) = self.slots.get(index) {
            self.departed.note(spread(slot.tag), why);
        }
        self.tidy(index, garbage);
    }

    /// Frees a slot if nothing is left in it.
    pub(super) fn tidy(&mut self, index: u32, garbage: &mut Garbage<K, V>) {
        let Some(slot) = self.slots.get(index) else {
            return;
        };
        if slot.held.is_there() || self.flights.contains_key(&index) {
            return;
        }
        let tag = slot.tag;
        if let Ok(found) = self.table.find_entry(spread(tag), |&other| other == index) {
            found.remove();
        }
        if let Some(slot) = self.slots.remove(index) {
            garbage.add(Junk::Key(slot.key));
        }
        if self.slots.is_empty() {
            self.shrink();
        }
    }

    /// Gives back what an empty shard has no use for.
    fn shrink(&mut self) {
        self.table = HashTable::new();
        self.flights = HashMap::default();
        self.cares = HashMap::default();
        self.wheel.clear();
        self.heat = Heat::default();
        if let Ages::Each(ages) = &mut self.ages {
            *ages = Vec::new();
        }
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
            None => Moment(self.slots.get(index).map_or(0, |slot| slot.held.time())),
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
        self.take_entry(index, garbage);
        self.departed_from(index, why, garbage);
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
    pub(super) fn sweep_outdated(
        &mut self,
        first: u32,
        count: u32,
        counters: &Counters,
        garbage: &mut Garbage<K, V>,
    ) -> Option<u32> {
        let length = u32::try_from(self.slots.length()).unwrap_or(u32::MAX);
        let end = first.saturating_add(count).min(length);
        let mut outdated = 0;
        for index in first..end {
            let care = self.cares.get(&index);
            if care.is_some_and(|care| care.lineage.is_outdated()) {
                self.let_go(index, Reason::Invalidated, garbage);
                outdated += 1;
            }
        }
        counters.add(Event::Invalidation, outdated);
        (end < length).then_some(end)
    }

    /// Drops every entry and detaches every computation; answers how many entries there were.
    pub(super) fn clear(&mut self, garbage: &mut Garbage<K, V>) -> usize {
        for slot in self.slots.drain() {
            self.departed.note(spread(slot.tag), Reason::Invalidated);
            let Slot { key, mut held, .. } = slot;
            garbage.add(Junk::Key(key));
            if let Some(value) = held.take() {
                garbage.add(Junk::Value(value));
            }
        }
        for (_, care) in self.cares.drain() {
            garbage.add(Junk::Care(care));
        }
        self.shrink();
        self.policy.clear();
        self.due = Moment::NEVER;
        self.weight = 0;
        std::mem::take(&mut self.entries)
    }
}

impl<T, E> Flights<T, E> {
    fn all(&self) -> &[Arc<Flight<T, E>>] {
        match self {
            Self::One(flight) => std::slice::from_ref(flight),
            Self::More(flights) => flights,
        }
    }

    fn add(&mut self, flight: Arc<Flight<T, E>>) {
        match self {
            Self::One(first) => *self = Self::More(vec![Arc::clone(first), flight]),
            Self::More(flights) => flights.push(flight),
        }
    }

    /// Removes those from `first` to `last`; answers whether none is left.
    fn remove(&mut self, first: usize, last: usize) -> bool {
        match self {
            Self::One(_) => true,
            Self::More(flights) => {
                flights.drain(first..=last);
                flights.is_empty()
            }
        }
    }
}
