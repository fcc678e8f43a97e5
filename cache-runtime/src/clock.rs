//! Time: the only place that reads the system's clock.
//!
//! Every store holds the [`Clock`] it lives by, so that a test can move the clock of its own caches without
//! touching those of others.

//!
//! A hit does not ask the system: it looks at a tick that a thread moves on every millisecond
//! ([`Clock::glance`]). The thread ticks only while there are hits that look; otherwise the tick says that it stands
//! still, and who looks asks the system. So a glance is behind by a millisecond or two, or by as long as the system
//! lets the thread wait.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use once_cell::sync::Lazy;

use crate::sweeper;
use crate::threads::ThreadCell;

static START: Lazy<Instant> = Lazy::new(Instant::now);

/// What the clock shows when the process first looks at it: entries of a shared store may be older than the process.
const DAWN: u64 = 1 << 59;

/// The time that the system tells.
fn elapsed() -> u64 {
    nanos(START.elapsed()).saturating_add(DAWN)
}

/// The moment that the system tells, which no test moves.
#[cfg(feature = "redis")]
pub(crate) fn system() -> Moment {
    Moment(elapsed())
}

/// The moment of an instant of the system.
#[cfg(feature = "redis")]
pub(crate) fn moment_of(instant: Instant) -> Moment {
    let (after, before) = (
        instant.saturating_duration_since(*START),
        START.saturating_duration_since(instant),
    );
    Moment(DAWN).after(after).before(before)
}

/// A point in time, in nanoseconds: when the process first looked at its clock, it was [`DAWN`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) u64);

impl Moment {
    /// After every other moment: what never expires expires then.
    pub(crate) const NEVER: Self = Self(u64::MAX);

    /// Before every moment that a clock shows.
    pub(crate) const START: Self = Self(1);

    /// A moment this far off never comes; what is more than this tells moments that never come apart.
    pub(crate) const FOR_EVER: Self = Self(3 << 60);

    /// The last moment that a store tells from others: it keeps 62 bits of a moment.
    pub(crate) const LAST: Self = Self((1 << 62) - 1);

    /// The moment until which something is good of which a store has kept this: at its end moments never come.
    pub(crate) fn kept(time: u64) -> Self {
        if time < Self::FOR_EVER.0 {
            Self(time)
        } else {
            Self::NEVER
        }
    }

    /// The moment `by` later; what would lie past the end of time is [`Moment::NEVER`].
    pub(crate) fn after(self, by: Duration) -> Self {
        Self(self.0.saturating_add(nanos(by)))
    }

    /// The moment `by` earlier.
    pub(crate) fn before(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(nanos(by)))
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
    /// Whether a glance may look at the tick.
    ticks: bool,
    #[cfg(feature = "testing")]
    ahead: AtomicU64,
}

/// The last instant of a moment, to be compared with moments that have two more bits below: those here are all set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Until(u64);

impl Until {
    /// How far a moment is shifted.
    pub(crate) const SHIFT: u32 = 2;

    const BELOW: u64 = (1 << Self::SHIFT) - 1;

    pub(crate) const fn at(moment: u64) -> Self {
        Self((moment << Self::SHIFT) | Self::BELOW)
    }

    #[inline]
    pub(crate) const fn bits(self) -> u64 {
        self.0
    }
}

/// The time of the process, as of a moment ago, as an [`Until`].
static TICK: AtomicU64 = AtomicU64::new(STANDS);

/// The tick stands still. It is less than what never comes, and more than all that does.
const STANDS: u64 = Until::at(Moment::FOR_EVER.0 - 1).0;

/// A test has moved the clock of the process: from then on everybody asks the system.
#[cfg(feature = "testing")]
static MOVED: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// Moves the tick on.
pub(crate) fn tick() {
    #[cfg(feature = "testing")]
    if MOVED.load(Ordering::SeqCst) {
        return stand();
    }
    TICK.store(Until::at(elapsed()).0, Ordering::Relaxed);
}

/// Lets the tick stand.
pub(crate) fn stand() {
    TICK.store(STANDS, Ordering::Relaxed);
}

/// The time of the process as the thread with this cell sees it at a glance. When the tick stands still, only what is good
/// for ever is good past it.
#[inline]
pub(crate) fn tick_of(cell: &ThreadCell) -> Until {
    let tick = TICK.load(Ordering::Relaxed);
    cell.tick.store(tick, crate::sync::Ordering::Relaxed);
    Until(tick)
}

/// Tells whether the thread with this cell has looked at a tick since that moment.
pub(crate) fn has_looked(cell: &ThreadCell, since: Moment) -> bool {
    let tick = cell.tick.load(crate::sync::Ordering::Relaxed);
    tick != STANDS && tick >= Until::at(since.0).0
}

impl Clock {
    /// The clock of the process.
    pub(crate) const fn of_process() -> Self {
        Self::with(true)
    }

    /// A clock that can be moved without the others.
    #[cfg(feature = "testing")]
    pub(crate) const fn new() -> Self {
        Self::with(false)
    }

    const fn with(ticks: bool) -> Self {
        Self {
            ticks,
            #[cfg(feature = "testing")]
            ahead: AtomicU64::new(0),
        }
    }

    /// The time as of a moment ago, which costs next to nothing.
    pub(crate) fn glance(&self) -> Moment {
        let tick = TICK.load(Ordering::Relaxed);
        if self.ticks && tick != STANDS {
            return Moment(tick >> Until::SHIFT);
        }
        if self.ticks {
            sweeper::tick();
        }
        self.now()
    }

    /// The time at a glance, as [`tick_of`] has it; when the tick stands still, the time that the system tells. Nobody is
    /// asked to move it on.
    pub(crate) fn past(&self, cell: &ThreadCell) -> Until {
        let tick = tick_of(cell);
        if tick.bits() == STANDS {
            Until::at(self.now().0)
        } else {
            tick
        }
    }

    /// The time as the system tells it.
    pub(crate) fn now(&self) -> Moment {
        Moment(elapsed().saturating_add(self.ahead()))
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
        if self.ticks {
            MOVED.store(true, Ordering::SeqCst);
            stand();
        }
    }

    /// Puts this clock back to real time.
    #[cfg(feature = "testing")]
    pub(crate) fn reset(&self) {
        self.ahead.store(0, Ordering::Relaxed);
    }
}
