//! Traces of keys, and what policies make of them: tests only.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use super::{Heat, Policy, PolicyKind};

/// How often each slot was hit lately.
#[derive(Debug, Default)]
pub(super) struct Heats(Vec<AtomicU8>);

impl Heats {
    pub(super) fn touch(&self, slot: u32) {
        let hits = self.get(slot);
        self.0[slot as usize].store((hits + 1).min(2), Relaxed);
    }

    pub(super) fn make_room(&mut self, slots: usize) {
        self.0.resize_with(slots, AtomicU8::default);
    }
}

impl Heat for Heats {
    fn get(&self, slot: u32) -> u8 {
        self.0[slot as usize].load(Relaxed)
    }

    fn cool(&self, slot: u32) {
        self.0[slot as usize].store(self.get(slot).saturating_sub(1), Relaxed);
    }

    fn reset(&self, slot: u32) {
        self.0[slot as usize].store(0, Relaxed);
    }
}

/// A cache of keys in the order of a policy.
#[derive(Debug)]
pub(super) struct Cache {
    capacity: usize,
    policy: Box<dyn Policy>,
    heat: Heats,
    slots: HashMap<u64, u32>,
    keys: Vec<u64>,
    free: Vec<u32>,
}

impl Cache {
    pub(super) fn new(capacity: usize) -> Self {
        let mut heat = Heats::default();
        heat.make_room(capacity + 1);
        Self {
            capacity,
            policy: PolicyKind::S3Fifo { capacity }.build(),
            heat,
            slots: HashMap::new(),
            keys: Vec::new(),
            free: Vec::new(),
        }
    }

    /// Looks a key up and stores it if it is not there, as a store does: the slot first, then the victim.
    pub(super) fn hit(&mut self, key: u64) -> bool {
        if let Some(&slot) = self.slots.get(&key) {
            self.heat.touch(slot);
            return true;
        }
        let slot = self.free.pop().unwrap_or_else(|| {
            self.keys.push(0);
            u32::try_from(self.keys.len() - 1).unwrap()
        });
        self.keys[slot as usize] = key;
        if self.slots.len() == self.capacity {
            let hash_of = |slot: u32| hash(self.keys[slot as usize]);
            let victim = self.policy.victim(&self.heat, &hash_of).expect("a victim");
            let held = self.slots.remove(&self.keys[victim as usize]);
            assert_eq!(held, Some(victim), "the victim holds an entry");
            self.free.push(victim);
        }
        self.heat.reset(slot);
        self.policy.insert(slot, hash(key));
        self.slots.insert(key, slot);
        false
    }

    pub(super) fn remove(&mut self, key: u64) {
        if let Some(slot) = self.slots.remove(&key) {
            self.policy.remove(slot);
            self.free.push(slot);
        }
    }
}

fn hash(key: u64) -> u64 {
    (key + 1)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .rotate_left(32)
}

/// The hits of a trace in a cache of `capacity` entries, in all of its shards.
pub(super) fn hits(shards: usize, capacity: usize, trace: &[u64]) -> usize {
    let mut caches: Vec<_> = (0..shards)
        .map(|shard| Cache::new(capacity / shards + usize::from(shard < capacity % shards)))
        .collect();
    let hits = trace.iter().filter(|&&key| {
        let shard = (hash(key) >> 40) as usize % shards;
        caches[shard].hit(key)
    });
    hits.count()
}

pub(super) fn lru_hits(capacity: usize, trace: &[u64]) -> usize {
    let (mut times, mut order) = (HashMap::new(), BTreeMap::new());
    let hits = trace.iter().enumerate().filter(|&(now, key)| {
        let last = times.insert(key, now);
        if let Some(last) = last {
            order.remove(&last);
        } else if order.len() == capacity {
            let (_, key) = order.pop_first().expect("a full cache");
            times.remove(key);
        }
        order.insert(now, key);
        last.is_some()
    });
    hits.count()
}

/// What nobody exceeds: what is needed latest leaves, or does not enter (Belady).
pub(super) fn optimal_hits(capacity: usize, trace: &[u64]) -> usize {
    let mut next = vec![usize::MAX; trace.len()];
    let mut seen = HashMap::new();
    for (now, key) in trace.iter().enumerate().rev() {
        next[now] = seen.insert(key, now).unwrap_or(usize::MAX);
    }
    // The times at which what is held is needed next.
    let mut held = BTreeSet::new();
    let hits = (0..trace.len()).filter(|&now| {
        let hit = held.remove(&now);
        if next[now] != usize::MAX {
            held.insert(next[now]);
        }
        if held.len() > capacity {
            held.pop_last();
        }
        hit
    });
    hits.count()
}

/// A small generator of numbers that repeat (`SplitMix64`).
#[derive(Debug)]
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// Draws the key of rank r with a weight of r to the power of -s.
#[derive(Debug)]
pub(super) struct Zipf(Vec<u64>);

impl Zipf {
    pub(super) fn new(keys: u32, s: f64) -> Self {
        let weights = (1..=keys).map(|rank| f64::from(rank).powf(-s) * 1e9);
        let mut sum = 0;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // below 2^53
        let sums = weights.map(|weight| {
            sum += weight as u64;
            sum
        });
        Self(sums.collect())
    }

    pub(super) fn draw(&self, random: &mut Random) -> u64 {
        let at = random.below(*self.0.last().expect("keys"));
        self.0.partition_point(|sum| *sum <= at) as u64
    }
}

/// The traces that the store is measured with, a small version of each: `length` accesses to `keys` keys, but
/// for those of scans.
pub(super) fn traces(keys: u32, length: u64) -> Vec<(&'static str, Vec<u64>)> {
    let all = u64::from(keys);
    let ranks = [0.7, 0.9, 1.0].map(|s| Zipf::new(keys, s));
    let with = |zipf: usize, key: &dyn Fn(u64, u64) -> u64| {
        let mut random = Random(7);
        let draws = (0..length).map(|now| key(now, ranks[zipf].draw(&mut random)));
        draws.collect::<Vec<u64>>()
    };
    let scan = |now, key| {
        if now % all > all * 19 / 20 {
            all + now
        } else {
            key
        }
    };
    vec![
        ("zipf 0.7", with(0, &|_, key| key)),
        ("zipf 0.9", with(1, &|_, key| key)),
        ("zipf 1.0", with(2, &|_, key| key)),
        ("zipf 0.9 and scans", with(1, &scan)),
        ("loop", (0..length).map(|now| now % all).collect()),
        (
            "shifting hot set",
            with(2, &|now, key| (key + now * 10 / length * all / 11) % all),
        ),
        (
            "drifting",
            with(2, &|now, key| (key + now * all / length / 2) % all),
        ),
    ]
}

#[test]
fn the_optimum_is_one() {
    assert_eq!(optimal_hits(1, &[1, 2, 1, 2, 1]), 2);
    assert_eq!(optimal_hits(2, &[1, 2, 3, 1, 2, 3, 1, 2, 3]), 4);
    assert_eq!(lru_hits(2, &[1, 2, 1, 3, 1, 2]), 2);
    let trace = &traces(300, 3000)[0].1;
    assert!(optimal_hits(30, trace) >= hits(1, 30, trace).max(lru_hits(30, trace)));
}
