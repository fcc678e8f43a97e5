//! The typed in-process store: entries and computations by key, bounded, expiring, and safe against lost
//! invalidations.
//!
//! A computation is noted in the slot of its key ([`Store::begin`]) and may store its value only while it is
//! still noted there ([`Store::commit`]): invalidation takes it out of the slot under the same lock, so a
//! value whose computation an invalidation overlapped is never stored, whoever computed it and for whatever
//! purpose.
//!
//! No lock is held while code of the user's runs: keys are compared, and entries dropped, outside. A
//! comparison that was made outside is confirmed under the lock by the [`Place`]s it was made against.

mod departed;
pub(crate) mod shard;
mod wheel;

use std::sync::Arc;
use std::thread::available_parallelism;

use crate::clock::{Clock, Moment};
use crate::entry::Entry;
use crate::key::KeyRef;
use crate::lineage::Place;
use crate::outcome::MissReason;
use crate::site::flight::Flight;
use crate::stats::{Counters, Event};
use crate::sync::RwLock;
use departed::Reason;
pub(crate) use shard::Bound;
use shard::{Candidate, Garbage, Peek, Shard};

/// A shard holds at least so many entries: smaller ones choose badly whom to evict.
const MIN_SHARD: usize = 256;

/// Keeps the locks of two shards off one cache line.
#[derive(Debug)]
#[repr(align(128))]
struct Aligned<T>(T);

type Lock<K, V, E> = Aligned<RwLock<Shard<K, V, E>>>;

/// Entries and computations of one function, by key.
#[derive(Debug)]
pub(crate) struct Store<K, V, E> {
    shards: Box<[Lock<K, V, E>]>,
    counters: Arc<Counters>,
    clock: &'static Clock,
}

/// What a look at a key has shown.
#[derive(Debug)]
pub(crate) struct Look<K, V, E> {
    found: Option<Candidate<K, V, E>>,
    head: Option<Place>,
    /// Nothing near the key expires before this.
    pub(crate) due: Moment,
}

impl<K, V, E> Look<K, V, E> {
    pub(crate) fn entry(&self) -> Option<&Entry<V>> {
        self.found.as_ref()?.entry.as_ref()
    }

    /// The computation that a caller may wait for.
    pub(crate) fn flight(&self) -> Option<&Arc<Flight<V, E>>> {
        self.found.as_ref()?.flight.as_ref()
    }
}

/// A computation's claim to store its value.
#[derive(Debug)]
pub(crate) struct Ticket<V, E> {
    pub(crate) hash: u64,
    pub(crate) place: Place,
    pub(crate) flight: Arc<Flight<V, E>>,
}

/// How a computation starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// Others may wait for it; there is no other that they could wait for.
    Lead,
    /// Others may wait for it, though another may be under way.
    Supersede,
    /// For its own caller only.
    Alone,
}

/// The key has changed since it was looked at.
#[derive(Debug)]
pub(crate) struct Changed;

impl<K, V, E> Store<K, V, E> {
    pub(crate) fn new(bound: Bound, clock: &'static Clock, counters: Arc<Counters>) -> Self {
        let most = (available_parallelism().map_or(1, usize::from) * 4)
            .next_power_of_two()
            .min(64);
        let shards = match bound {
            Bound::Unbounded => most,
            Bound::Entries(entries) => {
                let fitting = (entries / MIN_SHARD).clamp(1, most);
                1 << fitting.ilog2()
            }
            // Weight is not divided: an entry may weigh as much as all others.
            Bound::Weight(_) => 1,
        };
        let part = |index| match bound {
            Bound::Entries(entries) => {
                Bound::Entries(entries / shards + usize::from(index < entries % shards))
            }
            undivided => undivided,
        };
        let shards = (0..shards).map(|index| Aligned(RwLock::new(Shard::new(part(index)))));
        Self {
            shards: shards.collect(),
            counters,
            clock,
        }
    }

    fn shard(&self, hash: u64) -> &RwLock<Shard<K, V, E>> {
        // The table inside a shard uses the lowest and the highest bits.
        &self.shards[(hash >> 32) as usize & (self.shards.len() - 1)].0
    }

    /// Looks at a key.
    pub(crate) fn look<Q: KeyRef<Owned = K>>(&self, hash: u64, key: &Q) -> Look<K, V, E> {
        let shard = self.shard(hash);
        let mut look = Look {
            found: None,
            head: None,
            due: Moment::NEVER,
        };
        let mut after = None;
        loop {
            let peek = {
                let shard = shard.read();
                look.due = shard.due;
                shard.peek(hash, after)
            };
            match peek {
                Peek::End => return look,
                Peek::Changed => after = None,
                Peek::Candidate(candidate) => {
                    if after.is_none() {
                        look.head = Some(candidate.place);
                    }
                    after = Some(candidate.place);
                    if key.is(&candidate.key) {
                        look.found = Some(candidate);
                        return look;
                    }
                }
            }
        }
    }

    /// Begins a computation for a key that has been looked at, and says why it is needed.
    pub(crate) fn begin<Q: KeyRef<Owned = K>>(
        &self,
        hash: u64,
        key: &Q,
        look: &Look<K, V, E>,
        start: Start,
    ) -> Result<(Ticket<V, E>, MissReason), Changed> {
        let owned = look.found.is_none().then(|| Arc::new(key.own()));
        let flight = Arc::new(Flight::new(start != Start::Alone));
        let mut shard = self.shard(hash).write();
        let place = place_of(&mut shard, hash, look, owned)?;
        if start == Start::Lead {
            let seen = look.entry().map(|entry| Arc::as_ptr(&entry.value));
            if shard.is_computing(place) || shard.value(place).map(Arc::as_ptr) != seen {
                return Err(Changed);
            }
        }
        let departed = shard.begin(place, Arc::clone(&flight));
        drop(shard);
        let reason = match (look.entry(), departed) {
            (Some(entry), _) if entry.is_outdated() => MissReason::Invalidated,
            (Some(_), _) | (None, Some(Reason::Expired)) => MissReason::Expired,
            (None, Some(Reason::Evicted)) => MissReason::Evicted,
            (None, Some(Reason::Invalidated)) => MissReason::Invalidated,
            (None, None) => MissReason::Cold,
        };
        Ok((
            Ticket {
                hash,
                place,
                flight,
            },
            reason,
        ))
    }

    /// Stores what a computation came to, unless it was detached meanwhile; answers whether it was stored.
    pub(crate) fn commit(&self, ticket: &Ticket<V, E>, entry: Entry<V>) -> bool {
        let stored = self.change(ticket.hash, |shard, garbage| {
            shard.sweep_some(entry.stored_at, &self.counters, garbage);
            let noted = shard.end(ticket.place, &ticket.flight, true);
            let stored = noted && shard.set(ticket.place, entry, &self.counters, garbage);
            if noted && !stored {
                shard.tidy(ticket.place, garbage);
            }
            stored
        });
        if !stored {
            self.counters.count(Event::Rejected);
        }
        stored
    }

    /// Ends a computation that has nothing to store.
    pub(crate) fn abandon(&self, ticket: &Ticket<V, E>) {
        self.change(ticket.hash, |shard, garbage| {
            shard.end(ticket.place, &ticket.flight, false);
            shard.tidy(ticket.place, garbage);
        });
    }

    /// Stores a value that no computation here has made, and detaches those under way.
    pub(crate) fn put<Q: KeyRef<Owned = K>>(&self, hash: u64, key: &Q, entry: &Entry<V>) {
        loop {
            let look = self.look(hash, key);
            let owned = look.found.is_none().then(|| Arc::new(key.own()));
            let put = self.change(hash, |shard, garbage| {
                let place = place_of(shard, hash, &look, owned)?;
                shard.detach(place);
                if !shard.set(place, entry.clone(), &self.counters, garbage) {
                    shard.tidy(place, garbage);
                    self.counters.count(Event::Rejected);
                }
                Ok::<_, Changed>(())
            });
            look.found.into_iter().for_each(Candidate::discard);
            if put.is_ok() {
                return;
            }
        }
    }

    /// Drops the entry of a key and detaches its computations; answers whether there was a live entry.
    pub(crate) fn remove<Q: KeyRef<Owned = K>>(&self, hash: u64, key: &Q) -> bool {
        loop {
            let Some(place) = self.look(hash, key).found.map(|found| found.place) else {
                return false;
            };
            if let Some(existed) = self.empty(hash, place) {
                return existed;
            }
        }
    }

    /// Drops what is in a place and detaches the computations there, if its key is still the same.
    pub(crate) fn remove_place(&self, hash: u64, place: Place) {
        let _ = self.empty(hash, place);
    }

    fn empty(&self, hash: u64, place: Place) -> Option<bool> {
        let now = self.clock.now();
        let existed = self.change(hash, |shard, garbage| {
            shard.holds(place).then(|| shard.empty(place, now, garbage))
        })?;
        self.counters.add(Event::Invalidation, u64::from(existed));
        Some(existed)
    }

    /// Finds the key that a computation is for, if it may still store its value.
    pub(crate) fn key_of(&self, ticket: &Ticket<V, E>) -> Option<Arc<K>> {
        self.shard(ticket.hash).read().key(ticket.place)
    }

    /// Finds the entry that a computation is to replace, as long as the computation may store its value.
    pub(crate) fn replaced_by(&self, ticket: &Ticket<V, E>) -> Option<Entry<V>> {
        let shard = self.shard(ticket.hash).read();
        shard.entry_before(ticket.place, &ticket.flight)
    }

    /// Drops every entry and detaches every computation; answers how many entries there were.
    pub(crate) fn clear(&self) -> usize {
        let count = self
            .shards
            .iter()
            .map(|shard| change(&shard.0, Shard::clear))
            .sum();
        self.counters.add(Event::Invalidation, count as u64);
        count
    }

    /// Lets all expired entries go; answers when the next ones are due.
    pub(crate) fn sweep(&self, now: Moment) -> Moment {
        // A batch at a time: the lock is not held long, and what left is dropped between.
        const BATCH: usize = 1024;
        let sweep = |lock| {
            while change(lock, |shard, garbage| {
                shard.sweep(now, BATCH, &self.counters, garbage)
            }) == BATCH
            {}
        };
        self.shards.iter().for_each(|shard| sweep(&shard.0));
        self.shards
            .iter()
            .map(|shard| shard.0.read().due)
            .min()
            .unwrap_or(Moment::NEVER)
    }

    /// Lets all entries go that carry an invalidated label.
    pub(crate) fn sweep_outdated(&self, now: Moment) {
        const BATCH: usize = 1024;
        for shard in &self.shards {
            let mut next = Some(0);
            while let Some(first) = next {
                next = change(&shard.0, |shard, garbage| {
                    shard.sweep_outdated(first, BATCH, now, &self.counters, garbage)
                });
            }
        }
    }

    /// Lets a few expired entries of the key's shard go.
    pub(crate) fn sweep_near(&self, hash: u64, now: Moment) {
        self.change(hash, |shard, garbage| {
            shard.sweep_some(now, &self.counters, garbage);
        });
    }

    /// How many entries there are, live or waiting to be swept.
    pub(crate) fn entries(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| shard.0.read().entries())
            .sum()
    }

    fn change<T>(
        &self,
        hash: u64,
        change_it: impl FnOnce(&mut Shard<K, V, E>, &mut Garbage<K, V, E>) -> T,
    ) -> T {
        change(self.shard(hash), change_it)
    }
}

/// Finds the place of a key that was looked at outside the lock, or makes one.
fn place_of<K, V, E>(
    shard: &mut Shard<K, V, E>,
    hash: u64,
    look: &Look<K, V, E>,
    owned: Option<Arc<K>>,
) -> Result<Place, Changed> {
    match (&look.found, owned) {
        (Some(found), _) if shard.holds(found.place) => Ok(found.place),
        // No key has joined the chain since this one was not found in it.
        (None, Some(key)) if shard.head_place(hash) == look.head => Ok(shard.add(hash, key)),
        _ => Err(Changed),
    }
}

/// Changes a shard under its lock, then drops what has left it.
fn change<K, V, E, T>(
    lock: &RwLock<Shard<K, V, E>>,
    change_it: impl FnOnce(&mut Shard<K, V, E>, &mut Garbage<K, V, E>) -> T,
) -> T {
    let mut garbage = Garbage::new();
    let answer = change_it(&mut lock.write(), &mut garbage);
    garbage.discard();
    answer
}

#[cfg(all(test, not(cache_model)))]
mod tests;
