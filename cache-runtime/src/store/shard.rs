//! One shard of a store: everything that is looked at and changed under one lock.
//!
//! A slot stands for a key that has an entry, computations under way, or both. Slots of one hash form a
//! chain. Nothing here runs code of the user's: keys are compared, and whatever leaves is dropped, by the
//! caller, outside the lock.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use hashbrown::HashTable;

use super::departed::{Departed, Reason};
use super::wheel::Wheel;
use crate::clock::Moment;
use crate::entry::{Entry, Standing};
use crate::lineage::Place;
use crate::policy::{Heat, Policy, PolicyKind};
use crate::site::flight::Flight;
use crate::stats::{Counters, Event};

/// At most so many expired entries leave in the course of one call.
const SWEEP: usize = 64;

#[derive(Debug)]
struct Slot<K, V, E> {
    hash: u64,
    stamp: u64,
    /// The next slot of the same hash.
    next: Option<u32>,
    key: Arc<K>,
    entry: Option<Entry<V>>,
    /// Computations that may still store here, in the order in which they began.
    flights: Vec<Arc<Flight<V, E>>>,
}

/// What is known of one key among those of its hash.
#[derive(Debug)]
pub(crate) struct Candidate<K, V, E> {
    pub(crate) place: Place,
    pub(crate) key: Arc<K>,
    pub(crate) entry: Option<Entry<V>>,
    /// The latest computation that others may wait for.
    pub(crate) flight: Option<Arc<Flight<V, E>>>,
}

impl<K, V, E> Candidate<K, V, E> {
    /// Drops what may be the last of an entry.
    pub(super) fn discard(self) {
        discard(self.key);
        self.entry.into_iter().for_each(discard_entry);
    }
}

/// The answer to "which key comes next in the chain of this hash?".
#[derive(Debug)]
pub(crate) enum Peek<K, V, E> {
    Candidate(Candidate<K, V, E>),
    /// There are no more.
    End,
    /// The chain has changed; look again from its head.
    Changed,
}

/// Drops something of the user's.
///
/// A panic in a user's `Drop` ends here: the call in whose course an entry leaves is not to blame for it. Only
/// one thing at a time is dropped so, for a second panic on the way would end the process.
fn discard<T>(leaving: T) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(leaving)));
}

fn discard_entry<V>(entry: Entry<V>) {
    discard(entry.value);
    drop(entry.care);
}

/// What has left a shard and is dropped outside its lock.
#[derive(Debug)]
pub(crate) struct Garbage<K, V, E> {
    slots: Vec<Option<Slot<K, V, E>>>,
    entries: Vec<Entry<V>>,
}

impl<K, V, E> Garbage<K, V, E> {
    pub(super) fn new() -> Self {
        Self {
            slots: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// Drops everything, each key and each value by itself.
    pub(super) fn discard(self) {
        self.entries.into_iter().for_each(discard_entry);
        for slot in self.slots.into_iter().flatten() {
            discard(slot.key);
            slot.entry.into_iter().for_each(discard_entry);
            slot.flights.into_iter().for_each(discard);
        }
    }
}

/// Some of a store's slots.
#[derive(Debug)]
pub(crate) struct Shard<K, V, E> {
    heads: HashTable<u32>,
    slots: Vec<Option<Slot<K, V, E>>>,
    free: Vec<u32>,
    next_stamp: u64,
    entries: usize,
    bound: Bound,
    /// How many entries the policy reckons with.
    reckoned: usize,
    /// What the entries weigh together.
    weight: u64,
    policy: Box<dyn Policy>,
    heat: Heat,
    wheel: Wheel,
    /// No entry expires before this.
    pub(super) due: Moment,
    departed: Departed,
}

/// More entries than a shard will hold.
const MANY: usize = 1 << 30;

/// What a store may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    Entries(usize),
    Weight(u64),
    Unbounded,
}

impl<K, V, E> Shard<K, V, E> {
    pub(super) fn new(bound: Bound) -> Self {
        let (policy, capacity) = match bound {
            Bound::Entries(capacity) => (PolicyKind::S3Fifo { capacity }, capacity),
            // How many entries that will be is not known before it is full.
            Bound::Weight(_) => (PolicyKind::S3Fifo { capacity: MANY }, MANY),
            Bound::Unbounded => (PolicyKind::Unbounded, MANY),
        };
        Self {
            heads: HashTable::new(),
            slots: Vec::new(),
            free: Vec::new(),
            next_stamp: 1,
            entries: 0,
            bound,
            reckoned: capacity,
            weight: 0,
            policy: policy.build(),
            heat: Heat::default(),
            wheel: Wheel::new(),
            due: Moment::NEVER,
            departed: Departed::new(capacity),
        }
    }

    pub(super) fn entries(&self) -> usize {
        self.entries
    }

    // --- looking ---------------------------------------------------------------------------------------

    fn head(&self, hash: u64) -> Option<u32> {
        self.heads
            .find(hash, |&slot| self.slot(slot).hash == hash)
            .copied()
    }

    /// The first key of a hash: as long as it stays the first, no key has joined the chain.
    pub(super) fn head_place(&self, hash: u64) -> Option<Place> {
        self.head(hash).map(|slot| Place {
            slot,
            stamp: self.slot(slot).stamp,
        })
    }

    /// Shows the key that follows `after` in the chain of a hash, or the first.
    pub(super) fn peek(&self, hash: u64, after: Option<Place>) -> Peek<K, V, E> {
        let next = match after {
            None => self.head(hash),
            Some(place) if self.holds(place) => self.slot(place.slot).next,
            Some(_) => return Peek::Changed,
        };
        let Some(slot) = next else { return Peek::End };
        let found = self.slot(slot);
        if found.entry.is_some() {
            self.heat.touch(slot);
        }
        Peek::Candidate(Candidate {
            place: Place {
                slot,
                stamp: found.stamp,
            },
            key: Arc::clone(&found.key),
            entry: found.entry.clone(),
            flight: found
                .flights
                .iter()
                .rfind(|flight| flight.joinable)
                .cloned(),
        })
    }

    /// Tells whether a place still stands for the key it stood for.
    pub(super) fn holds(&self, place: Place) -> bool {
        let slot = self.slots.get(place.slot as usize).and_then(Option::as_ref);
        slot.is_some_and(|slot| slot.stamp == place.stamp)
    }

    /// The key of a place.
    pub(super) fn key(&self, place: Place) -> Option<Arc<K>> {
        self.holds(place)
            .then(|| Arc::clone(&self.slot(place.slot).key))
    }

    /// The entry in a place, as long as a computation there is not detached.
    pub(super) fn entry_before(
        &self,
        place: Place,
        flight: &Arc<Flight<V, E>>,
    ) -> Option<Entry<V>> {
        let slot = self.holds(place).then(|| self.slot(place.slot))?;
        let noted = slot.flights.iter().any(|other| Arc::ptr_eq(other, flight));
        slot.entry.clone().filter(|_| noted)
    }

    /// The value that is stored in a place.
    pub(super) fn value(&self, place: Place) -> Option<&Arc<V>> {
        self.slot(place.slot)
            .entry
            .as_ref()
            .map(|entry| &entry.value)
    }

    /// Tells whether a computation that others may wait for is under way in a place.
    pub(super) fn is_computing(&self, place: Place) -> bool {
        self.slot(place.slot)
            .flights
            .iter()
            .any(|flight| flight.joinable)
    }

    fn slot(&self, slot: u32) -> &Slot<K, V, E> {
        self.slots[slot as usize].as_ref().expect("a slot in use")
    }

    fn slot_mut(&mut self, slot: u32) -> &mut Slot<K, V, E> {
        self.slots[slot as usize].as_mut().expect("a slot in use")
    }

    // --- changing --------------------------------------------------------------------------------------

    /// Makes a place for a key that has none.
    pub(super) fn add(&mut self, hash: u64, key: Arc<K>) -> Place {
        let stamp = self.next_stamp;
        self.next_stamp += 1;
        let next = self.head(hash);
        let slot = Slot {
            hash,
            stamp,
            next,
            key,
            entry: None,
            flights: Vec::new(),
        };
        let index = if let Some(index) = self.free.pop() {
            self.slots[index as usize] = Some(slot);
            index
        } else {
            self.slots.push(Some(slot));
            u32::try_from(self.slots.len() - 1).expect("fewer than 2^32 entries in a shard")
        };
        self.heat.reset(index);
        let Self { heads, slots, .. } = self;
        let hash_of = |slot: &u32| slots[*slot as usize].as_ref().map_or(0, |slot| slot.hash);
        match heads.find_mut(hash, |&head| Some(head) == next) {
            Some(head) => *head = index,
            None => {
                heads.insert_unique(hash, index, hash_of);
            }
        }
        Place { slot: index, stamp }
    }

    /// Notes a computation that may store in a place, and says why the key had no entry, if that is known.
    pub(super) fn begin(&mut self, place: Place, flight: Arc<Flight<V, E>>) -> Option<Reason> {
        let slot = self.slot_mut(place.slot);
        slot.flights.push(flight);
        let hash = slot.hash;
        self.departed.take(hash)
    }

    /// Takes note that a computation has ended; answers false if it had been detached.
    ///
    /// Computations of the key that began before it are detached: they know less.
    pub(super) fn end(
        &mut self,
        place: Place,
        flight: &Arc<Flight<V, E>>,
        supersede: bool,
    ) -> bool {
        if !self.holds(place) {
            return false;
        }
        let flights = &mut self.slot_mut(place.slot).flights;
        let Some(at) = flights.iter().position(|other| Arc::ptr_eq(other, flight)) else {
            return false;
        };
        if supersede {
            flights.drain(..=at);
        } else {
            flights.remove(at);
        }
        true
    }

    /// Detaches every computation under way in a place.
    pub(super) fn detach(&mut self, place: Place) {
        self.slot_mut(place.slot).flights.clear();
    }

    /// Puts an entry into a place, in the stead of the one that is there. Answers false if it is heavier than
    /// all entries together may be; then there is none.
    pub(super) fn set(
        &mut self,
        place: Place,
        entry: Entry<V>,
        counters: &Counters,
        garbage: &mut Garbage<K, V, E>,
    ) -> bool {
        let Place { slot: index, .. } = place;
        let old = self.take_entry(index);
        let mut known = old.is_some();
        if let Some(old) = old {
            let expired = old.leaves_at() <= entry.stored_at;
            counters.add(Event::Expiration, u64::from(expired));
            garbage.entries.push(old);
        }
        if known && self.is_full_for(&entry) {
            self.policy.remove(index);
            known = false;
        }
        if let Bound::Weight(most) = self.bound
            && u64::from(entry.weight()) > most
        {
            return false;
        }
        while self.is_full_for(&entry)
            && let Some(victim) = self.victim()
        {
            self.drop_entry(victim, garbage);
            self.departed_from(victim, Reason::Evicted, garbage);
            counters.count(Event::Eviction);
        }
        if !known {
            let hash = self.slot(index).hash;
            self.heat.reset(index);
            self.policy.insert(index, hash);
        }
        self.schedule(index, entry.leaves_at());
        self.weight += u64::from(entry.weight());
        self.slot_mut(index).entry = Some(entry);
        self.entries += 1;
        counters.count(Event::Store);
        true
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

    fn is_full_for(&self, entry: &Entry<V>) -> bool {
        match self.bound {
            Bound::Entries(most) => self.entries >= most,
            Bound::Weight(most) => self.weight + u64::from(entry.weight()) > most,
            Bound::Unbounded => false,
        }
    }

    fn schedule(&mut self, index: u32, leaves_at: Moment) {
        if leaves_at == Moment::NEVER {
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
        let hash_of = |slot: u32| slots[slot as usize].as_ref().map_or(0, |slot| slot.hash);
        self.policy.victim(&self.heat, &hash_of)
    }

    /// Drops what is in a place: its entry leaves, its computations are detached. Answers whether there was
    /// an entry that could still be given out.
    pub(super) fn empty(
        &mut self,
        place: Place,
        now: Moment,
        garbage: &mut Garbage<K, V, E>,
    ) -> bool {
        let Place { slot: index, .. } = place;
        let entry = self.take_entry(index);
        if entry.is_some() {
            self.policy.remove(index);
        }
        let existed = entry.as_ref().is_some_and(|entry| entry.is_of_use(now));
        garbage.entries.extend(entry);
        self.detach(place);
        self.departed_from(index, Reason::Invalidated, garbage);
        existed
    }

    /// Takes the entry out of a slot that the policy has forgotten.
    fn drop_entry(&mut self, index: u32, garbage: &mut Garbage<K, V, E>) {
        let entry = self.take_entry(index);
        garbage.entries.extend(entry);
    }

    fn take_entry(&mut self, index: u32) -> Option<Entry<V>> {
        let entry = self.slot_mut(index).entry.take()?;
        self.entries -= 1;
        self.weight -= u64::from(entry.weight());
        self.wheel.cancel(index);
        Some(entry)
    }

    /// Remembers why the entry of a slot is gone, and frees the slot if nothing is left in it.
    fn departed_from(&mut self, index: u32, why: Reason, garbage: &mut Garbage<K, V, E>) {
        let hash = self.slot(index).hash;
        self.departed.note(hash, why);
        self.release(index, garbage);
    }

    /// Frees the slot of a place if nothing is left in it.
    pub(super) fn tidy(&mut self, place: Place, garbage: &mut Garbage<K, V, E>) {
        if self.holds(place) {
            self.release(place.slot, garbage);
        }
    }

    fn release(&mut self, index: u32, garbage: &mut Garbage<K, V, E>) {
        let slot = self.slot(index);
        if slot.entry.is_some() || !slot.flights.is_empty() {
            return;
        }
        self.unlink(index);
        garbage.slots.push(self.slots[index as usize].take());
        self.free.push(index);
        if self.free.len() == self.slots.len() {
            self.slots = Vec::new();
            self.free = Vec::new();
            self.heads = HashTable::new();
        }
    }

    /// Takes a slot out of the chain of its hash.
    fn unlink(&mut self, index: u32) {
        let &Slot { hash, next, .. } = self.slot(index);
        let head = self.head(hash).expect("a chain has a head");
        if head != index {
            let mut before = head;
            while let Some(after) = self.slot(before).next.filter(|&after| after != index) {
                before = after;
            }
            self.slot_mut(before).next = next;
            return;
        }
        let Ok(mut entry) = self.heads.find_entry(hash, |&slot| slot == index) else {
            return;
        };
        match next {
            Some(next) => *entry.get_mut() = next,
            None => drop(entry.remove()),
        }
    }

    /// Lets expired entries go, at most `limit`; answers how many went.
    pub(super) fn sweep(
        &mut self,
        now: Moment,
        limit: usize,
        counters: &Counters,
        garbage: &mut Garbage<K, V, E>,
    ) -> usize {
        if self.due > now {
            return 0;
        }
        let mut delivered = Vec::new();
        self.wheel
            .advance(now.0, &mut |slot| delivered.push(slot), limit);
        let mut expired = 0;
        for &index in &delivered {
            let entry = self.slot(index).entry.as_ref();
            let leaves_at = entry.map_or(now, Entry::leaves_at);
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

    fn let_go(&mut self, index: u32, why: Reason, garbage: &mut Garbage<K, V, E>) {
        self.policy.remove(index);
        self.drop_entry(index, garbage);
        self.departed_from(index, why, garbage);
    }

    /// Lets entries go that carry an invalidated label, looking at `count` slots from `first` on. Answers
    /// where to go on, if there are more.
    pub(super) fn sweep_outdated(
        &mut self,
        first: usize,
        count: usize,
        now: Moment,
        counters: &Counters,
        garbage: &mut Garbage<K, V, E>,
    ) -> Option<usize> {
        let end = first.saturating_add(count).min(self.slots.len());
        let mut outdated = 0;
        for index in first..end {
            let slot = self.slots.get(index).and_then(Option::as_ref);
            let entry = slot.and_then(|slot| slot.entry.as_ref());
            if entry.is_some_and(|entry| entry.standing(now) == Standing::Outdated) {
                let index = u32::try_from(index).expect("slots are numbered in 32 bits");
                self.let_go(index, Reason::Invalidated, garbage);
                outdated += 1;
            }
        }
        counters.add(Event::Invalidation, outdated);
        (end < self.slots.len()).then_some(end)
    }

    /// Lets a few expired entries go.
    pub(super) fn sweep_some(
        &mut self,
        now: Moment,
        counters: &Counters,
        garbage: &mut Garbage<K, V, E>,
    ) {
        self.sweep(now, SWEEP, counters, garbage);
    }

    /// Drops every entry and detaches every computation; answers how many entries there were.
    pub(super) fn clear(&mut self, garbage: &mut Garbage<K, V, E>) -> usize {
        for slot in self.slots.iter().flatten() {
            self.departed.note(slot.hash, Reason::Invalidated);
        }
        garbage.slots = std::mem::take(&mut self.slots);
        self.heads = HashTable::new();
        self.free = Vec::new();
        self.policy.clear();
        self.wheel.clear();
        self.heat = Heat::default();
        self.due = Moment::NEVER;
        self.weight = 0;
        std::mem::take(&mut self.entries)
    }
}
