//! What the counters were, every two seconds of the last ten minutes: written by a thread that runs while there is a
//! router for the page, and by no call.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use once_cell::sync::Lazy;

use crate::stats::Stats;

/// How often the counters are read.
pub(crate) const TICK: Duration = Duration::from_secs(2);

/// So many ticks are remembered.
pub(crate) const TICKS: u64 = 300;

/// So many changes of each function are remembered.
const CHANGES: usize = 32;

/// What a function's cache has done in one tick, where it did anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) tick: u64,
    pub(crate) answered: u64,
    pub(crate) misses: u64,
    pub(crate) bypasses: u64,
}

/// What happened beside answers, in one tick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) tick: u64,
    pub(crate) what: &'static str,
    pub(crate) count: u64,
}

/// What is remembered of one function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Track {
    last: Stats,
    /// The tick at which something was new.
    changed: u64,
    pub(crate) points: VecDeque<Point>,
    pub(crate) changes: VecDeque<Change>,
}

/// What is remembered of all functions, by the addresses of their sites.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) tick: u64,
    tracks: HashMap<usize, Track>,
}

impl History {
    /// Takes note of what the counters are now.
    pub(crate) fn sample(&mut self, tick: u64, counters: impl Iterator<Item = (usize, Stats)>) {
        self.tick = self.tick.max(tick);
        for (site, now) in counters {
            let known = self.tracks.contains_key(&site);
            if !known && now == Stats::default() {
                continue;
            }
            let track = self.tracks.entry(site).or_default();
            track.add(tick, now, known || tick > 1);
        }
    }

    /// What is remembered of a function.
    pub(crate) fn track(&self, site: usize) -> Option<&Track> {
        self.tracks.get(&site)
    }
}

impl Track {
    /// Takes note of what the counters are now. What they were before anybody looked is no point in time.
    fn add(&mut self, tick: u64, now: Stats, dated: bool) {
        let gone = |at: u64| at + TICKS <= tick;
        while self.points.front().is_some_and(|point| gone(point.tick)) {
            self.points.pop_front();
        }
        while self.changes.front().is_some_and(|change| gone(change.tick)) {
            self.changes.pop_front();
        }
        if now == self.last {
            return;
        }
        self.changed = tick;
        let before = std::mem::replace(&mut self.last, now);
        if !dated {
            return;
        }
        let point = Point {
            tick,
            answered: self.last.answered().saturating_sub(before.answered()),
            misses: self
                .last
                .misses
                .total()
                .saturating_sub(before.misses.total()),
            bypasses: self.last.bypasses.saturating_sub(before.bypasses),
        };
        if point.answered + point.misses + point.bypasses > 0 {
            self.points.push_back(point);
        }
        for (what, count) in changes(&before, &self.last) {
            if self.changes.len() == CHANGES {
                self.changes.pop_front();
            }
            self.changes.push_back(Change { tick, what, count });
        }
    }

    /// Whether anything is new since a tick, with counters that are these now.
    pub(crate) fn is_new_since(&self, tick: u64, now: &Stats) -> bool {
        self.changed > tick || self.last != *now
    }
}

/// Takes one number out of many.
type Counter = fn(&Stats) -> u64;

/// What has happened between two readings, beside answers.
fn changes(before: &Stats, now: &Stats) -> impl Iterator<Item = (&'static str, u64)> {
    let counters: [(_, Counter); 8] = [
        ("hits", |stats| stats.hits),
        ("stale_hits", |stats| stats.stale_hits),
        ("coalesced", |stats| stats.coalesced),
        ("evictions", |stats| stats.evictions),
        ("expirations", |stats| stats.expirations),
        ("invalidations", |stats| stats.invalidations),
        ("rejected_stores", |stats| stats.rejected_stores),
        ("backend_errors", |stats| stats.backend_errors),
    ];
    let grown = counters.map(|(what, of)| (what, of(now).saturating_sub(of(before))));
    grown.into_iter().filter(|(_, count)| *count > 0)
}

static HISTORY: Lazy<Mutex<History>> = Lazy::new(Mutex::default);

/// When the first tick began.
static BEGAN: Lazy<Instant> = Lazy::new(Instant::now);

/// What is remembered.
pub(crate) fn history() -> MutexGuard<'static, History> {
    HISTORY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Held by who may look at the history: while there is one, it is written.
#[derive(Debug)]
pub(crate) struct Looker(());

/// Has the history written as long as the answer lives. `counters` reads them all.
pub(crate) fn look<I>(counters: fn() -> I) -> Arc<Looker>
where
    I: Iterator<Item = (usize, Stats)> + 'static,
{
    static LOOKER: Mutex<Weak<Looker>> = Mutex::new(Weak::new());
    let mut looker = LOOKER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(looker) = looker.upgrade() {
        return looker;
    }
    let new = Arc::new(Looker(()));
    *looker = Arc::downgrade(&new);
    let looking = Arc::downgrade(&new);
    // Without a thread there is no history, and everything else.
    let _ = thread::Builder::new()
        .name("cache-history".into())
        .spawn(move || {
            while looking.strong_count() > 0 {
                let tick = BEGAN.elapsed().as_millis() / TICK.as_millis() + 1;
                history().sample(u64::try_from(tick).unwrap_or(u64::MAX), counters());
                let due = TICK * u32::try_from(tick).unwrap_or(u32::MAX);
                thread::sleep(due.saturating_sub(BEGAN.elapsed()).max(TICK / 8));
            }
        });
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(hits: u64, evictions: u64) -> Stats {
        Stats {
            hits,
            evictions,
            ..Stats::default()
        }
    }

    #[test]
    fn what_is_new_in_a_tick_is_remembered_and_what_is_old_forgotten() {
        let mut history = History::default();
        history.sample(1, [(7, counted(100, 0)), (8, Stats::default())].into_iter());
        assert!(history.track(8).is_none(), "nothing has happened");
        assert!(
            history
                .track(7)
                .is_some_and(|track| track.points.is_empty()),
            "nobody knows when"
        );
        history.sample(2, [(7, counted(130, 2))].into_iter());
        history.sample(3, [(7, counted(130, 2))].into_iter());
        let track = history.track(7).expect("something has happened");
        let point = Point {
            tick: 2,
            answered: 30,
            misses: 0,
            bypasses: 0,
        };
        assert_eq!(track.points, [point]);
        assert_eq!(
            track.changes[1],
            Change {
                tick: 2,
                what: "evictions",
                count: 2
            }
        );
        assert!(
            track.is_new_since(1, &counted(130, 2)) && !track.is_new_since(2, &counted(130, 2))
        );
        assert!(
            track.is_new_since(2, &counted(131, 2)),
            "the tick is not over"
        );
        history.sample(2 + TICKS, [(7, counted(130, 2))].into_iter());
        let track = history.track(7).expect("something has happened");
        assert!(track.points.is_empty() && track.changes.is_empty());
    }
}
