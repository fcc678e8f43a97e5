//! Sequences of keys as a cache would meet them, made rather than recorded.

use crate::random::{Random, Zipf};

/// How many keys the traces draw from; scans bring others on top.
pub const KEYS: u32 = 100_000;

/// The keys of one program's calls, in order.
#[derive(Debug)]
pub struct Trace {
    /// What it is called in tables.
    pub name: &'static str,
    /// The keys.
    pub keys: Vec<u32>,
}

/// Every trace, each of so many calls.
#[must_use]
pub fn all(calls: usize) -> Vec<Trace> {
    let trace = |name, keys: Vec<u32>| Trace { name, keys };
    vec![
        trace("Zipf 0.7", zipf(calls, 0.7)),
        trace("Zipf 0.9", zipf(calls, 0.9)),
        trace("Zipf 1.0", zipf(calls, 1.0)),
        trace("Zipf 0.9 + scans", scans(calls)),
        trace("loop", looping(calls)),
        trace("shifting hot set", shifting(calls)),
        trace("drifting Zipf", drifting(calls)),
    ]
}

/// Popularity that never changes.
#[must_use]
pub fn zipf(calls: usize, exponent: f64) -> Vec<u32> {
    let (zipf, mut random) = (Zipf::new(KEYS, exponent), Random::new(1));
    (0..calls).map(|_| zipf.draw(&mut random)).collect()
}

/// Constant popularity, and every now and then a run of keys that are asked for once and never again.
#[must_use]
pub fn scans(calls: usize) -> Vec<u32> {
    const PERIOD: usize = 70_000;
    const SCAN: usize = 5_000;
    let (zipf, mut random) = (Zipf::new(KEYS, 0.9), Random::new(2));
    let mut fresh = KEYS;
    let key = |call: usize| {
        if call % PERIOD < PERIOD - SCAN {
            return zipf.draw(&mut random);
        }
        fresh += 1;
        fresh
    };
    (0..calls).map(key).collect()
}

/// Every key in turn, again and again.
#[must_use]
pub fn looping(calls: usize) -> Vec<u32> {
    (0..KEYS).cycle().take(calls).collect()
}

/// Most calls go to a few keys, which are others after a while.
#[must_use]
pub fn shifting(calls: usize) -> Vec<u32> {
    const PERIOD: usize = 100_000;
    const HOT: u32 = 5_000;
    let (hot, mut random) = (Zipf::new(HOT, 0.5), Random::new(3));
    let mut start = 0;
    let key = |call: usize| {
        if call.is_multiple_of(PERIOD) {
            start = random.below(KEYS - HOT);
        }
        if random.unit() < 0.8 {
            start + hot.draw(&mut random)
        } else {
            random.below(KEYS)
        }
    };
    (0..calls).map(key).collect()
}

/// Popularity that moves from key to key a little with every call.
#[must_use]
pub fn drifting(calls: usize) -> Vec<u32> {
    const CALLS_PER_STEP: usize = 25;
    let (zipf, mut random) = (Zipf::new(KEYS, 1.0), Random::new(4));
    let mut step = 0;
    let key = |call: usize| {
        step += u32::from(call.is_multiple_of(CALLS_PER_STEP));
        (zipf.draw(&mut random) + step) % KEYS
    };
    (0..calls).map(key).collect()
}
