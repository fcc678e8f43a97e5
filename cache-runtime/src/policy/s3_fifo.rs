//! S3-FIFO (Yang et al., "FIFO Queues are All You Need for Cache Eviction", SOSP 2023), and what we added.
//!
//! From the paper: new entries pass through a small queue; those that are hit there move to the main queue, the
//! others leave, so that a scan does not wash out what is in use. A hash that comes back soon after it left, a
//! ghost, goes to the main queue at once. A hit raises a counter of two bits, and nothing else. What is hit in
//! the main queue goes round again and pays a hit for it.
//!
//! Of our own making, each because it keeps more of what is used again on the traces that were measured:
//!
//! - As long as the store has room, entries go to the main queue: a loop or a scan that comes later finds it full.
//! - Ghosts are of twice the capacity, for loops and slow cycles; the paper has those of the main queue's size.
//! - How old a ghost may be is [learnt](Patience) from what became of those that were let in.
//! - Whether one hit is enough to move on, or it takes two as in the paper, is [learnt](Lenience) likewise.
//! - How long the small queue is, a twentieth of the capacity at first, is [learnt](Trial) from what comes back
//!   soon after it left; the paper has a tenth.
//! - Counters end at 2, not 3: what was popular once goes one round sooner.
//!
//! Every operation is O(1), eviction amortised: an entry is passed over at most as often as it was hit. The
//! order costs sixteen bytes an entry once a store is full: eight of links, eight for two ghosts.

use super::ghosts::{Ghosts, LAP, REMEMBERED};
use super::queues::{Home, Queues};
use super::{Heat, Policy};

/// See the [module](self).
#[derive(Debug)]
pub(super) struct S3Fifo {
    capacity: usize,
    queues: Queues,
    ghosts: Ghosts,
    others: Others,
    patience: Patience,
    lenience: Lenience,
    trial: Trial,
}

impl S3Fifo {
    pub(super) fn new(capacity: usize) -> Self {
        let capacity = capacity.max(1);
        Self {
            capacity,
            // A key gets its slot before another entry has to leave for it.
            queues: Queues::new(capacity.saturating_add(1)),
            ghosts: Ghosts::new(capacity),
            others: Others { hit: 0.5 },
            patience: Patience::default(),
            lenience: Lenience::default(),
            trial: Trial::new(capacity),
        }
    }

    /// The small queue's oldest leaves, or moves on if it was hit.
    fn pop_small(&mut self, heat: &dyn Heat, hash_of: &dyn Fn(u32) -> u64) -> Option<u32> {
        let slot = self.queues.pop_small()?;
        if let Some(home) = self.next_home(heat.get(slot)) {
            // What is asked for twice at once is often not asked for again: it has to be hit anew.
            heat.reset(slot);
            self.queues.push(slot, home);
            return None;
        }
        self.ghosts.add(hash_of(slot));
        self.trial.departed(self.queues.main_length());
        Some(slot)
    }

    /// Where an entry goes that was hit so often on trial, if it stays.
    fn next_home(&mut self, hits: u8) -> Option<Home> {
        match hits {
            0 => None,
            1 => self.lenience.lets_in().then_some(Home::Once),
            _ => Some(Home::Main),
        }
    }

    /// The main queue's oldest leaves, or goes round again if it was hit.
    fn pop_main(&mut self, heat: &dyn Heat) -> Option<u32> {
        let (slot, home) = self.queues.pop_main()?;
        let hit = heat.get(slot) > 0;
        self.learn(home, hit);
        self.trial.came_round();
        if hit {
            heat.cool(slot);
            self.queues.push(slot, Home::Main);
            return None;
        }
        Some(slot)
    }

    /// Takes note of whether an entry was hit that came to the main queue's end.
    fn learn(&mut self, home: Home, hit: bool) {
        match home {
            Home::Late => self.patience.learn(self.others.worth(hit)),
            Home::Once => self.lenience.learn(self.others.worth(hit)),
            _ => self.others.learn(hit),
        }
    }

    /// Where an entry goes whose hash left so long ago, if it did.
    fn home(&mut self, ghost: Option<u16>, full: bool) -> Home {
        if let Some(age) = ghost {
            self.trial.returned(age);
            if self.patience.lets_in(age) {
                return if Patience::is_telling(age) {
                    Home::Late
                } else {
                    Home::Main
                };
            }
        }
        if full { Home::Small } else { Home::Main }
    }
}

impl Policy for S3Fifo {
    fn insert(&mut self, slot: u32, hash: u64) {
        let ghost = self.ghosts.take(hash);
        // A victim has just left if the store is full, so one less than its capacity means that it is.
        let entries = self.queues.small_length() + self.queues.main_length();
        let home = self.home(ghost, entries + 1 >= self.capacity);
        self.queues.push(slot, home);
    }

    fn remove(&mut self, slot: u32) {
        self.queues.take(slot);
    }

    fn victim(&mut self, heat: &dyn Heat, hash_of: &dyn Fn(u32) -> u64) -> Option<u32> {
        loop {
            let (small, main) = (self.queues.small_length(), self.queues.main_length());
            let victim = if small > self.trial.length || main == 0 {
                self.pop_small(heat, hash_of)
            } else {
                self.pop_main(heat)
            };
            if victim.is_some() || small + main == 0 {
                return victim;
            }
        }
    }

    fn resize(&mut self, capacity: usize) {
        let Self { queues, .. } = std::mem::replace(self, Self::new(capacity));
        self.queues = queues;
    }

    fn clear(&mut self) {
        *self = Self::new(self.capacity);
    }
}

/// The share of entries that were hit before they came to the main queue's end, but for those that are there by
/// way of trying.
#[derive(Debug)]
struct Others {
    hit: f32,
}

impl Others {
    /// Who is hit less than so many times as often is not worth its place.
    const SHARE: f32 = 0.7;

    /// What an entry was worth that was hit or not: more than nothing in the mean if it was right to let such in.
    fn worth(&self, hit: bool) -> f32 {
        f32::from(u8::from(hit)) - Self::SHARE * self.hit
    }

    fn learn(&mut self, hit: bool) {
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
struct Patience {
    /// In ticks of the [`Ghosts`].
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

    fn is_telling(age: u16) -> bool {
        age > LAP / 2
    }

    fn lets_in(&mut self, age: u16) -> bool {
        f32::from(age) <= self.oldest || self.tries.lets_in()
    }

    fn learn(&mut self, worth: f32) {
        let (least, most) = (f32::from(LAP / 2), f32::from(REMEMBERED));
        self.oldest = (self.oldest + Self::STEP * worth).clamp(least, most);
    }
}

/// Whether an entry moves on that was hit once on trial, and not twice.
///
/// It does at first. Where keys are asked for twice at once and then no more, it does not for long.
#[derive(Debug)]
struct Lenience {
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

    fn lets_in(&mut self) -> bool {
        self.trust > 0.5 || self.tries.lets_in()
    }

    fn learn(&mut self, worth: f32) {
        self.trust = (self.trust + Self::STEP * worth).clamp(0.0, 1.0);
    }
}

/// How long the small queue is: between a fiftieth and a fifth of the capacity.
///
/// What comes back before twice as many have left as the queue holds would have been found in a queue three
/// times as long: so much would each of those places have earned. A place of the main queue earns about half a
/// hit in each round of it, at its worst. The queue grows if its places earn more, and shrinks if they earn less.
#[derive(Debug)]
struct Trial {
    capacity: usize,
    length: usize,
    /// Entries that left, that came back soon, and that came to the main queue's end, of late.
    departures: u64,
    returns: u64,
    rounds: u64,
}

impl Trial {
    fn new(capacity: usize) -> Self {
        Self {
            capacity,
            length: (capacity / 20).max(1),
            departures: 0,
            returns: 0,
            rounds: 0,
        }
    }

    fn came_round(&mut self) {
        self.rounds += 1;
    }

    /// Takes note that an entry is back that left so many ticks ago.
    fn returned(&mut self, age: u16) {
        let soon = 2 * self.length as u64 * u64::from(LAP) / self.capacity as u64;
        self.returns += u64::from(u64::from(age) < soon);
    }

    /// Takes note that an entry has left untried, and reviews the length after every tenth of the capacity.
    fn departed(&mut self, main: usize) {
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
    use crate::policy::simulator::{Cache, Heats, Random, hits, lru_hits, optimal_hits, traces};

    /// No ghost is of interest.
    const ALIKE: &dyn Fn(u32) -> u64 = &|_| 0;

    #[test]
    fn a_scan_does_not_wash_out_what_is_in_use() {
        let (name, trace) = traces(1000, 20_000).swap_remove(3);
        let (ours, lru) = (hits(1, 50, &trace), lru_hits(50, &trace));
        assert!(ours > lru + lru / 10, "{name}: {ours} hits, LRU has {lru}");
    }

    #[test]
    fn a_loop_that_does_not_fit_still_hits() {
        let trace: Vec<u64> = (0..20).flat_map(|_| 0..110).collect();
        assert_eq!(lru_hits(100, &trace), 0);
        assert!(hits(1, 100, &trace) > trace.len() * 2 / 3);
    }

    /// In the mean of larger traces, of 100 000 keys, it is 0.85.
    #[test]
    fn most_of_what_an_oracle_would_hit_is_hit() {
        let (mut ours, mut lru, mut columns) = (0.0, 0.0, 0.0);
        for (name, trace) in traces(1000, 10_000) {
            for percent in [1, 5, 10] {
                let capacity = 1000 * percent / 100;
                let share = |hits: usize| {
                    let all = optimal_hits(capacity, &trace);
                    f64::from(u32::try_from(hits).unwrap()) / f64::from(u32::try_from(all).unwrap())
                };
                let (our, its) = (
                    share(hits(1, capacity, &trace)),
                    share(lru_hits(capacity, &trace)),
                );
                println!("{name:20} {percent:2} %: {our:.3}, LRU {its:.3}");
                (ours, lru, columns) = (ours + our, lru + its, columns + 1.0);
            }
        }
        let (ours, lru) = (ours / columns, lru / columns);
        assert!(
            ours > 0.755 && lru < 0.49,
            "{ours:.4} of the optimum, LRU has {lru:.4}"
        );
    }

    #[test]
    fn shards_of_a_few_hundred_entries_keep_the_hits() {
        for (name, trace) in traces(10_000, 20_000) {
            let (one, three) = (hits(1, 800, &trace), hits(3, 800, &trace));
            assert!(
                three + trace.len() / 100 > one,
                "{name}: {three} of {one} hits"
            );
        }
    }

    #[test]
    fn the_smallest_caches_work() {
        assert_eq!(hits(1, 1, &[1, 1, 2, 2, 1]), 2);
        assert!(hits(1, 2, &[1, 2, 1, 2, 3, 1, 2]) >= 2);
        for capacity in 1..20 {
            let trace = &traces(60, 3000)[2].1;
            let (ours, all) = (hits(1, capacity, trace), optimal_hits(capacity, trace));
            assert!(
                ours * 4 > all,
                "{ours} of {all} hits with {capacity} entries"
            );
        }
    }

    #[test]
    fn slots_are_removed_from_anywhere_and_every_one_leaves_once() {
        let (mut policy, mut heat) = (S3Fifo::new(8), Heats::default());
        heat.make_room(8);
        for slot in 0..8 {
            heat.reset(slot);
            policy.insert(slot, u64::from(slot));
        }
        for slot in [3, 0, 7, 3] {
            policy.remove(slot);
        }
        heat.touch(1);
        let left: Vec<u32> = std::iter::from_fn(|| policy.victim(&heat, ALIKE)).collect();
        assert_eq!(left, [2, 4, 5, 6, 1], "what was hit leaves last");
        assert_eq!(policy.victim(&heat, ALIKE), None);
    }

    /// The cache itself checks that every victim holds an entry.
    #[test]
    fn slots_may_be_used_again_in_any_order() {
        for capacity in [1, 2, 3, 10, 300] {
            let (mut cache, mut random) = (Cache::new(capacity), Random(capacity as u64));
            for _ in 0..20_000 {
                let key = random.below(3 * capacity as u64);
                match random.below(4) {
                    0 => cache.remove(key),
                    _ => drop(cache.hit(key)),
                }
            }
        }
    }

    #[test]
    fn what_leaves_untried_and_comes_back_soon_goes_to_the_main_queue() {
        let (mut policy, mut heat) = (S3Fifo::new(10), Heats::default());
        heat.make_room(10);
        let hash_of: &dyn Fn(u32) -> u64 = &|slot| slot.into();
        for slot in 0..10 {
            heat.reset(slot);
            policy.insert(slot, hash_of(slot));
        }
        assert_eq!(policy.queues.small_length(), 1, "the last found it full");
        assert_eq!(policy.victim(&heat, hash_of), Some(0), "the main queue's");
        policy.insert(0, 100);
        assert_eq!(policy.victim(&heat, hash_of), Some(9), "the small queue's");
        policy.insert(9, hash_of(9));
        assert_eq!(policy.queues.small_length(), 1);
        assert_eq!(policy.queues.main_length(), 9);
    }

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

    /// A trace of popular keys, and of keys that are asked for twice at once and then no more.
    #[test]
    fn pairs_do_not_wash_out_what_is_in_use() {
        let (_, popular) = traces(1000, 40_000).swap_remove(1);
        let pair = |n: usize| [1000 + n as u64; 2];
        let calls = popular.chunks(4).enumerate();
        let trace: Vec<u64> = calls
            .flat_map(|(n, keys)| keys.iter().copied().chain(pair(n)))
            .collect();
        let (ours, all) = (hits(1, 50, &trace), optimal_hits(50, &trace));
        assert!(ours * 100 > all * 82, "{ours} of {all}");
    }

    #[test]
    fn what_was_hit_on_trial_has_to_be_hit_anew() {
        let (mut policy, mut heat) = (S3Fifo::new(10), Heats::default());
        heat.make_room(12);
        for slot in 0..10 {
            policy.insert(slot, slot.into());
        }
        for slot in [9, 9, 0] {
            heat.touch(slot);
        }
        policy.insert(10, 10);
        let left: Vec<u32> = std::iter::from_fn(|| policy.victim(&heat, ALIKE)).collect();
        assert_eq!(
            left,
            [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 10],
            "9 goes no further round"
        );
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
