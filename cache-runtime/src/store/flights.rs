//! Computations under way, by the slot in which they may store.
//!
//! In a shard there is mostly one, if any: it stands by itself, and only the others take a table.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::site::flight::Flight;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Flights<T> {
    one: Option<(u32, Abreast<T>)>,
    others: HashMap<u32, Abreast<T>, FixedState>,
}

/// Those of one slot, in the order in which they began. Mostly it is one.
#[derive(Debug)]
enum Abreast<T> {
    One(Arc<Flight<T>>),
    More(Vec<Arc<Flight<T>>>),
}

impl<T> Flights<T> {
    pub(super) fn new() -> Self {
        Self {
            one: None,
            others: HashMap::default(),
        }
    }

    /// Those under way in a slot, in the order in which they began.
    pub(super) fn of(&self, slot: u32) -> &[Arc<Flight<T>>] {
        let flights = match &self.one {
            Some((of, flights)) if *of == slot => Some(flights),
            _ if self.others.is_empty() => None,
            _ => self.others.get(&slot),
        };
        flights.map_or(&[], Abreast::all)
    }

    fn of_mut(&mut self, slot: u32) -> Option<&mut Abreast<T>> {
        match &mut self.one {
            Some((of, flights)) if *of == slot => Some(flights),
            _ if self.others.is_empty() => None,
            _ => self.others.get_mut(&slot),
        }
    }

    /// Notes one that begins.
    pub(super) fn begin(&mut self, slot: u32, flight: Arc<Flight<T>>) {
        if let Some(flights) = self.of_mut(slot) {
            flights.add(flight);
        } else if self.one.is_none() {
            self.one = Some((slot, Abreast::One(flight)));
        } else {
            self.others.insert(slot, Abreast::One(flight));
        }
    }

    /// Takes note that one has ended, and detaches those that began before it if it supersedes them; answers false if it
    /// had been detached itself.
    pub(super) fn end(&mut self, slot: u32, flight: &Arc<Flight<T>>, supersedes: bool) -> bool {
        let Some(flights) = self.of_mut(slot) else {
            return false;
        };
        let mut all = flights.all().iter();
        let Some(at) = all.position(|other| Arc::ptr_eq(other, flight)) else {
            return false;
        };
        let first = if supersedes { 0 } else { at };
        if flights.remove(first, at) {
            self.detach(slot);
        }
        true
    }

    /// Detaches all that are under way in a slot.
    pub(super) fn detach(&mut self, slot: u32) {
        if self.one.as_ref().is_some_and(|(of, _)| *of == slot) {
            self.one = None;
        } else if !self.others.is_empty() {
            self.others.remove(&slot);
        }
    }

    /// Detaches all.
    pub(super) fn clear(&mut self) {
        *self = Self::new();
    }
}

impl<T> Abreast<T> {
    fn all(&self) -> &[Arc<Flight<T>>] {
        match self {
            Self::One(flight) => std::slice::from_ref(flight),
            Self::More(flights) => flights,
        }
    }

    fn add(&mut self, flight: Arc<Flight<T>>) {
        match self {
            Self::One(first) => *self = Self::More(vec![Arc::clone(first), flight]),
            Self::More(flights) => flights.push(flight),
        }
    }

    /// Removes those from `first` to `last`; answers whether none is left.
    fn remove(&mut self, first: usize, last: usize) -> bool {
        match self {
            Self::One(_) => true,
            Self::More(flights) => {
                flights.drain(first..=last);
                flights.is_empty()
            }
        }
    }
}

#[cfg(all(test, not(cache_model)))]
mod tests {
    use super::*;

    #[test]
    fn those_of_many_slots_are_told_apart() {
        let flights = || Arc::new(Flight::<()>::new(true));
        let mut all = Flights::new();
        let begun: Vec<_> = (0..6).map(|_| flights()).collect();
        for (n, flight) in (0..).zip(&begun) {
            all.begin(n % 3, Arc::clone(flight));
        }
        for slot in 0..3 {
            let of: Vec<_> = all.of(slot).iter().map(Arc::as_ptr).collect();
            let [first, second] = [slot, slot + 3].map(|n| Arc::as_ptr(&begun[n as usize]));
            assert_eq!(of, [first, second]);
        }
        assert!(all.end(0, &begun[3], true) && all.of(0).is_empty());
        assert!(!all.end(0, &begun[0], true), "it was superseded");
        assert!(all.end(1, &begun[1], true));
        assert_eq!(all.of(1).len(), 1, "what began later goes on");
        all.begin(7, flights());
        all.detach(2);
        assert!(all.of(2).is_empty() && !all.of(7).is_empty());
        assert!(!all.end(9, &begun[0], false));
        all.clear();
        assert!((0..9).all(|slot| all.of(slot).is_empty()));
        assert!(begun.iter().all(|flight| Arc::strong_count(flight) == 1));
    }
}
