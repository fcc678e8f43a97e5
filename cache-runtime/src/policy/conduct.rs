//! What the order learns from how entries fare: how old a ghost may be, how many hits on trial are enough, and how long
//! the trial is.

use super::ghosts::{LAP, REMEMBERED};

/// The share of entries that were hit before they came to the main queue's end, but for those that are there by
/// way of trying.
#[derive(Debug)]
pub(super) struct Others {
    hit: f32,
}

impl Others {
    pub(super) fn new() -> Self {
        Self { hit: 0.5 }
    }

    /// Who is hit less than so many times as often is not worth its place.
    const SHARE: f32 = 0.7;

    /// What an entry was worth that was hit or not: more than nothing in the mean if it was right to let such in.
    pub(super) fn worth(&self, hit: bool) -> f32 {
        f32::from(u8::from(hit)) - Self::SHARE * self.hit
    }

    pub(super) fn learn(&mut self, hit: bool) {
        self.hit += (f32::from(u8::from(hit)) - self.hit) * 0.01;
    }
}

/// Lets one in now and then who is not worth it, to learn whether that still is so.
#[derive(Debug, Default)]
struct Tries {
    refused: u8,
}

impl Tries {
    /// One of so many is tried.
    const EVERY: u8 = 8;

    fn lets_in(&mut self) -> bool {
        self.refused = (self.refused + 1) % Self::EVERY;
        self.refused == 0
    }
}

/// How old a ghost may be that goes to the main queue at once: between half the capacity and twice as much.
///
/// What became of those older than half the capacity tells.
#[derive(Debug)]
pub(super) struct Patience {
    /// In ticks of the [`Ghosts`](super::ghosts::Ghosts).
    oldest: f32,
    tries: Tries,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            oldest: f32::from(REMEMBERED),
            tries: Tries::default(),
        }
    }
}

impl Patience {
    const STEP: f32 = 0.01 * LAP as f32;

    pub(super) fn is_telling(age: u16) -> bool {
        age > LAP / 2
    }

    pub(super) fn lets_in(&mut self, age: u16) -> bool {
        f32::from(age) <= self.oldest || self.tries.lets_in()
    }

    pub(super) fn learn(&mut self, worth: f32) {
        let (least, most) = (f32::from(LAP / 2), f32::from(REMEMBERED));
        self.oldest = (self.oldest + Self::STEP * worth).clamp(least, most);
    }
}

/// Whether an entry moves on that was hit once on trial, and not twice.
///
/// It does at first. Where keys are asked for twice at once and then no more, it does not for long.
#[derive(Debug)]
pub(super) struct Lenience {
    /// Between 0 and 1, and such entries move on above a half.
    trust: f32,
    tries: Tries,
}

impl Default for Lenience {
    fn default() -> Self {
        Self {
            trust: 1.0,
            tries: Tries::default(),
        }
    }
}

impl Lenience {
    const STEP: f32 = 0.01;

    pub(super) fn lets_in(&mut self) -> bool {
        self.trust > 0.5 || self.tries.lets_in()
    }

    pub(super) fn learn(&mut self, worth: f32) {
        self.trust = (self.trust + Self::STEP * worth).clamp(0.0, 1.0);
    }
}

/// How long the small queue is: between a fiftieth and a fifth of the capacity.
///
/// What comes back before twice as many have left as the queue holds would have been found in a queue three
/// times as long: so much would each of those places have earned. A place of the main queue earns about half a
/// hit in each round of it, at its worst. The queue grows if its places earn more, and shrinks if they earn less.
#[derive(Debug)]
pub(super) struct Trial {
    capacity: usize,
    length: usize,
    /// Entries that left, that came back soon, and that came to the main queue's end, of late.
    departures: u64,
    returns: u64,
    rounds: u64,
}

impl Trial {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            length: (capacity / 20).max(1),
            departures: 0,
            returns: 0,
            rounds: 0,
        }
    }

    pub(super) fn length(&self) -> usize {
        self.length
    }

    pub(super) fn came_round(&mut self) {
        self.rounds += 1;
    }

    /// Takes note that an entry is back that left so many ticks ago.
    pub(super) fn returned(&mut self, age: u16) {
        let soon = 2 * self.length as u64 * u64::from(LAP) / self.capacity as u64;
        self.returns += u64::from(u64::from(age) < soon);
    }

    /// Takes note that an entry has left untried, and reviews the length after every tenth of the capacity.
    pub(super) fn departed(&mut self, main: usize) {
        self.departures += 1;
        if self.departures <= self.capacity as u64 / 10 + 20 {
            return;
        }
        let step = (self.capacity / 100).max(1);
        // `returns / (2 * length) > rounds / (2 * main)`, both in the course of as many departures.
        self.length = if self.returns * main as u64 > self.rounds * self.length as u64 {
            (self.length + step).min(self.capacity / 5)
        } else {
            self.length.saturating_sub(step).max(self.capacity / 50)
        }
        .max(1);
        for count in [&mut self.departures, &mut self.returns, &mut self.rounds] {
            *count /= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ghosts_that_are_not_worth_it_have_to_be_younger() {
        let mut patience = Patience::default();
        assert!(patience.lets_in(REMEMBERED));
        (0..500).for_each(|_| patience.learn(-0.5));
        assert!(patience.lets_in(LAP / 2), "that is never too old");
        let tried = (0..80).filter(|_| patience.lets_in(LAP)).count();
        assert_eq!(tried, 10);
        (0..500).for_each(|_| patience.learn(0.5));
        assert!(patience.lets_in(REMEMBERED));
    }

    #[test]
    fn what_is_hit_less_than_most_is_not_worth_its_place() {
        let mut others = Others { hit: 0.5 };
        (0..1000).for_each(|_| others.learn(true));
        assert!(others.worth(true) > 0.0 && others.worth(false) < -0.6);
        (0..1000).for_each(|_| others.learn(false));
        assert!(others.worth(true) > 0.9 && others.worth(false) > -0.1);
    }

    #[test]
    fn one_hit_on_trial_is_enough_as_long_as_more_follow() {
        let mut lenience = Lenience::default();
        let let_in = |lenience: &mut Lenience| (0..80).filter(|_| lenience.lets_in()).count();
        assert_eq!(let_in(&mut lenience), 80);
        (0..500).for_each(|_| lenience.learn(-0.5));
        assert_eq!(let_in(&mut lenience), 10);
        (0..500).for_each(|_| lenience.learn(0.5));
        assert_eq!(let_in(&mut lenience), 80);
    }

    #[test]
    fn the_small_queue_grows_with_what_it_would_have_hit() {
        let mut trial = Trial::new(1000);
        assert_eq!(trial.length, 50);
        for _ in 0..10_000 {
            trial.returned(0);
            trial.came_round();
            trial.departed(800);
        }
        assert_eq!(trial.length, 200);
        for _ in 0..10_000 {
            trial.returned(LAP);
            trial.came_round();
            trial.departed(950);
        }
        assert_eq!(trial.length, 20);
    }
}
