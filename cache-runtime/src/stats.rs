//! Counters of one function, striped so that threads do not contend for them.

#![allow(
    unsafe_code,
    reason = "the counters of a thread are found by pointer arithmetic"
)]

use std::ptr;
use std::slice;
use std::sync::atomic::{
    AtomicPtr, AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed},
};
use std::time::Duration;

use crate::clock::nanos;
use crate::outcome::{MissReason, Outcome};
use crate::threads::{self, ThreadCell};

/// What a function's cache has done in this process.
///
/// `hits + stale_hits + coalesced + misses.total() + bypasses` is the number of calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Calls answered from a live entry.
    pub hits: u64,
    /// Calls that ran the function, by reason.
    pub misses: Misses,
    /// Calls answered by another caller's computation.
    pub coalesced: u64,
    /// Calls answered from an entry past its timeout, inside a stale window.
    pub stale_hits: u64,
    /// Calls that neither read nor wrote the cache.
    pub bypasses: u64,
    /// Refreshes in the background that brought a new value.
    pub refreshes: u64,
    /// Refreshes in the background that failed.
    pub failed_refreshes: u64,
    /// Values stored.
    pub stores: u64,
    /// Values not stored because their key was invalidated, or given a newer value, while they were computed;
    /// or because they are heavier than the whole cache may be.
    pub rejected_stores: u64,
    /// Entries that made room for others.
    pub evictions: u64,
    /// Entries that left because their time was over.
    pub expirations: u64,
    /// Entries dropped by an invalidation.
    pub invalidations: u64,
    /// Failures of a shared backend.
    pub backend_errors: u64,
    /// Time spent in the function by the calls that ran it through the cache.
    pub load_time_total: Duration,
    /// The longest of those runs.
    pub load_time_max: Duration,
}

/// Calls that ran the function, by the reason for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Misses {
    /// The key was not known.
    pub cold: u64,
    /// The entry was past its timeout.
    pub expired: u64,
    /// The entry had been invalidated.
    pub invalidated: u64,
    /// The entry had made room for others.
    pub evicted: u64,
    /// The call asked for a fresh value.
    pub forced: u64,
    /// The stored bytes could not be read.
    pub undecodable: u64,
}

impl Misses {
    /// Returns the number of misses of every reason.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.cold + self.expired + self.invalidated + self.evicted + self.forced + self.undecodable
    }

    #[cfg(all(feature = "axum", feature = "metrics"))]
    fn add(&mut self, other: &Self) {
        self.cold += other.cold;
        self.expired += other.expired;
        self.invalidated += other.invalidated;
        self.evicted += other.evicted;
        self.forced += other.forced;
        self.undecodable += other.undecodable;
    }
}

impl Stats {
    /// Returns the number of calls.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.answered() + self.misses.total() + self.bypasses
    }

    /// Returns the share of calls that were answered without running the function, from 0 to 1; calls that
    /// bypassed the cache do not count, and without calls it is 0.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a ratio needs no more than 52 bits"
    )]
    pub fn hit_ratio(&self) -> f64 {
        match self.answered() + self.misses.total() {
            0 => 0.0,
            asked => self.answered() as f64 / asked as f64,
        }
    }

    /// Adds what another cache has done.
    #[cfg(all(feature = "axum", feature = "metrics"))]
    pub(crate) fn add(&mut self, other: &Self) {
        self.hits += other.hits;
        self.misses.add(&other.misses);
        self.coalesced += other.coalesced;
        self.stale_hits += other.stale_hits;
        self.bypasses += other.bypasses;
        self.refreshes += other.refreshes;
        self.failed_refreshes += other.failed_refreshes;
        self.stores += other.stores;
        self.rejected_stores += other.rejected_stores;
        self.evictions += other.evictions;
        self.expirations += other.expirations;
        self.invalidations += other.invalidations;
        self.backend_errors += other.backend_errors;
        self.load_time_total += other.load_time_total;
        self.load_time_max = self.load_time_max.max(other.load_time_max);
    }

    pub(crate) fn answered(&self) -> u64 {
        self.hits + self.stale_hits + self.coalesced
    }
}

/// Something that is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    Hit,
    Coalesced,
    Stale,
    Bypass,
    Cold,
    Expired,
    Invalidated,
    Evicted,
    Forced,
    Undecodable,
    Refresh,
    FailedRefresh,
    Store,
    Rejected,
    Eviction,
    Expiration,
    Invalidation,
    BackendError,
}

const EVENTS: usize = Event::BackendError as usize + 1;

impl From<Outcome> for Event {
    #[inline]
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Hit => Self::Hit,
            Outcome::Stale => Self::Stale,
            Outcome::Coalesced => Self::Coalesced,
            Outcome::Bypassed => Self::Bypass,
            Outcome::Computed(MissReason::Cold) => Self::Cold,
            Outcome::Computed(MissReason::Expired) => Self::Expired,
            Outcome::Computed(MissReason::Invalidated) => Self::Invalidated,
            Outcome::Computed(MissReason::Evicted) => Self::Evicted,
            Outcome::Computed(MissReason::Forced) => Self::Forced,
            Outcome::Computed(MissReason::Undecodable) => Self::Undecodable,
        }
    }
}

/// The counters that one thread writes, on cache lines of their own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Stripe {
    events: [AtomicU64; EVENTS],
    load_nanos: AtomicU64,
    load_max_nanos: AtomicU64,
}

/// The first block has so many stripes, each further one twice as many as the one before.
const FIRST: usize = 4;
const BLOCKS: usize = 16;

/// The counters of one function: a stripe for each thread, so that counting is a load and a store.
#[derive(Debug)]
pub(crate) struct Counters {
    blocks: [AtomicPtr<Stripe>; BLOCKS],
    /// For threads that are about to end and have no stripe any more.
    late: Stripe,
    /// How often they were set to zero.
    round: AtomicU64,
    /// What is collected for who looks.
    #[cfg(feature = "admin")]
    pub(crate) record: crate::record::Record,
}

#[cfg(feature = "testing")]
impl Stripe {
    fn counters(&self) -> impl Iterator<Item = &AtomicU64> {
        let times = [&self.load_nanos, &self.load_max_nanos];
        self.events.iter().chain(times)
    }
}

/// Where the stripe of a thread is, in the counters of any function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    block: usize,
    /// How many bytes there are before it in the block.
    offset: usize,
}

/// What a thread counts of one function.
pub(crate) struct Tally<'a>(&'a Stripe);

impl Tally<'_> {
    #[inline]
    pub(crate) fn count(&self, event: Event) {
        add(&self.0.events[event as usize], 1);
    }
}

/// The place of a thread with this number.
pub(crate) fn place(number: usize) -> Place {
    let block = (number / FIRST + 1).ilog2() as usize;
    assert!(block < BLOCKS, "fewer than 200 000 threads at a time");
    let index = number - FIRST * ((1 << block) - 1);
    Place {
        block,
        offset: index * size_of::<Stripe>(),
    }
}

impl Counters {
    pub(crate) fn new() -> Self {
        Self {
            blocks: Default::default(),
            late: Stripe::default(),
            round: AtomicU64::new(0),
            #[cfg(feature = "admin")]
            record: crate::record::Record::default(),
        }
    }

    /// The round of counting; what began in an earlier one is not counted any more.
    pub(crate) fn round(&self) -> u64 {
        self.round.load(Relaxed)
    }

    /// Where the thread with this cell counts, if it has counted here before.
    #[inline]
    pub(crate) fn tally(&self, cell: &ThreadCell) -> Option<Tally<'_>> {
        let Place { block, offset } = cell.place;
        // SAFETY: every place is in one of the blocks.
        let first = unsafe { self.blocks.get_unchecked(block) }.load(Acquire);
        // SAFETY: a block is made once, with room for every place in it, and freed with the counters.
        (!first.is_null()).then(|| Tally(unsafe { &*first.byte_add(offset) }))
    }

    pub(crate) fn count(&self, event: impl Into<Event>) {
        self.add(event, 1);
    }

    pub(crate) fn add(&self, event: impl Into<Event>, n: u64) {
        let event = event.into() as usize;
        match threads::cell() {
            Some(cell) => add(&self.stripe(cell).events[event], n),
            None => drop(self.late.events[event].fetch_add(n, Relaxed)),
        }
    }

    pub(crate) fn load_took(&self, time: Duration) {
        #[cfg(feature = "admin")]
        self.record.loads.add(time);
        let time = nanos(time);
        if let Some(cell) = threads::cell() {
            let stripe = self.stripe(cell);
            add(&stripe.load_nanos, time);
            let longest = stripe.load_max_nanos.load(Relaxed).max(time);
            stripe.load_max_nanos.store(longest, Relaxed);
        } else {
            self.late.load_nanos.fetch_add(time, Relaxed);
            self.late.load_max_nanos.fetch_max(time, Relaxed);
        }
    }

    /// The stripe of the thread with this cell.
    #[inline]
    fn stripe(&self, cell: &ThreadCell) -> &Stripe {
        match self.tally(cell) {
            Some(Tally(stripe)) => stripe,
            None => self.make(cell),
        }
    }

    #[cold]
    #[inline(never)]
    fn make(&self, cell: &ThreadCell) -> &Stripe {
        let Place { block, offset } = cell.place;
        let stripes: Box<[Stripe]> = (0..FIRST << block).map(|_| Stripe::default()).collect();
        let made = Box::into_raw(stripes);
        let set =
            self.blocks[block].compare_exchange(ptr::null_mut(), made.cast(), AcqRel, Acquire);
        let first = set.map_or_else(
            |first| {
                // SAFETY: it was made above, and nobody else has seen it.
                drop(unsafe { Box::from_raw(made) });
                first
            },
            |_| made.cast(),
        );
        // SAFETY: as in `tally`.
        unsafe { &*first.byte_add(offset) }
    }

    fn block(&self, block: usize) -> &[Stripe] {
        let first = self.blocks[block].load(Acquire);
        if first.is_null() {
            return &[];
        }
        // SAFETY: a block is made with so many stripes, and freed with the counters.
        unsafe { slice::from_raw_parts(first, FIRST << block) }
    }

    fn stripes(&self) -> impl Iterator<Item = &Stripe> {
        (0..BLOCKS)
            .flat_map(|block| self.block(block))
            .chain([&self.late])
    }

    /// Sets every counter to zero.
    #[cfg(feature = "testing")]
    pub(crate) fn reset(&self) {
        self.round.fetch_add(1, Relaxed);
        for counter in self.stripes().flat_map(Stripe::counters) {
            counter.store(0, Relaxed);
        }
        #[cfg(feature = "admin")]
        self.record.reset();
    }

    pub(crate) fn read(&self) -> Stats {
        let (mut events, mut total, mut max) = ([0; EVENTS], 0, 0);
        for stripe in self.stripes() {
            for (sum, count) in events.iter_mut().zip(&stripe.events) {
                *sum += count.load(Relaxed);
            }
            total += stripe.load_nanos.load(Relaxed);
            max = stripe.load_max_nanos.load(Relaxed).max(max);
        }
        let sum = |event: Event| events[event as usize];
        Stats {
            hits: sum(Event::Hit),
            misses: Misses {
                cold: sum(Event::Cold),
                expired: sum(Event::Expired),
                invalidated: sum(Event::Invalidated),
                evicted: sum(Event::Evicted),
                forced: sum(Event::Forced),
                undecodable: sum(Event::Undecodable),
            },
            coalesced: sum(Event::Coalesced),
            stale_hits: sum(Event::Stale),
            bypasses: sum(Event::Bypass),
            refreshes: sum(Event::Refresh),
            failed_refreshes: sum(Event::FailedRefresh),
            stores: sum(Event::Store),
            rejected_stores: sum(Event::Rejected),
            evictions: sum(Event::Eviction),
            expirations: sum(Event::Expiration),
            invalidations: sum(Event::Invalidation),
            backend_errors: sum(Event::BackendError),
            load_time_total: Duration::from_nanos(total),
            load_time_max: Duration::from_nanos(max),
        }
    }
}

impl Drop for Counters {
    fn drop(&mut self) {
        for (block, first) in self.blocks.iter_mut().enumerate() {
            let first = *first.get_mut();
            if !first.is_null() {
                let stripes = ptr::slice_from_raw_parts_mut(first, FIRST << block);
                // SAFETY: it came from a box of so many stripes, and nobody counts any more.
                drop(unsafe { Box::from_raw(stripes) });
            }
        }
    }
}

/// Counts where no other thread counts: no read-modify-write.
#[inline]
fn add(counter: &AtomicU64, n: u64) {
    counter.store(counter.load(Relaxed) + n, Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thread_has_a_place_of_its_own() {
        let at = |number| {
            let Place { block, offset } = place(number);
            (block, offset / size_of::<Stripe>())
        };
        assert_eq!(
            [0, 3, 4, 11, 12, 27, 28].map(at),
            [(0, 0), (0, 3), (1, 0), (1, 7), (2, 0), (2, 15), (3, 0)]
        );
        let places: std::collections::HashSet<_> = (0..10_000).map(place).collect();
        assert_eq!(places.len(), 10_000);
    }
}
