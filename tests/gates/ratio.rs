//! The store keeps what will be used.
//!
//! Hashes are seeded for each process, and with them which entries share a shard: the last half percent of a
//! ratio may differ from run to run.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use cache_tests::simulate::{belady, lru};
use cache_tests::trace;

/// The least hits, as a share of those of Belady's optimum.
const ZIPF: f64 = 0.84;
const SCANS: f64 = 0.84;
const LOOP: f64 = 0.93;
const SHIFTING: f64 = 0.82;
const DRIFTING: f64 = 0.81;

/// A function of 5 000 entries, called with a trace; hits over those of the optimum and of LRU.
macro_rules! shares {
    ($trace:expr) => {{
        static RUNS: AtomicUsize = AtomicUsize::new(0);

        #[cache_runtime::memoize(timeout = never, max_entries = 5_000)]
        fn f(key: u32) -> u32 {
            RUNS.fetch_add(1, Relaxed);
            key
        }

        let trace: Vec<u32> = $trace;
        for &key in &trace {
            assert_eq!(f(key), key);
        }
        let hits = as_f64(trace.len() - RUNS.load(Relaxed));
        assert!(entries_at(line!()) <= 5_000, "the bound holds");
        let of_optimum = hits / as_f64(belady(&trace, 5_000));
        let of_lru = hits / as_f64(lru(&trace, 5_000));
        eprintln!("hits: {of_optimum:.3} of the optimum, {of_lru:.3} of LRU");
        (of_optimum, of_lru)
    }};
}

const CALLS: usize = 250_000;

#[test]
fn what_is_popular_stays() {
    let (of_optimum, of_lru) = shares!(trace::zipf(CALLS, 0.9));
    assert!(
        of_optimum >= ZIPF && of_lru >= 1.08,
        "{of_optimum:.3} {of_lru:.3}"
    );
}

#[test]
fn a_scan_does_not_wash_out_what_is_popular() {
    let (of_optimum, of_lru) = shares!(trace::scans(CALLS));
    assert!(
        of_optimum >= SCANS && of_lru >= 1.08,
        "{of_optimum:.3} {of_lru:.3}"
    );
}

#[test]
fn a_part_of_a_loop_stays() {
    let (of_optimum, _) = shares!(trace::looping(CALLS));
    assert!(of_optimum >= LOOP, "{of_optimum:.3}; LRU has none");
}

#[test]
fn a_new_hot_set_replaces_the_old_one() {
    let (of_optimum, of_lru) = shares!(trace::shifting(CALLS));
    assert!(
        of_optimum >= SHIFTING && of_lru >= 0.95,
        "{of_optimum:.3} {of_lru:.3}"
    );
}

#[test]
fn popularity_that_drifts_is_followed() {
    let (of_optimum, of_lru) = shares!(trace::drifting(CALLS));
    assert!(
        of_optimum >= DRIFTING && of_lru >= 0.93,
        "{of_optimum:.3} {of_lru:.3}"
    );
}

/// How many entries the function has whose attribute stands nearest before a line of this file.
fn entries_at(line: u32) -> usize {
    let functions = cache_runtime::functions();
    let here = functions
        .iter()
        .filter(|function| function.file == file!() && function.line <= line);
    here.map(|function| function.entries).max().unwrap_or(0)
}

#[expect(clippy::cast_precision_loss, reason = "these are below 2^52")]
fn as_f64(count: usize) -> f64 {
    count as f64
}
