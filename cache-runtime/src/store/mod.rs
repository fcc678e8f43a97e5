//! The typed in-process store: entries and computations by key, bounded, expiring, and safe against lost
//! invalidations.
//!
//! A computation is noted in the slot of its key ([`Store::begin`]) and may store its value only while it is
//! still noted there ([`Store::commit`]): invalidation takes it out of the slot under the same lock, so a
//! value whose computation an invalidation overlapped is never stored, whoever computed it and for whatever
//! purpose.
//!
//! No lock is held while code of the user's runs: keys of the user's types are compared, and entries dropped, outside.
//! A comparison that was made outside is confirmed under the lock by the [`Place`] it was made against.
//!
//! A hit takes no lock and writes nothing that another thread writes ([`Biased`]). What is stored under a new key, and
//! what makes room for others, is put in and taken away beside readers ([`Seen`]); they are kept out only while a shard
//! grows, while a value is replaced, and while something is invalidated or expires that its owner sees dropped.
#![allow(
    unsafe_code,
    reason = "a shard is looked up without asking whether it is there, and read without a lock"
)]

mod departed;
mod flights;
mod held;
mod room;
mod seen;
pub(crate) mod shard;
#[cfg(feature = "admin")]
mod survey;
mod table;
mod wheel;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::thread::available_parallelism;

use crate::biased::Biased;
use crate::clock::{self, Clock, Moment};
use crate::entry::Entry;
use crate::key::KeyRef;
use crate::key::cell::KeyCell;
use crate::lineage::{Labels, LoadId};
use crate::options::Ttl;
use crate::outcome::MissReason;
use crate::site::flight::Flight;
use crate::stats::{Counters, Event};
use crate::sweeper;
use crate::threads::ThreadCell;
use crate::value::cell::ValueCell;
use departed::Reason;
use flights::Ended;
use seen::{Seen, Taken};
pub(crate) use shard::Bound;
use shard::{Desk, Found, Garbage, Place, Shard, discard, view};
#[cfg(feature = "admin")]
pub(crate) use survey::Surveyed;

/// A shard holds at least so many entries: smaller ones choose badly whom to evict.
const MIN_SHARD: usize = 1024;

/// Keeps the locks of two shards off one cache line.
#[derive(Debug)]
#[repr(align(128))]
struct Aligned<T>(T);

type Lock<K, V> = Biased<Seen<K, V>, Shard<V>>;

/// Entries and computations of one function, by key.
#[derive(Debug)]
pub(crate) struct Store<K: KeyCell, V: ValueCell> {
    shards: Box<[Aligned<Lock<K, V>>]>,
    /// Tells the shard of a hash: their number is a power of two.
    mask: usize,
    counters: Arc<Counters>,
    clock: &'static Clock,
    /// Which keys it was asked for.
    #[cfg(feature = "admin")]
    keys: crate::record::Keys,
}

/// A value that was found without further ado.
#[derive(Debug)]
pub(crate) struct Hit<T> {
    pub(crate) value: T,
    pub(crate) stored_at: Moment,
}

impl<T> Hit<T> {
    /// Compares a key that could not be compared where it lies.
    #[inline]
    fn confirmed<Q: KeyRef>(taken: Taken<T, Q::Owned>, key: &Q) -> Option<Self> {
        let Taken {
            value,
            key: other,
            stored_at,
        } = taken;
        let same = other.is_none_or(|other| key.is(&other));
        same.then_some(Self { value, stored_at })
    }
}

/// Why there was no hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    /// The key is not here.
    Absent,
    /// That takes a closer look.
    Unclear,
}

/// What a look at a key has shown.
pub(crate) struct Look<K: KeyCell, T> {
    found: Option<Found<K, T>>,
    /// The newest stamp among the keys of the hash, if none of them was this one.
    newest: Option<NonZeroU32>,
    /// Nothing near the key expires before this.
    pub(crate) due: Moment,
}

impl<K: KeyCell, T> Look<K, T> {
    pub(crate) fn entry(&self) -> Option<&Entry<T>> {
        self.found.as_ref()?.entry.as_ref()
    }

    /// The computation that a caller may wait for.
    pub(crate) fn flight(&self) -> Option<&Arc<Flight<T>>> {
        self.found.as_ref()?.flight.as_ref()
    }

    fn place(&self) -> Option<Place> {
        self.found.as_ref().map(|found| found.place)
    }

    /// Drops what may be the last of an entry.
    fn discard(self) {
        let entry = self.found.and_then(|found| {
            discard(found.key);
            found.entry
        });
        discard(entry.map(|entry| entry.value));
    }
}

/// A computation's claim to store its value.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(crate) hash: u64,
    slot: u32,
    pub(crate) id: LoadId,
}

/// What has become of a computation's value.
#[derive(Debug)]
#[must_use = "others may wait for it"]
pub(crate) struct Committed<T> {
    pub(crate) stored: bool,
    /// Where others wait for it, if anybody does.
    pub(crate) flight: Option<Arc<Flight<T>>>,
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

#[cfg_attr(
    not(debug_assertions),
    expect(
        clippy::inline_always,
        reason = "a hit costs less than the calls that it would be made of"
    )
)]
impl<K: KeyCell, V: ValueCell> Store<K, V> {
    /// `uniform` is the time to live of entries without windows and the like, if it is the same for all.
    pub(crate) fn new(
        bound: Bound,
        uniform: Option<Ttl>,
        clock: &'static Clock,
        counters: Arc<Counters>,
    ) -> Self {
        let most = (available_parallelism().map_or(1, usize::from) * 16)
            .next_power_of_two()
            .min(256);
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
        let shard = |index| {
            let bound = part(index);
            // A store without a bound remembers as many as a small one: there are many shards.
            let capacity = match bound {
                Bound::Entries(entries) => entries,
                Bound::Weight(_) | Bound::Unbounded => 0,
            };
            Aligned(Biased::new(Seen::new(capacity, uniform), Shard::new(bound)))
        };
        Self {
            shards: (0..shards).map(shard).collect(),
            mask: shards - 1,
            counters,
            clock,
            #[cfg(feature = "admin")]
            keys: crate::record::Keys::default(),
        }
    }

    #[inline]
    fn shard(&self, hash: u64) -> &Lock<K, V> {
        // Inside a shard the other half of the hash counts.
        #[expect(
            clippy::cast_possible_truncation,
            reason = "there are fewer shards than any word counts"
        )]
        let index = hash as usize & self.mask;
        // SAFETY: there are as many as the mask has numbers.
        unsafe { &self.shards.get_unchecked(index).0 }
    }

    /// Finds a value that is good at a glance at the clock of the process, if that takes no lock. Whatever is not so
    /// simple is found by [`second_hit`](Self::second_hit) or [`look`](Self::look).
    ///
    /// # Safety
    ///
    /// It is the cell of this thread.
    // Where nothing is optimised, functions had better share it: it is most of what a call is translated to.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) unsafe fn hit<Q: KeyRef<Owned = K::Key>>(
        &self,
        hash: u64,
        key: &Q,
        cell: &ThreadCell,
    ) -> Option<Hit<V::Taken>> {
        // SAFETY: as the caller knows; whatever is done with the shard reads nothing else, for no code of the user's runs.
        let shard = unsafe { self.shard(hash).glance(cell) }?;
        let hit = shard.hit(hash, key, || clock::tick_of(cell))?;
        drop(shard);
        Hit::confirmed(hit, key)
    }

    /// As [`hit`](Self::hit), with a lock if it takes one, and by the clock of the system while the tick stands still; tells
    /// what it has seen if there is no hit.
    ///
    /// # Safety
    ///
    /// It is the cell of this thread.
    pub(crate) unsafe fn second_hit<Q: KeyRef<Owned = K::Key>>(
        &self,
        hash: u64,
        key: &Q,
        cell: &ThreadCell,
    ) -> Result<Hit<V::Taken>, Miss> {
        let shard = self.shard(hash);
        let find = |shard: &Seen<K, V>| {
            let found = shard.find(hash, key).ok_or(Miss::Absent)?;
            let taken = shard.take(&found, self.clock.past(cell));
            taken.ok_or(Miss::Unclear)
        };
        // SAFETY: as the caller knows; nothing else is read meanwhile.
        let glance = unsafe { shard.glance(cell) }.map(|shard| find(&shard));
        let found = glance.unwrap_or_else(|| find(&shard.read()))?;
        // Who hits has looked at the tick.
        sweeper::tick();
        Hit::confirmed(found, key).ok_or(Miss::Unclear)
    }

    /// Tells whether a key is not here, if that takes no lock; then a computation is going to begin for it.
    ///
    /// # Safety
    ///
    /// It is the cell of this thread.
    pub(crate) unsafe fn is_absent<Q: KeyRef<Owned = K::Key>>(
        &self,
        hash: u64,
        key: &Q,
        cell: &ThreadCell,
    ) -> bool {
        // SAFETY: as the caller knows; nothing else is read meanwhile.
        let Some(shard) = (unsafe { self.shard(hash).glance(cell) }) else {
            return false;
        };
        let is_absent = shard.find(hash, key).is_none();
        if is_absent {
            shard.foresee(hash);
            self.foresee(hash);
        }
        is_absent
    }

    /// Says that this thread is going to begin a computation, or to end one.
    #[inline]
    pub(crate) fn foresee(&self, hash: u64) {
        self.shard(hash).foresee();
    }

    /// Looks at a key.
    pub(crate) fn look<Q: KeyRef<Owned = K::Key>>(&self, hash: u64, key: &Q) -> Look<K, V::Taken> {
        let (mut found, mut more) = (None, Vec::new());
        let shard = self.shard(hash).read();
        let (_, own) = shard.parts();
        let due = own.due;
        let newest = view(&shard).look(
            hash,
            |candidate| key.is(candidate),
            |candidate| match found {
                None => found = Some(candidate),
                Some(_) => more.push(candidate),
            },
        );
        drop(shard);
        let mut look = Look {
            found: None,
            newest,
            due,
        };
        for candidate in found.into_iter().chain(more) {
            let is_it = candidate.key.as_ref().is_none_or(|other| key.is(other));
            if is_it && look.found.is_none() {
                look.found = Some(candidate);
            }
        }
        look
    }

    /// Begins a computation for a key that has been looked at, and says why it is needed.
    pub(crate) fn begin<Q: KeyRef<Owned = K::Key>>(
        &self,
        hash: u64,
        key: &Q,
        look: &Look<K, V::Taken>,
        start: Start,
    ) -> Result<(Ticket, MissReason), Changed> {
        let mut owned = look.found.is_none().then(|| K::new(key.own()));
        #[cfg(feature = "admin")]
        self.keys.note(hash, key);
        let id = LoadId::next();
        let mut shard = self.shard(hash).write();
        let slot = shard.slot_of(hash, look.place(), look.newest, &mut owned);
        let slot = slot.ok_or(Changed)?;
        if start == Start::Lead && shard.is_computing(slot) {
            return Err(Changed);
        }
        let departed = shard.begin(slot, hash, id, start != Start::Alone);
        drop(shard);
        let reason = match look.entry() {
            Some(entry) if entry.is_outdated() => MissReason::Invalidated,
            Some(_) => MissReason::Expired,
            None => Reason::why_missing(departed),
        };
        Ok((Ticket { hash, slot, id }, reason))
    }

    /// Begins a computation that others may wait for, for a key that was absent a moment ago; none if it may not be so any
    /// more.
    pub(crate) fn begin_new<Q: KeyRef<Owned = K::Key>>(
        &self,
        hash: u64,
        key: &Q,
    ) -> Option<(Ticket, MissReason)> {
        let (owned, id) = (K::new(key.own()), LoadId::next());
        let mut shard = self.shard(hash).write();
        if shard.seen().find(hash, key).is_some() {
            return None;
        }
        let slot = shard.add(hash, owned);
        let departed = shard.begin(slot, hash, id, true);
        drop(shard);
        #[cfg(feature = "admin")]
        self.keys.note(hash, key);
        let reason = Reason::why_missing(departed);
        Some((Ticket { hash, slot, id }, reason))
    }

    /// Ends a computation, and stores what it came to unless it was detached meanwhile.
    pub(crate) fn commit(&self, ticket: &Ticket, entry: Entry<V::Taken>) -> Committed<V::Taken> {
        let &Ticket { hash, slot, id } = ticket;
        let committed = self.change(hash, |shard, garbage| {
            shard.sweep_some(entry.stored_at, &self.counters, garbage);
            let Ended { noted, flight } = shard.end(slot, id, true);
            let stored = noted && shard.set(slot, entry, &self.counters, garbage);
            if noted && !stored {
                shard.tidy(slot, garbage);
            }
            Committed { stored, flight }
        });
        if !committed.stored {
            self.counters.count(Event::Rejected);
        }
        committed
    }

    /// Ends a computation that has nothing to store; answers where others wait for it, if anybody does.
    #[must_use = "others may wait for it"]
    pub(crate) fn abandon(&self, ticket: &Ticket) -> Option<Arc<Flight<V::Taken>>> {
        self.change(ticket.hash, |shard, garbage| {
            let Ended { noted, flight } = shard.end(ticket.slot, ticket.id, false);
            if noted {
                shard.tidy(ticket.slot, garbage);
            }
            flight
        })
    }

    /// Takes note of labels that the value of a computation will have.
    pub(crate) fn label(&self, ticket: &Ticket, labels: Labels) {
        let shard = self.shard(ticket.hash).read();
        if let Some(flight) = view(&shard).flight_of(ticket.slot, ticket.id) {
            flight.label(labels);
        }
    }

    /// Stores a value that no computation here has made, unless one is under way or the key has just changed.
    /// Whether it is still good is asked where nobody can drop the entry between.
    #[cfg(feature = "redis")]
    pub(crate) fn keep<Q: KeyRef<Owned = K::Key>>(
        &self,
        hash: u64,
        key: &Q,
        entry: &Entry<V::Taken>,
        is_good: impl FnOnce() -> bool,
    ) {
        #[cfg(feature = "admin")]
        self.keys.note(hash, key);
        let look = self.look(hash, key);
        let mut owned = look.found.is_none().then(|| K::new(key.own()));
        self.change(hash, |shard, garbage| {
            let slot = shard.slot_of(hash, look.place(), look.newest, &mut owned);
            let Some(slot) = slot else { return };
            let kept = !shard.is_computing(slot)
                && is_good()
                && shard.set(slot, entry.clone(), &self.counters, garbage);
            if !kept {
                shard.tidy(slot, garbage);
            }
        });
        look.discard();
    }

    /// Stores a value that no computation here has made, and detaches those under way.
    pub(crate) fn put<Q: KeyRef<Owned = K::Key>>(
        &self,
        hash: u64,
        key: &Q,
        entry: &Entry<V::Taken>,
    ) {
        #[cfg(feature = "admin")]
        self.keys.note(hash, key);
        loop {
            let look = self.look(hash, key);
            let mut owned = look.found.is_none().then(|| K::new(key.own()));
            let put = self.change(hash, |shard, garbage| {
                let slot = shard.slot_of(hash, look.place(), look.newest, &mut owned);
                let slot = slot.ok_or(Changed)?;
                shard.detach(slot);
                if !shard.set(slot, entry.clone(), &self.counters, garbage) {
                    shard.tidy(slot, garbage);
                    self.counters.count(Event::Rejected);
                }
                Ok::<_, Changed>(())
            });
            look.discard();
            if put.is_ok() {
                return;
            }
        }
    }

    /// Drops the entry of a key and detaches its computations; answers whether there was a live entry.
    pub(crate) fn remove<Q: KeyRef<Owned = K::Key>>(&self, hash: u64, key: &Q) -> bool {
        loop {
            let look = self.look(hash, key);
            let Some(place) = look.place() else {
                return false;
            };
            let now = self.clock.now();
            let existed = self.change(hash, |shard, garbage| {
                let held = shard.holds(place);
                held.then(|| shard.empty(place.slot, now, garbage))
            });
            look.discard();
            if let Some(existed) = existed {
                self.counters.add(Event::Invalidation, u64::from(existed));
                return existed;
            }
        }
    }

    /// Drops the entries of every key with this hash, and detaches their computations; answers how many live entries
    /// there were.
    pub(crate) fn remove_hash(&self, hash: u64) -> usize {
        let now = self.clock.now();
        let existed = self.change(hash, |shard, garbage| shard.empty_all(hash, now, garbage));
        self.counters.add(Event::Invalidation, existed as u64);
        existed
    }

    /// Finds the entry that a computation is to replace, as long as the computation may store its value.
    pub(crate) fn replaced_by(&self, ticket: &Ticket) -> Option<Entry<V::Taken>> {
        let shard = self.shard(ticket.hash).read();
        view(&shard).entry_before(ticket.slot, ticket.id)
    }

    /// Drops every entry and detaches every computation; answers how many entries there were.
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method by itself is that of one lifetime"
    )]
    pub(crate) fn clear(&self) -> usize {
        #[cfg(feature = "admin")]
        self.keys.forget();
        let shards = self.shards.iter();
        let count = shards
            .map(|shard| change(&shard.0, |desk, garbage| desk.clear(garbage)))
            .sum();
        self.counters.add(Event::Invalidation, count as u64);
        count
    }

    /// Lets all expired entries go; answers when the next ones are due.
    pub(crate) fn sweep(&self, now: Moment) -> Moment {
        // A batch at a time: the lock is not held long, and what left is dropped between.
        const BATCH: usize = 1024;
        let mut next = Moment::NEVER;
        for Aligned(lock) in &self.shards {
            while lock.read().parts().1.due <= now {
                change(lock, |shard, garbage| {
                    shard.sweep(now, BATCH, &self.counters, garbage)
                });
            }
            next = next.min(lock.read().parts().1.due);
        }
        next
    }

    /// Lets all entries go that carry an invalidated label.
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method is of a desk of one lifetime"
    )]
    pub(crate) fn sweep_outdated(&self) {
        self.let_go(|desk, index| desk.is_outdated(index));
    }

    /// Lets all entries go, and leaves the computations.
    #[cfg(feature = "redis")]
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method is of a desk of one lifetime"
    )]
    pub(crate) fn forget(&self) {
        self.let_go(|desk, index| desk.has_entry(index));
    }

    /// Lets the entries of every key with this hash go, and leaves their computations.
    #[cfg(feature = "redis")]
    pub(crate) fn forget_hash(&self, hash: u64) {
        self.change(hash, |shard, garbage| shard.let_hash_go(hash, garbage));
    }

    /// Lets entries go, a batch at a time.
    fn let_go(&self, goes: fn(&Desk<'_, K, V>, u32) -> bool) {
        const BATCH: u32 = 1024;
        for shard in &self.shards {
            let mut next = Some(0);
            while let Some(first) = next {
                next = change(&shard.0, |shard, garbage| {
                    shard.let_some_go(first, BATCH, goes, &self.counters, garbage)
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
            .map(|shard| shard.0.read().parts().1.entries())
            .sum()
    }

    fn change<T>(
        &self,
        hash: u64,
        change_it: impl FnOnce(&mut Desk<'_, K, V>, &mut Garbage<K, V>) -> T,
    ) -> T {
        change(self.shard(hash), change_it)
    }
}

/// Changes a shard under its lock, then drops what has left it.
fn change<K: KeyCell, V: ValueCell, T>(
    lock: &Lock<K, V>,
    change_it: impl FnOnce(&mut Desk<'_, K, V>, &mut Garbage<K, V>) -> T,
) -> T {
    let mut garbage = Garbage::new();
    let answer = change_it(&mut lock.write(), &mut garbage);
    garbage.discard();
    answer
}

#[cfg(all(test, not(cache_model)))]
mod tests;
