//! Hit ratio, beside Belady's optimum.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use cache_tests::simulate::{belady, lru, s3_fifo, sieve, w_tiny_lfu};
use cache_tests::trace::{self, KEYS, Trace};

use crate::options::Options;
use crate::report::Report;
use cache_tests::table::Table;

static RUNS: AtomicUsize = AtomicUsize::new(0);

/// The same function for each capacity: 1, 5 and 10 % of the keys.
macro_rules! bounded {
    ($($name:ident $entries:literal)*) => {
        $(mod $name {
            use super::*;

            #[cache_runtime::memoize(timeout = never, max_entries = $entries)]
            pub(super) fn f(key: u32) -> u32 {
                RUNS.fetch_add(1, Relaxed);
                key
            }
        })*

        const OURS: &[(usize, fn(u32) -> u32, fn() -> cache_runtime::Invalidation)] =
            &[$(($entries, $name::f, $name::invalidate_all_f)),*];
    };
}

bounded! { one 1_000 five 5_000 ten 10_000 }

const CAPACITIES: [usize; 3] = [KEYS as usize / 100, KEYS as usize / 20, KEYS as usize / 10];

/// A policy: hits of a trace at a capacity.
type Policy = fn(&[u32], usize) -> usize;

const POLICIES: [(&str, Policy); 8] = [
    ("optimum", belady),
    ("ours", ours),
    ("quick_cache", quick_cache),
    ("moka", moka),
    ("W-TinyLFU", w_tiny_lfu),
    ("S3-FIFO", s3_fifo),
    ("SIEVE", sieve),
    ("LRU", lru),
];

/// The most entries that ours was seen to hold, as a share of its capacity in percent.
static FULLEST: AtomicUsize = AtomicUsize::new(0);

pub(crate) fn run(options: &Options, report: &mut Report) {
    let traces = trace::all(options.rounds(1_000_000, 150_000));
    let mut table = Table::new(
        &[
            &["% hits (share of the optimum)"],
            &POLICIES.map(|(name, _)| name)[..],
        ]
        .concat(),
    );
    let mut shares = [0.0; POLICIES.len()];
    for trace in &traces {
        for capacity in CAPACITIES {
            let hits = POLICIES.map(|(_, policy)| policy(&trace.keys, capacity) as f64);
            let percent = hits.map(|hits| 100.0 * hits / trace.keys.len() as f64);
            let share = hits.map(|own| own / hits[0]);
            let cells = percent
                .iter()
                .zip(share)
                .map(|(percent, share)| format!("{percent:.1} ({share:.2})"));
            table.row(std::iter::once(row(trace, capacity)).chain(cells));
            shares
                .iter_mut()
                .zip(share)
                .for_each(|(sum, share)| *sum += share);
        }
    }
    let columns = (traces.len() * CAPACITIES.len()) as f64;
    let means = shares.map(|sum| sum / columns);
    let cells = means.iter().map(|mean| format!("{mean:.3}"));
    table.row(std::iter::once("mean share of the optimum".to_owned()).chain(cells));
    report.fact("ratio: share", means[1]);
    report.fact("ratio: fullest", FULLEST.load(Relaxed) as f64 / 100.0);
    let note = "Traces are made (`cache_tests::trace`), capacities are 1, 5 and 10 % of 100 000 keys. The optimum is \
                Belady's, which knows the future and may leave a key out; W-TinyLFU, S3-FIFO, SIEVE and LRU are \
                simulated (`cache_tests::simulate`), the others are the caches themselves.";
    report.table("Hit ratio", note, &table);
}

fn row(trace: &Trace, capacity: usize) -> String {
    format!("{}, {} %", trace.name, 100 * capacity / KEYS as usize)
}

fn ours(trace: &[u32], capacity: usize) -> usize {
    /// How often the number of entries is looked at.
    const LOOK: usize = 10_007;
    let function = OURS.iter().find(|(entries, ..)| *entries == capacity);
    let &(_, call, clear) = function.expect("there is a function for each capacity");
    let before = RUNS.load(Relaxed);
    for keys in trace.chunks(LOOK) {
        for &key in keys {
            assert_eq!(call(key), key);
        }
        FULLEST.fetch_max(100 * entries() / capacity, Relaxed);
    }
    assert!(clear().existed(), "it holds something after a trace");
    trace.len() - (RUNS.load(Relaxed) - before)
}

/// How many entries the functions of this file hold; all but one are empty.
fn entries() -> usize {
    let functions = cache_runtime::functions();
    let here = functions.iter().filter(|function| function.file == file!());
    here.map(|function| function.entries).sum()
}

fn quick_cache(trace: &[u32], capacity: usize) -> usize {
    let cache = ::quick_cache::sync::Cache::<u32, u32>::new(capacity);
    let hit = |&&key: &&u32| {
        let hit = cache.get(&key).is_some();
        if !hit {
            cache.insert(key, key);
        }
        hit
    };
    trace.iter().filter(hit).count()
}

fn moka(trace: &[u32], capacity: usize) -> usize {
    let cache = ::moka::sync::Cache::<u32, u32>::new(capacity as u64);
    let hit = |&&key: &&u32| {
        let hit = cache.get(&key).is_some();
        if !hit {
            cache.insert(key, key);
        }
        hit
    };
    trace.iter().filter(hit).count()
}
