//! Reads the history of all workers, and finds reads of what was invalidated before.
//!
//! Values of a key grow with every write. Whoever invalidates has written before; more than that, whatever *anyone*
//! had written when an invalidation began is what later reads must show, or something newer. So an invalidation that
//! was delivered sets a floor under all reads that begin after it has returned: the largest value of the writes that
//! had ended before it began. With a back end that lets copies in other processes be outdated for some time, the
//! floor holds that much later for other processes than the one that has invalidated.

use std::collections::HashMap;
use std::fmt;

use crate::event::{Event, Kind, Means, Source, What};

/// Values that grow with time: what holds from some moment on.
#[derive(Debug, Default)]
struct Growing(Vec<(u64, u64)>);

impl Growing {
    fn new(mut steps: Vec<(u64, u64)>) -> Self {
        steps.sort_unstable();
        let mut largest = 0;
        for (_, value) in &mut steps {
            largest = largest.max(*value);
            *value = largest;
        }
        Self(steps)
    }

    /// The largest value of what was there before a moment.
    fn before(&self, moment: u64) -> u64 {
        let count = self.0.partition_point(|(since, _)| *since < moment);
        count.checked_sub(1).map_or(0, |last| self.0[last].1)
    }
}

/// What is under a key, in one way.
type Place = (Kind, u64);

/// A history that can be asked.
struct History<'a> {
    events: &'a [Event],
    /// The floors, for all processes and for those who have set them.
    floors: HashMap<Place, (Growing, HashMap<u32, Growing>)>,
    /// When something was dropped.
    drops: HashMap<Place, Vec<(u64, u64)>>,
}

/// A read that should not have been; it is printed.
#[derive(Debug)]
#[allow(dead_code, reason = "it is read by whoever reads the output")]
pub(crate) struct Violation {
    pub(crate) read: Event,
    /// The least that it should have shown.
    pub(crate) floor: u64,
    /// The last invalidations before it, of what it has read.
    pub(crate) because: Vec<Event>,
}

/// What was verified.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) reads: usize,
    /// Reads from the store.
    pub(crate) hits: usize,
    /// Those of what another process had loaded.
    pub(crate) from_others: usize,
    /// Those that an invalidation had set a floor for.
    pub(crate) bounded: usize,
    /// Reads that waited for another thread of their process.
    pub(crate) shared: usize,
    /// Loads during which another process has invalidated what they were loading.
    pub(crate) overlapped: usize,
    pub(crate) writes: usize,
    pub(crate) delivered: usize,
    pub(crate) undelivered: usize,
    pub(crate) violations: Vec<Violation>,
}

/// Checks a history; in other processes than the one that invalidates, copies may be `lag` nanoseconds old.
pub(crate) fn check(events: &[Event], lag: u64) -> Verdict {
    let history = History::new(events, lag);
    let mut verdict = Verdict::default();
    for event in events {
        match event.what {
            What::Write { .. } => verdict.writes += 1,
            What::Drop { delivered, .. } if delivered => verdict.delivered += 1,
            What::Drop { .. } => verdict.undelivered += 1,
            What::Read {
                kind,
                value,
                loader,
                source,
            } => history.check(&mut verdict, event, kind, value, (loader, source)),
        }
    }
    verdict
}

impl<'a> History<'a> {
    fn new(events: &'a [Event], lag: u64) -> Self {
        let mut writes: HashMap<u64, Vec<_>> = HashMap::new();
        for event in events {
            if let What::Write { value } = event.what {
                let steps = writes.entry(event.key).or_default();
                steps.push((event.end, value));
            }
        }
        let writes = writes.into_iter();
        let writes: HashMap<_, _> = writes.map(|(key, all)| (key, Growing::new(all))).collect();
        let mut history = Self {
            events,
            floors: HashMap::new(),
            drops: HashMap::new(),
        };
        history.read_drops(&writes, lag);
        history
    }

    fn read_drops(&mut self, writes: &HashMap<u64, Growing>, lag: u64) {
        let mut steps: HashMap<Place, HashMap<u32, Vec<_>>> = HashMap::new();
        for event in self.events {
            let What::Drop { means, delivered } = event.what else {
                continue;
            };
            let keys = match means.is_of_all_keys() {
                true => writes.keys().copied().collect(),
                false => vec![event.key],
            };
            let places = keys
                .iter()
                .flat_map(|key| means.drops().iter().map(move |kind| (*kind, *key)));
            for place in places {
                let during = self.drops.entry(place).or_default();
                during.push((event.begin, event.end));
                let written = writes
                    .get(&place.1)
                    .map_or(0, |all| all.before(event.begin));
                if delivered {
                    let set = steps.entry(place).or_default();
                    set.entry(event.process)
                        .or_default()
                        .push((event.end, written));
                }
            }
        }
        for (place, by_process) in steps {
            let late = by_process.values().flatten();
            let late = late.map(|(end, floor)| (end + lag, *floor)).collect();
            let own = by_process.into_iter();
            let own = own.map(|(process, steps)| (process, Growing::new(steps)));
            self.floors
                .insert(place, (Growing::new(late), own.collect()));
        }
    }

    /// The least that a read may show.
    fn floor(&self, place: Place, read: &Event) -> u64 {
        let Some((all, own)) = self.floors.get(&place) else {
            return 0;
        };
        let own = own
            .get(&read.process)
            .map_or(0, |own| own.before(read.begin));
        own.max(all.before(read.begin))
    }

    fn check(
        &self,
        verdict: &mut Verdict,
        read: &Event,
        kind: Kind,
        value: u64,
        (loader, source): (u32, Source),
    ) {
        let place = (kind, read.key);
        let floor = self.floor(place, read);
        verdict.reads += 1;
        verdict.hits += usize::from(source == Source::Store);
        verdict.from_others += usize::from(source == Source::Store && loader != read.process);
        verdict.shared += usize::from(source == Source::Neighbour);
        verdict.bounded += usize::from(floor > 0 && source != Source::Load);
        verdict.overlapped += usize::from(source == Source::Load && self.overlaps(place, read));
        if value < floor {
            verdict.violations.push(Violation {
                read: *read,
                floor,
                because: self.last_drops(place, read),
            });
        }
    }

    fn overlaps(&self, place: Place, load: &Event) -> bool {
        let drops = self.drops.get(&place).into_iter().flatten();
        drops
            .into_iter()
            .any(|(begin, end)| *begin < load.end && load.begin < *end)
    }

    fn last_drops(&self, place: Place, read: &Event) -> Vec<Event> {
        let concerns = |means: Means, key| {
            means.drops().contains(&place.0) && (means.is_of_all_keys() || key == place.1)
        };
        let drops = self.events.iter().filter(|event| match event.what {
            What::Drop { means, .. } => concerns(means, event.key) && event.end < read.begin,
            _ => false,
        });
        let mut drops: Vec<_> = drops.copied().collect();
        drops.sort_unstable_by_key(|event| event.end);
        drops.split_off(drops.len().saturating_sub(3))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} reads ({} hits, {} of them of what another process had loaded; {} waited for a neighbour; \
             {} cached answers had to be newer than an invalidation; {} loads were overlapped by an invalidation), \
             {} writes, {} invalidations delivered and {} not yet; violations: {}",
            self.reads,
            self.hits,
            self.from_others,
            self.shared,
            self.bounded,
            self.overlapped,
            self.writes,
            self.delivered,
            self.undelivered,
            self.violations.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, Kind, Means, Source, What, check};

    fn event(process: u32, (begin, end): (u64, u64), what: What) -> Event {
        Event {
            process,
            begin,
            end,
            key: 1,
            what,
        }
    }

    fn write(time: (u64, u64), value: u64) -> Event {
        event(1, time, What::Write { value })
    }

    fn dropped(time: (u64, u64), means: Means, delivered: bool) -> Event {
        event(1, time, What::Drop { means, delivered })
    }

    fn read(process: u32, time: (u64, u64), kind: Kind, value: u64) -> Event {
        let what = What::Read {
            kind,
            value,
            loader: 1,
            source: Source::Store,
        };
        event(process, time, what)
    }

    fn violations(events: &[Event], lag: u64) -> usize {
        check(events, lag).violations.len()
    }

    #[test]
    fn a_read_after_an_invalidation_shows_what_was_written_before_it() {
        let history = |begin, value| {
            [
                write((10, 11), 5),
                dropped((12, 20), Means::Row, true),
                read(2, (begin, 30), Kind::Derived, value),
            ]
        };
        assert_eq!(violations(&history(21, 4), 0), 1);
        assert_eq!(violations(&history(21, 5), 0), 0);
        assert_eq!(violations(&history(20, 4), 0), 0, "it began before");
        assert_eq!(violations(&history(21, 4), 5), 0, "a copy may be old");
        assert_eq!(violations(&history(26, 4), 5), 1, "but not for ever");
    }

    #[test]
    fn who_has_invalidated_sees_no_old_copy() {
        let history = [
            write((10, 11), 5),
            dropped((12, 20), Means::Everything, true),
            read(1, (21, 30), Kind::Page, 4),
        ];
        assert_eq!(violations(&history, 1000), 1);
    }

    #[test]
    fn what_was_not_delivered_or_is_about_something_else_sets_no_floor() {
        for (means, delivered) in [(Means::Row, false), (Means::Tag, true)] {
            let history = [
                write((10, 11), 5),
                dropped((12, 20), means, delivered),
                read(2, (21, 30), Kind::Row, 4),
            ];
            assert_eq!(violations(&history, 0), 0);
        }
    }

    #[test]
    fn an_invalidation_is_also_about_what_others_had_written() {
        let history = [
            write((10, 11), 5),
            write((12, 18), 6),
            dropped((15, 20), Means::AllRows, true),
            read(2, (21, 30), Kind::Row, 4),
            read(2, (21, 30), Kind::Row, 5),
        ];
        assert_eq!(violations(&history, 0), 1, "the 6 came during it");
    }
}
