//! What a store keeps of a value: the value, its times, and what only some functions ask for.
//!
//! Nothing here takes a lock or reads a clock: the caller passes `now`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::clock::{Moment, nanos};
#[cfg(feature = "redis")]
use crate::lineage::Labels;
use crate::lineage::Lineage;

/// A refresh that failed is tried again after this long at first, and after twice as long each further time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause between two refreshes that fail.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A stored value and its times.
#[derive(Clone, Debug)]
pub(crate) struct Entry<V> {
    pub(crate) value: V,
    pub(crate) stored_at: Moment,
    /// Before this, a hit is nothing but a hit; later, [`Entry::standing`] looks closer. Without
    /// [`Entry::care`] it is the end of the time to live.
    pub(crate) due: Moment,
    pub(crate) care: Option<Arc<Care>>,
}

/// What only some functions' entries have: windows, labels, a weight, a record of what they were computed from.
#[derive(Debug)]
pub(crate) struct Care {
    pub(crate) stored_at: Moment,
    expires_at: Moment,
    stale_until: Moment,
    excused_until: Moment,
    /// When a refresh may begin: a [`Moment`] that moves on while refreshes fail.
    refresh_at: AtomicU64,
    failures: AtomicU32,
    /// How long it may be unread, in nanoseconds; zero is for ever.
    idle: u64,
    /// When the entry was read last, if it may not be idle for long: a [`Moment`].
    read_at: AtomicU64,
    pub(crate) weight: u32,
    pub(crate) lineage: Lineage,
}

/// The times that an attribute gives an entry, counted from when it is stored; `None` is never.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    pub(crate) timeout: Option<Duration>,
    pub(crate) stale_while_revalidate: Option<Duration>,
    pub(crate) stale_if_error: Option<Duration>,
    pub(crate) refresh_after: Option<Duration>,
    pub(crate) idle: Option<Duration>,
}

/// How an entry stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is fresh; `refresh` says that a refresh may begin before it expires.
    Live { refresh: bool },
    /// It is past its timeout, and still given out while a refresh runs; `refresh` says that one may begin.
    Stale { refresh: bool },
    /// It is past its timeout. It is given out only if a computation fails inside its window.
    Expired,
    /// A label that it carries has been invalidated.
    Outdated,
}

impl<V> Entry<V> {
    /// An entry that is stored now.
    pub(crate) fn new(
        value: V,
        stored_at: Moment,
        times: &Times,
        weight: u32,
        lineage: Lineage,
    ) -> Self {
        let after =
            |time: Option<Duration>| time.map_or(Moment::NEVER, |time| stored_at.after(time));
        let expires_at = after(times.timeout);
        let plain = times.stale_while_revalidate.is_none()
            && times.stale_if_error.is_none()
            && times.refresh_after.is_none()
            && times.idle.is_none();
        if plain && weight == 0 && lineage.is_empty() {
            return Self {
                value,
                stored_at,
                due: expires_at,
                care: None,
            };
        }
        let window = |time: Option<Duration>| expires_at.after(time.unwrap_or_default());
        let stale_until = window(times.stale_while_revalidate);
        let refresh_at = match (times.refresh_after, times.stale_while_revalidate) {
            (Some(time), _) => stored_at.after(time),
            (None, Some(_)) => expires_at,
            (None, None) => Moment::NEVER,
        };
        // What may become outdated or idle at any time is looked at closely every time.
        let due = if times.idle.is_some() || lineage.has_tags() {
            Moment::START
        } else {
            expires_at.min(refresh_at)
        };
        let care = Care {
            stored_at,
            expires_at,
            stale_until,
            excused_until: window(times.stale_if_error),
            refresh_at: AtomicU64::new(refresh_at.0),
            failures: AtomicU32::new(0),
            idle: times.idle.map_or(0, nanos),
            read_at: AtomicU64::new(stored_at.0),
            weight,
            lineage,
        };
        Self {
            value,
            stored_at,
            due,
            care: Some(Arc::new(care)),
        }
    }

    /// The same entry with other labels.
    #[cfg(feature = "redis")]
    pub(crate) fn with_labels(&self, labels: Labels) -> Self
    where
        V: Clone,
    {
        let Some(care) = &self.care else {
            return self.clone();
        };
        let lineage = care.lineage.with_labels(labels);
        let refresh_at = Moment(care.refresh_at.load(Relaxed));
        let due = if lineage.has_tags() {
            Moment::START
        } else {
            care.expires_at.min(refresh_at)
        };
        let care = Care {
            refresh_at: AtomicU64::new(refresh_at.0),
            failures: AtomicU32::new(0),
            read_at: AtomicU64::new(care.read_at.load(Relaxed)),
            lineage,
            ..**care
        };
        Self {
            value: self.value.clone(),
            stored_at: self.stored_at,
            due,
            care: Some(Arc::new(care)),
        }
    }

    /// Says how the entry stands.
    pub(crate) fn standing(&self, now: Moment) -> Standing {
        if now < self.due {
            return Standing::Live { refresh: false };
        }
        match &self.care {
            Some(care) => care.standing(now),
            None => Standing::Expired,
        }
    }

    /// Tells whether the entry is fresh.
    pub(crate) fn is_live(&self, now: Moment) -> bool {
        matches!(self.standing(now), Standing::Live { .. })
    }

    /// Tells whether the entry answers a call whose computation has failed: inside its window for that, or
    /// if the call would have had it anyway and only computed to refresh it.
    pub(crate) fn stands_in(&self, now: Moment, for_refresh: bool) -> bool {
        let excused = self.care.as_ref().is_some_and(|care| {
            for_refresh || (care.expires_at <= now && now < care.excused_until)
        });
        excused && self.care.as_ref().is_none_or(|care| care.is_of_use(now))
    }

    /// Tells whether a label of the entry was invalidated.
    pub(crate) fn is_outdated(&self) -> bool {
        self.lineage().is_some_and(Lineage::is_outdated)
    }

    /// When the entry is of no use any more, as far as is known now.
    pub(crate) fn leaves_at(&self) -> Moment {
        match &self.care {
            None => self.due,
            Some(care) => care.leaves_at(),
        }
    }

    /// What the entry weighs.
    pub(crate) fn weight(&self) -> u32 {
        self.care.as_ref().map_or(0, |care| care.weight)
    }

    /// What the value was computed from.
    pub(crate) fn lineage(&self) -> Option<&Lineage> {
        self.care.as_ref().map(|care| &care.lineage)
    }

    /// Takes note that the entry is read.
    pub(crate) fn read(&self, now: Moment) {
        if let Some(care) = self.care.as_ref().filter(|care| care.idle > 0) {
            care.read_at.fetch_max(now.0, Relaxed);
        }
    }

    /// Takes note that a refresh has failed: the next one waits, longer each time.
    pub(crate) fn refresh_failed(&self, now: Moment) {
        let Some(care) = &self.care else { return };
        let pause = pause_after(care.failures.fetch_add(1, Relaxed));
        care.refresh_at
            .store(now.0.saturating_add(nanos(pause)), Relaxed);
    }
}

/// How long a refresh waits after another failure.
pub(crate) fn pause_after(failures: u32) -> Duration {
    (FIRST_PAUSE * 2_u32.pow(failures.min(16))).min(LONGEST_PAUSE)
}

impl Care {
    fn standing(&self, now: Moment) -> Standing {
        if self.lineage.is_outdated() {
            return Standing::Outdated;
        }
        let refresh = self.refresh_at.load(Relaxed) <= now.0;
        if self.idle_until() <= now {
            Standing::Expired
        } else if now < self.expires_at {
            Standing::Live { refresh }
        } else if now < self.stale_until {
            Standing::Stale { refresh }
        } else {
            Standing::Expired
        }
    }

    /// When the entry is of no use any more, as far as is known now.
    pub(crate) fn leaves_at(&self) -> Moment {
        let windows = self.stale_until.max(self.excused_until);
        windows.min(self.idle_until())
    }

    /// Tells whether the entry could be given out, be it only where a computation has failed.
    pub(crate) fn is_of_use(&self, now: Moment) -> bool {
        now < self.leaves_at() && !self.lineage.is_outdated()
    }

    fn idle_until(&self) -> Moment {
        match self.idle {
            0 => Moment::NEVER,
            idle => Moment(self.read_at.load(Relaxed).saturating_add(idle)),
        }
    }
}

#[cfg(all(test, not(cache_model)))]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn at(time: u64) -> Moment {
        Moment::START.after(seconds(time))
    }

    fn entry(times: Times) -> Entry<u32> {
        Entry::new(1, at(100), &times, 0, Lineage::default())
    }

    #[test]
    fn a_plain_entry_is_live_and_then_expired() {
        let entry = entry(Times {
            timeout: Some(seconds(5)),
            ..Times::default()
        });
        assert!(entry.care.is_none());
        assert_eq!(entry.standing(at(104)), Standing::Live { refresh: false });
        assert_eq!(entry.standing(at(105)), Standing::Expired);
        assert_eq!(entry.leaves_at(), at(105));
    }

    #[test]
    fn windows_follow_one_another() {
        let entry = entry(Times {
            timeout: Some(seconds(10)),
            stale_while_revalidate: Some(seconds(5)),
            stale_if_error: Some(seconds(20)),
            refresh_after: Some(seconds(8)),
            idle: None,
        });
        assert_eq!(entry.standing(at(107)), Standing::Live { refresh: false });
        assert_eq!(entry.standing(at(108)), Standing::Live { refresh: true });
        assert_eq!(entry.standing(at(114)), Standing::Stale { refresh: true });
        assert_eq!(entry.standing(at(115)), Standing::Expired);
        assert!(!entry.stands_in(at(109), false) && entry.stands_in(at(109), true));
        assert!(entry.stands_in(at(129), false) && !entry.stands_in(at(130), true));
        assert_eq!(entry.leaves_at(), at(130));
    }

    #[test]
    fn refreshes_that_fail_wait_longer_each_time() {
        let entry = entry(Times {
            timeout: Some(seconds(10)),
            stale_while_revalidate: Some(seconds(1000)),
            ..Times::default()
        });
        let may_begin = |now| entry.standing(now) == Standing::Stale { refresh: true };
        let mut now = at(111);
        for pause in [100, 200, 400, 800] {
            assert!(may_begin(now));
            entry.refresh_failed(now);
            now = now.after(Duration::from_millis(pause - 1));
            assert!(!may_begin(now), "after {pause} ms");
            now = now.after(Duration::from_millis(1));
        }
        (0..100).for_each(|_| entry.refresh_failed(now));
        assert!(may_begin(now.after(LONGEST_PAUSE)));
    }

    #[test]
    fn what_is_read_is_not_idle() {
        let entry = entry(Times {
            timeout: Some(seconds(100)),
            idle: Some(seconds(10)),
            ..Times::default()
        });
        assert!(entry.is_live(at(109)) && !entry.is_live(at(110)));
        entry.read(at(109));
        assert!(entry.is_live(at(118)) && !entry.is_live(at(119)));
        assert_eq!(entry.leaves_at(), at(119));
    }
}
