//! Time: the only place that reads the system's clock.
//!
//! Every store holds the [`Clock`] it lives by, so that a test can move the clock of its own caches without
//! touching those of others.

use std::time::{Duration, Instant};

use once_cell::sync::Lazy;

#[cfg(feature = "testing")]
use std::sync::atomic::{AtomicU64, Ordering};

static START: Lazy<Instant> = Lazy::new(Instant::now);

/// A point in time: nanoseconds since the process first looked at its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) u64);

impl Moment {
    /// After every other moment: what never expires expires then.
    pub(crate) const NEVER: Self = Self(u64::MAX);

    /// Before every other moment.
    pub(crate) const START: Self = Self(0);

    /// The moment `by` later; what would lie past the end of time is [`Moment::NEVER`].
    pub(crate) fn after(self, by: Duration) -> Self {
        Self(self.0.saturating_add(nanos(by)))
    }

    /// The time from `earlier` to here, nothing if it lies ahead.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// A duration in nanoseconds, at most 584 years.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A monotonic clock; with the feature `testing` it can be moved ahead.
#[derive(Debug)]
pub(crate) struct Clock {
    #[cfg(feature = "testing")]
    ahead: AtomicU64,
}

impl Clock {
    pub(crate) const fn new() -> Self {
        Self {
            #[cfg(feature = "testing")]
            ahead: AtomicU64::new(0),
        }
    }

    pub(crate) fn now(&self) -> Moment {
        Moment(nanos(START.elapsed()).saturating_add(self.ahead()))
    }

    #[cfg(feature = "testing")]
    fn ahead(&self) -> u64 {
        self.ahead.load(Ordering::Relaxed)
    }

    #[cfg(not(feature = "testing"))]
    #[expect(
        clippy::unused_self,
        reason = "its twin for tests reads the clock's own offset"
    )]
    fn ahead(&self) -> u64 {
        0
    }

    /// Moves this clock ahead.
    #[cfg(feature = "testing")]
    pub(crate) fn advance(&self, by: Duration) {
        self.ahead.fetch_add(nanos(by), Ordering::Relaxed);
    }

    /// Puts this clock back to real time.
    #[cfg(feature = "testing")]
    pub(crate) fn reset(&self) {
        self.ahead.store(0, Ordering::Relaxed);
    }
}
