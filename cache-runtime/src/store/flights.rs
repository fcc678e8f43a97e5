//! Computations under way, by the slot in which they may store.
//!
//! In a shard there is mostly one, if any: it stands by itself, and only the others take a table. Mostly nobody waits for
//! it either: the [`Flight`] in which others wait is made when the first of them comes.

use std::collections::HashMap;
use std::iter;
use std::sync::Arc;

use foldhash::fast::FixedState;
use once_cell::sync::OnceCell;

use crate::lineage::LoadId;
use crate::site::flight::Flight;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Flights<T> {
    /// One that is alone in its slot.
    one: Option<(u32, Noted<T>)>,
    others: HashMap<u32, Abreast<T>, FixedState>,
    /// Where others wait for computations that may not store any more.
    detached: HashMap<LoadId, Arc<Flight<T>>, FixedState>,
}

/// Those of one slot. Mostly it is one.
#[derive(Debug)]
struct Abreast<T> {
    latest: Noted<T>,
    /// Those that began before it, in that order.
    earlier: Vec<Noted<T>>,
}

/// A computation under way.
#[derive(Debug)]
struct Noted<T> {
    id: LoadId,
    /// Whether others may wait for it, as long as it is not outdated.
    joinable: bool,
    /// Where they do.
    flight: OnceCell<Arc<Flight<T>>>,
}

/// How a computation stands that has ended.
#[derive(Debug)]
pub(super) struct Ended<T> {
    /// Whether it may store: it had not been detached.
    pub(super) noted: bool,
    /// Where others wait for it, if anybody does.
    pub(super) flight: Option<Arc<Flight<T>>>,
}

impl<T> Flights<T> {
    pub(super) fn new() -> Self {
        Self {
            one: None,
            others: HashMap::default(),
            detached: HashMap::default(),
        }
    }

    /// Those under way in a slot, the latest first.
    fn of(&self, slot: u32) -> impl Iterator<Item = &Noted<T>> {
        let (one, others) = match &self.one {
            Some((of, noted)) if *of == slot => (Some(noted), None),
            _ if self.others.is_empty() => (None, None),
            _ => (None, self.others.get(&slot)),
        };
        one.into_iter()
            .chain(others.into_iter().flat_map(Abreast::all))
    }

    /// Tells whether any is under way in a slot.
    pub(super) fn is_any(&self, slot: u32) -> bool {
        self.of(slot).next().is_some()
    }

    /// Tells whether this one is under way in a slot, and may store there.
    pub(super) fn is_noted(&self, slot: u32, id: LoadId) -> bool {
        self.of(slot).any(|noted| noted.id == id)
    }

    /// Tells whether there is one that others may wait for.
    pub(super) fn is_joinable(&self, slot: u32) -> bool {
        self.of(slot).any(Noted::is_joinable)
    }

    /// Where others may wait for the latest one that they may wait for.
    pub(super) fn joinable(&self, slot: u32) -> Option<&Arc<Flight<T>>> {
        let latest = self.of(slot).find(|noted| noted.is_joinable());
        latest.map(Noted::flight)
    }

    /// Where others may wait for this one, if it may still store.
    pub(super) fn flight(&self, slot: u32, id: LoadId) -> Option<&Arc<Flight<T>>> {
        let noted = self.of(slot).find(|noted| noted.id == id);
        noted.map(Noted::flight)
    }

    /// Notes one that begins.
    pub(super) fn begin(&mut self, slot: u32, id: LoadId, joinable: bool) {
        let noted = Noted {
            id,
            joinable,
            flight: OnceCell::new(),
        };
        if self.one.is_none() && self.others.is_empty() {
            self.one = Some((slot, noted));
        } else {
            self.begin_among(slot, noted);
        }
    }

    /// As [`begin`](Self::begin), where others are under way in the shard.
    #[cold]
    fn begin_among(&mut self, slot: u32, latest: Noted<T>) {
        let earlier = match self.take(slot) {
            Some(Abreast {
                latest,
                mut earlier,
            }) => {
                earlier.push(latest);
                earlier
            }
            None => Vec::new(),
        };
        self.others.insert(slot, Abreast { latest, earlier });
    }

    /// Takes note that one has ended, and detaches those that began before it if it supersedes them.
    pub(super) fn end(&mut self, slot: u32, id: LoadId, supersedes: bool) -> Ended<T> {
        if let Some((of, noted)) = &mut self.one
            && *of == slot
            && noted.id == id
        {
            let flight = noted.flight.take();
            self.one = None;
            return Ended {
                noted: true,
                flight,
            };
        }
        self.end_among(slot, id, supersedes)
    }

    /// As [`end`](Self::end), where others are under way in the shard, or it has been detached.
    #[cold]
    fn end_among(&mut self, slot: u32, id: LoadId, supersedes: bool) -> Ended<T> {
        let Some(all) = self.take(slot) else {
            return self.end_detached(id);
        };
        let Abreast {
            latest,
            mut earlier,
        } = all;
        if latest.id == id {
            if supersedes {
                self.note_detached(earlier.drain(..));
            } else if let Some(latest) = earlier.pop() {
                self.others.insert(slot, Abreast { latest, earlier });
            }
            return Ended::noted(latest);
        }
        let place = earlier.iter().position(|noted| noted.id == id);
        let ended = place.map(|at| {
            let ended = earlier.remove(at);
            if supersedes {
                self.note_detached(earlier.drain(..at));
            }
            ended
        });
        self.others.insert(slot, Abreast { latest, earlier });
        ended.map_or_else(|| self.end_detached(id), Ended::noted)
    }

    fn end_detached(&mut self, id: LoadId) -> Ended<T> {
        Ended {
            noted: false,
            flight: self.detached.remove(&id),
        }
    }

    /// Detaches all that are under way in a slot.
    pub(super) fn detach(&mut self, slot: u32) {
        if let Some(Abreast { latest, earlier }) = self.take(slot) {
            self.note_detached(earlier.into_iter().chain([latest]));
        }
    }

    /// Detaches all.
    pub(super) fn clear(&mut self) {
        if let Some((_, one)) = self.one.take() {
            self.note_detached([one].into_iter());
        }
        for Abreast { latest, earlier } in std::mem::take(&mut self.others).into_values() {
            self.note_detached(earlier.into_iter().chain([latest]));
        }
    }

    /// Takes note of those that may not store any more, if others wait for them.
    fn note_detached(&mut self, all: impl Iterator<Item = Noted<T>>) {
        for noted in all {
            if let Some(flight) = noted.flight.into_inner() {
                self.detached.insert(noted.id, flight);
            }
        }
    }

    /// Takes out those of a slot.
    fn take(&mut self, slot: u32) -> Option<Abreast<T>> {
        match self.one.take() {
            Some((of, latest)) if of == slot => Some(Abreast {
                latest,
                earlier: Vec::new(),
            }),
            other => {
                self.one = other;
                let is_any = !self.others.is_empty();
                is_any.then(|| self.others.remove(&slot)).flatten()
            }
        }
    }
}

impl<T> Abreast<T> {
    /// The latest first.
    fn all(&self) -> impl Iterator<Item = &Noted<T>> {
        iter::once(&self.latest).chain(self.earlier.iter().rev())
    }
}

impl<T> Noted<T> {
    fn is_joinable(&self) -> bool {
        let flight = self.flight.get();
        self.joinable && flight.is_none_or(|flight| !flight.is_outdated())
    }

    fn flight(&self) -> &Arc<Flight<T>> {
        self.flight.get_or_init(|| Arc::new(Flight::new(self.id)))
    }
}

impl<T> Ended<T> {
    fn noted(ended: Noted<T>) -> Self {
        Self {
            noted: true,
            flight: ended.flight.into_inner(),
        }
    }
}

#[cfg(all(test, not(cache_model)))]
mod tests {
    use super::*;

    /// Those of six computations in three slots.
    fn six() -> (Flights<()>, Vec<LoadId>) {
        let mut all = Flights::new();
        let begun: Vec<_> = (0..6).map(|_| LoadId::next()).collect();
        for (n, id) in (0..).zip(&begun) {
            all.begin(n % 3, *id, true);
        }
        (all, begun)
    }

    fn ids(all: &Flights<()>, slot: u32) -> Vec<LoadId> {
        all.of(slot).map(|noted| noted.id).collect()
    }

    #[test]
    fn those_of_many_slots_are_told_apart() {
        let (mut all, begun) = six();
        for slot in 0..3 {
            let [first, second] = [slot, slot + 3].map(|n| begun[n as usize]);
            assert_eq!(ids(&all, slot), [second, first]);
        }
        assert!(all.end(0, begun[3], true).noted && !all.is_any(0));
        assert!(!all.end(0, begun[0], true).noted, "it was superseded");
        assert!(all.end(1, begun[1], true).noted);
        assert_eq!(ids(&all, 1), [begun[4]], "what began later goes on");
        all.begin(7, LoadId::next(), true);
        all.detach(2);
        assert!(!all.is_any(2) && all.is_any(7));
        assert!(!all.end(9, begun[0], false).noted);
        all.clear();
        assert!((0..9).all(|slot| !all.is_any(slot)));
    }

    #[test]
    fn who_waits_is_told_whatever_has_become_of_the_computation() {
        let (mut all, begun) = six();
        let waits =
            |all: &Flights<()>, slot| Arc::clone(all.joinable(slot).expect("it is joinable"));
        let first = |all: &Flights<()>| Arc::clone(all.flight(0, begun[0]).expect("it is noted"));
        let (superseded, superseding, detached, cleared) =
            (first(&all), waits(&all, 0), waits(&all, 1), waits(&all, 2));
        let ended = |all: &mut Flights<()>, slot, n: usize| all.end(slot, begun[n], true).flight;
        let is = |ended: Option<Arc<Flight<()>>>, flight| {
            Arc::ptr_eq(&ended.expect("one waits"), flight)
        };
        assert!(is(ended(&mut all, 0, 3), &superseding));
        assert!(is(ended(&mut all, 0, 0), &superseded));
        all.detach(1);
        all.clear();
        assert!(is(ended(&mut all, 1, 4), &detached) && is(ended(&mut all, 2, 5), &cleared));
        assert!(
            ended(&mut all, 1, 1).is_none() && ended(&mut all, 1, 4).is_none(),
            "once"
        );
        assert!(all.detached.is_empty());
    }
}
