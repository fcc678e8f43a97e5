//! S3-FIFO (Yang et al., "FIFO Queues are All You Need for Cache Eviction", SOSP 2023).
//!
//! New entries pass through a small queue; those that are hit there move to the main queue, the others leave,
//! so that a scan does not wash out what is in use. A hash that comes back soon after it left goes to the main
//! queue at once. As long as the store has room, entries go to the main queue too: a loop or a scan that comes
//! later then finds it full.
//!
//! Every operation is O(1), eviction amortised: an entry is passed over at most as often as it was hit.

use super::{Heat, Policy};

const NONE: u32 = u32::MAX;

/// An entry in the small queue needs so many hits to stay.
const STAYS: u8 = 1;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct S3Fifo {
    capacity: usize,
    nodes: Vec<Node>,
    small: Queue,
    main: Queue,
    ghosts: Ghosts,
}

/// A slot's place in its queue.
#[derive(Clone, Copy, Debug)]
struct Node {
    hash: u64,
    newer: u32,
    older: u32,
    home: Home,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    Nowhere,
    Small,
    Main,
}

#[derive(Debug)]
struct Queue {
    newest: u32,
    oldest: u32,
    length: usize,
}

impl S3Fifo {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            nodes: Vec::new(),
            small: Queue::EMPTY,
            main: Queue::EMPTY,
            ghosts: Ghosts::new(2 * capacity),
        }
    }

    /// How long the small queue is kept: a twentieth of all.
    fn small_target(&self) -> usize {
        (self.capacity / 20).max(1)
    }

    fn queue(&mut self, home: Home) -> (&mut Queue, &mut [Node]) {
        match home {
            Home::Main => (&mut self.main, &mut self.nodes),
            Home::Small | Home::Nowhere => (&mut self.small, &mut self.nodes),
        }
    }

    fn push(&mut self, slot: u32, home: Home) {
        let (queue, nodes) = self.queue(home);
        queue.push(slot, nodes);
        self.nodes[slot as usize].home = home;
    }

    fn take(&mut self, slot: u32) {
        let home = self.nodes[slot as usize].home;
        let (queue, nodes) = self.queue(home);
        queue.take(slot, nodes);
        self.nodes[slot as usize].home = Home::Nowhere;
    }

    /// The small queue's oldest leaves, or moves on if it was hit.
    fn pop_small(&mut self, heat: &Heat) -> Option<u32> {
        let slot = self.small.oldest;
        self.take(slot);
        if heat.get(slot) >= STAYS {
            heat.cool(slot);
            self.push(slot, Home::Main);
            return None;
        }
        self.ghosts.add(self.nodes[slot as usize].hash);
        Some(slot)
    }

    /// The main queue's oldest leaves, or goes round again if it was hit.
    fn pop_main(&mut self, heat: &Heat) -> Option<u32> {
        let slot = self.main.oldest;
        self.take(slot);
        if heat.get(slot) > 0 {
            heat.cool(slot);
            self.push(slot, Home::Main);
            return None;
        }
        Some(slot)
    }
}

impl Policy for S3Fifo {
    fn insert(&mut self, slot: u32, hash: u64) {
        if self.nodes.len() <= slot as usize {
            self.nodes.resize(
                slot as usize + 1,
                Node {
                    hash: 0,
                    newer: NONE,
                    older: NONE,
                    home: Home::Nowhere,
                },
            );
        }
        self.nodes[slot as usize].hash = hash;
        let known = self.ghosts.take(hash);
        // A victim has just left if the store is full, so one less than its capacity means that it is.
        let full = self.small.length + self.main.length + 1 >= self.capacity;
        self.push(
            slot,
            if known || !full {
                Home::Main
            } else {
                Home::Small
            },
        );
    }

    fn remove(&mut self, slot: u32) {
        if self
            .nodes
            .get(slot as usize)
            .is_some_and(|node| node.home != Home::Nowhere)
        {
            self.take(slot);
        }
    }

    fn victim(&mut self, heat: &Heat) -> Option<u32> {
        loop {
            let victim = match (self.small.length, self.main.length) {
                (0, 0) => return None,
                (small, main) if small > self.small_target() || main == 0 => self.pop_small(heat),
                _ => self.pop_main(heat),
            };
            if victim.is_some() {
                return victim;
            }
        }
    }

    fn clear(&mut self) {
        *self = Self::new(self.capacity);
    }
}

impl Queue {
    const EMPTY: Self = Self {
        newest: NONE,
        oldest: NONE,
        length: 0,
    };

    fn push(&mut self, slot: u32, nodes: &mut [Node]) {
        let older = std::mem::replace(&mut self.newest, slot);
        let node = &mut nodes[slot as usize];
        (node.older, node.newer) = (older, NONE);
        match nodes.get_mut(older as usize) {
            Some(older) => older.newer = slot,
            None => self.oldest = slot,
        }
        self.length += 1;
    }

    fn take(&mut self, slot: u32, nodes: &mut [Node]) {
        let Node { newer, older, .. } = nodes[slot as usize];
        match nodes.get_mut(newer as usize) {
            Some(newer) => newer.older = older,
            None => self.newest = older,
        }
        match nodes.get_mut(older as usize) {
            Some(older) => older.newer = newer,
            None => self.oldest = newer,
        }
        self.length -= 1;
    }
}

/// Hashes that have left lately: a table of fingerprints with the time of leaving, counted in departures
/// (section 4.2 of the paper). It forgets by itself, and may confuse two hashes: it only gives a hint.
#[derive(Debug)]
struct Ghosts {
    /// Buckets of fingerprint and time; time 0 is empty.
    cells: Vec<[(u32, u32); Self::WAYS]>,
    remembers: u32,
    clock: u32,
}

impl Ghosts {
    const WAYS: usize = 4;

    fn new(remembers: usize) -> Self {
        Self {
            cells: Vec::new(),
            remembers: u32::try_from(remembers).unwrap_or(u32::MAX),
            clock: 0,
        }
    }

    fn bucket(&mut self, hash: u64) -> &mut [(u32, u32); Self::WAYS] {
        let index = (hash >> 20) as usize & (self.cells.len() - 1);
        &mut self.cells[index]
    }

    /// The high bits of a hash.
    fn fingerprint(hash: u64) -> u32 {
        u32::try_from(hash >> 32).unwrap_or_default()
    }

    fn add(&mut self, hash: u64) {
        if self.cells.is_empty() {
            let buckets = (self.remembers as usize / Self::WAYS).next_power_of_two();
            self.cells = vec![[(0, 0); Self::WAYS]; buckets];
        }
        // After four thousand million departures the memory begins anew.
        self.clock = self.clock.checked_add(1).unwrap_or_else(|| {
            self.cells.fill([(0, 0); Self::WAYS]);
            1
        });
        let (clock, print) = (self.clock, Self::fingerprint(hash));
        if let Some(cell) = self.bucket(hash).iter_mut().min_by_key(|(_, time)| *time) {
            *cell = (print, clock);
        }
    }

    /// Tells whether a hash has left lately, and forgets it.
    fn take(&mut self, hash: u64) -> bool {
        if self.cells.is_empty() {
            return false;
        }
        let (oldest, print) = (
            self.clock.saturating_sub(self.remembers),
            Self::fingerprint(hash),
        );
        let known = self
            .bucket(hash)
            .iter_mut()
            .find(|(fingerprint, time)| *time > 0 && *fingerprint == print);
        known.is_some_and(|cell| std::mem::take(cell).1 > oldest)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, VecDeque};

    use super::*;
    use crate::policy::PolicyKind;

    /// A cache of keys, ordered by a policy, that counts its hits.
    fn hits(capacity: usize, trace: &[u64]) -> usize {
        let (mut policy, mut heat) = (PolicyKind::S3Fifo { capacity }.build(), Heat::default());
        let (mut slots, mut keys) = (HashMap::new(), HashMap::new());
        let mut free: Vec<u32> = (0..u32::try_from(capacity).unwrap()).rev().collect();
        let mut hits = 0;
        for &key in trace {
            if let Some(&slot) = slots.get(&key) {
                heat.touch(slot);
                hits += 1;
                continue;
            }
            let slot = free.pop().unwrap_or_else(|| {
                let victim = policy.victim(&heat).expect("a full cache has a victim");
                slots.remove(&keys[&victim]);
                victim
            });
            heat.reset(slot);
            policy.insert(slot, key.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            slots.insert(key, slot);
            keys.insert(slot, key);
        }
        hits
    }

    fn lru_hits(capacity: usize, trace: &[u64]) -> usize {
        let (mut order, mut hits) = (VecDeque::new(), 0);
        for key in trace {
            match order.iter().position(|known| known == key) {
                Some(at) => {
                    hits += 1;
                    order.remove(at);
                }
                None if order.len() == capacity => drop(order.pop_front()),
                None => {}
            }
            order.push_back(*key);
        }
        hits
    }

    /// Skewed keys below 1000, with a scan of new ones after every 500.
    fn skewed_with_scans() -> Vec<u64> {
        let mut state = 7_u64;
        let mut random = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state >> 11
        };
        let mut scanned = 1_000_000..;
        let mut trace = Vec::new();
        for _ in 0..40 {
            trace.extend((0..500).map(|_| (random() % 32) * (random() % 32)));
            trace.extend(scanned.by_ref().take(100));
        }
        trace
    }

    #[test]
    fn a_scan_does_not_wash_out_what_is_in_use() {
        let trace = skewed_with_scans();
        let (ours, lru) = (hits(50, &trace), lru_hits(50, &trace));
        assert!(ours > lru + lru / 10, "{ours} hits, LRU has {lru}");
    }

    #[test]
    fn a_loop_that_does_not_fit_still_hits() {
        let trace: Vec<u64> = (0..20).flat_map(|_| 0..110).collect();
        assert_eq!(lru_hits(100, &trace), 0);
        assert!(hits(100, &trace) > trace.len() / 2);
    }

    #[test]
    fn the_smallest_caches_work() {
        assert_eq!(hits(1, &[1, 1, 2, 2, 1]), 2);
        assert!(hits(2, &[1, 2, 1, 2, 3, 1, 2]) >= 2);
    }

    #[test]
    fn slots_are_removed_from_anywhere_and_every_one_leaves_once() {
        let (mut policy, mut heat) = (S3Fifo::new(8), Heat::default());
        for slot in 0..8 {
            heat.reset(slot);
            policy.insert(slot, u64::from(slot));
        }
        for slot in [3, 0, 7, 3] {
            policy.remove(slot);
        }
        heat.touch(1);
        let left: Vec<u32> = std::iter::from_fn(|| policy.victim(&heat)).collect();
        assert_eq!(left, [2, 4, 5, 6, 1], "what was hit leaves last");
        assert_eq!(policy.victim(&heat), None);
    }

    #[test]
    fn what_comes_back_soon_stays() {
        let mut ghosts = Ghosts::new(8);
        ghosts.add(1 << 40);
        assert!(ghosts.take(1 << 40) && !ghosts.take(1 << 40));
        ghosts.add(1 << 40);
        (2..40_u64).for_each(|other| ghosts.add(other << 40));
        assert!(!ghosts.take(1 << 40), "it left too long ago");
    }
}
