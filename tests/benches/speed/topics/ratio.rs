//! Hit ratio, beside Belady's optimum.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use cache_tests::simulate::{belady, lru, s3_fifo, sieve, w_tiny_lfu};
use cache_tests::table::Table;
use cache_tests::trace::{self, Trace};

use crate::options::Options;
use crate::report::Report;

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

/// Capacities, in percent of a trace's keys.
const PERCENT: [usize; 3] = [1, 5, 10];

pub(crate) fn run(options: &Options, report: &mut Report) {
    let made = trace::made(options.rounds(1_000_000, 150_000));
    let (table, share) = compare(&made);
    report.fact("ratio: share", share);
    let note = "Traces are made (`cache_tests::trace`), capacities are 1, 5 and 10 % of 100 000 keys. The optimum is \
                Belady's, which knows the future and may leave a key out; W-TinyLFU, S3-FIFO, SIEVE and LRU are \
                simulated (`cache_tests::simulate`), the others are the caches themselves.";
    report.table("Hit ratio", note, &table);
    if !options.traces.is_empty() {
        let note = "Capacities are 1, 5 and 10 % of the keys of each trace.";
        let (table, _) = compare(&options.traces);
        report.table("Hit ratio on recorded traces", note, &table);
    }
    report.fact("ratio: fullest", FULLEST.load(Relaxed) as f64 / 100.0);
}

/// The hits of each policy on each trace, and our mean share of those of the optimum.
fn compare(traces: &[Trace]) -> (Table, f64) {
    let head = [
        &["% hits (share of the optimum)"],
        &POLICIES.map(|(name, _)| name)[..],
    ];
    let mut table = Table::new(&head.concat());
    let mut shares = [0.0; POLICIES.len()];
    for (trace, percent) in traces
        .iter()
        .flat_map(|trace| PERCENT.map(|part| (trace, part)))
    {
        let capacity = (trace.of * percent / 100).max(1);
        let hits = POLICIES.map(|(_, policy)| policy(&trace.keys, capacity) as f64);
        let share = hits.map(|own| own / hits[0]);
        let cells = hits.iter().zip(share).map(|(hits, share)| {
            let percent = 100.0 * hits / trace.keys.len() as f64;
            format!("{percent:.1} ({share:.2})")
        });
        let name = format!("{}, {percent} %", trace.name);
        table.row(std::iter::once(name).chain(cells));
        for (sum, share) in shares.iter_mut().zip(share) {
            *sum += share;
        }
    }
    let columns = (traces.len() * PERCENT.len()) as f64;
    let means = shares.map(|sum| sum / columns);
    let cells = means.iter().map(|mean| format!("{mean:.3}"));
    table.row(std::iter::once("mean share of the optimum".to_owned()).chain(cells));
    (table, means[1])
}

static RUNS: AtomicUsize = AtomicUsize::new(0);

/// What the next function is bounded by that is called for the first time.
static CAPACITY: AtomicUsize = AtomicUsize::new(0);

/// The most entries that ours was seen to hold, as a share of its capacity in percent.
static FULLEST: AtomicUsize = AtomicUsize::new(0);

/// One function per capacity.
#[cache_runtime::memoize(timeout = never, max_entries = CAPACITY.load(Relaxed))]
fn f<const N: usize>(key: u32) -> u32 {
    RUNS.fetch_add(1, Relaxed);
    key
}

/// There is a function for each capacity of so many recorded traces.
pub(crate) const MOST: usize = 9;

const OURS: [fn(u32) -> u32; PERCENT.len() * (1 + MOST)] = [
    f::<0>, f::<1>, f::<2>, f::<3>, f::<4>, f::<5>, f::<6>, f::<7>, f::<8>, f::<9>, f::<10>,
    f::<11>, f::<12>, f::<13>, f::<14>, f::<15>, f::<16>, f::<17>, f::<18>, f::<19>, f::<20>,
    f::<21>, f::<22>, f::<23>, f::<24>, f::<25>, f::<26>, f::<27>, f::<28>, f::<29>,
];

fn ours(trace: &[u32], capacity: usize) -> usize {
    /// How often the number of entries is looked at.
    const LOOK: usize = 10_007;
    let call = bounded(capacity);
    let before = RUNS.load(Relaxed);
    for keys in trace.chunks(LOOK) {
        for &key in keys {
            assert_eq!(call(key), key);
        }
        FULLEST.fetch_max(100 * entries() / capacity, Relaxed);
    }
    assert!(
        invalidate_all_f::<0>().existed(),
        "it holds something after a trace"
    );
    trace.len() - (RUNS.load(Relaxed) - before)
}

/// How many entries the functions of this file hold; all but one are empty.
fn entries() -> usize {
    let functions = cache_runtime::functions();
    let here = functions.iter().filter(|function| function.file == file!());
    here.map(|function| function.entries).sum()
}

/// The function of a capacity.
fn bounded(capacity: usize) -> fn(u32) -> u32 {
    static KNOWN: Mutex<Vec<usize>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().expect("nobody panics with it");
    let at = known.iter().position(|&other| other == capacity);
    let at = at.unwrap_or_else(|| {
        known.push(capacity);
        known.len() - 1
    });
    CAPACITY.store(capacity, Relaxed);
    *OURS
        .get(at)
        .expect("three for the made traces, and for each of `MOST`")
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
