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

use super::conduct::{Lenience, Others, Patience, Trial};
use super::ghosts::Ghosts;
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
            others: Others::new(),
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
            let victim = if small > self.trial.length() || main == 0 {
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
}
