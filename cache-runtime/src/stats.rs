//! Counters of one function, striped so that threads do not contend for them.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::thread::available_parallelism;
use std::time::Duration;

use once_cell::sync::Lazy;

use crate::clock::nanos;
use crate::outcome::{MissReason, Outcome};

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

    fn answered(&self) -> u64 {
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
}

const EVENTS: usize = Event::Invalidation as usize + 1;

impl From<Outcome> for Event {
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

/// The counters that some of the threads share; two cache lines of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Stripe {
    events: [AtomicU64; EVENTS],
    load_nanos: AtomicU64,
    load_max_nanos: AtomicU64,
}

/// The counters of one function: a stripe for each core, and every thread counts on its own stripe.
#[derive(Debug)]
pub(crate) struct Counters {
    stripes: Box<[Stripe]>,
    /// How often they were set to zero.
    round: AtomicU64,
}

static STRIPES: Lazy<usize> = Lazy::new(|| {
    available_parallelism()
        .map_or(1, usize::from)
        .next_power_of_two()
        .min(64)
});
static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static THREAD: usize = THREADS.fetch_add(1, Relaxed);
}

impl Counters {
    pub(crate) fn new() -> Self {
        Self {
            stripes: (0..*STRIPES).map(|_| Stripe::default()).collect(),
            round: AtomicU64::new(0),
        }
    }

    /// The round of counting; what began in an earlier one is not counted any more.
    pub(crate) fn round(&self) -> u64 {
        self.round.load(Relaxed)
    }

    pub(crate) fn count(&self, event: impl Into<Event>) {
        self.add(event, 1);
    }

    pub(crate) fn add(&self, event: impl Into<Event>, n: u64) {
        self.stripe().events[event.into() as usize].fetch_add(n, Relaxed);
    }

    pub(crate) fn load_took(&self, time: Duration) {
        let stripe = self.stripe();
        stripe.load_nanos.fetch_add(nanos(time), Relaxed);
        stripe.load_max_nanos.fetch_max(nanos(time), Relaxed);
    }

    fn stripe(&self) -> &Stripe {
        // A thread that is past its thread-locals (a value dropped at its very end) counts on the first stripe.
        let thread = THREAD.try_with(|&thread| thread).unwrap_or(0);
        &self.stripes[thread & (self.stripes.len() - 1)]
    }

    /// Sets every counter to zero.
    #[cfg(feature = "testing")]
    pub(crate) fn reset(&self) {
        self.round.fetch_add(1, Relaxed);
        for stripe in &self.stripes {
            let times = [&stripe.load_nanos, &stripe.load_max_nanos];
            stripe
                .events
                .iter()
                .chain(times)
                .for_each(|counter| counter.store(0, Relaxed));
        }
    }

    pub(crate) fn read(&self) -> Stats {
        let sum = |event: Event| {
            self.stripes
                .iter()
                .map(|s| s.events[event as usize].load(Relaxed))
                .sum()
        };
        let total = self
            .stripes
            .iter()
            .map(|s| s.load_nanos.load(Relaxed))
            .sum();
        let max = self
            .stripes
            .iter()
            .map(|s| s.load_max_nanos.load(Relaxed))
            .max()
            .unwrap_or(0);
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
            backend_errors: 0,
            load_time_total: Duration::from_nanos(total),
            load_time_max: Duration::from_nanos(max),
        }
    }
}
