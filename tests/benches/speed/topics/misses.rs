//! What misses, refused values and invalidations cost.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use cached::Cached;
use dashmap::DashMap;
use foldhash::fast::RandomState;

use crate::allocations;
use crate::measure::{Samples, interleave, nanos};
use crate::options::Options;
use crate::peers::{
    Contender, F, G, by_cached, by_memoize, dashmap, moka, ours, pairs, quick_cache, rw_lock,
};
use crate::report::Report;
use cache_tests::table::{Column, Table, number};

ours! { timed [f g] (timeout = 60) }
ours! { plain [f g] (timeout = never, unbounded) }
ours! { refusing [f] (timeout = 60, response_filter = |_| false) }
by_cached! { cached_plain cached [f g] () }
by_cached! { cached_both cached [f g] (max_size = 10_000, ttl_secs = 60) }
by_cached! { concurrent_plain concurrent_cached [f g] () }
by_cached! { concurrent_both concurrent_cached [f g] (max_size = 10_000, ttl_secs = 60) }
by_memoize! { memoize_shared [f g] (SharedCache) }

/// The default bound, which is met by every insert after the first so many.
const BOUND: u64 = 10_000;

const OURS: &str = "ours: default, `timeout = 60`";
const PLAIN: &str = "ours: `timeout = never`, unbounded";

type Key = (u64, u64);

pub(crate) fn run(options: &Options, report: &mut Report) {
    let rounds = options.rounds(15, 3);
    let columns = [
        misses(&contenders_f(), rounds, |n| (n, 1)).columns("miss, f"),
        misses(&contenders_g(), rounds, text).columns("miss, g"),
        misses(&refusals(), rounds, |n| (n, 1)).columns("refused, f"),
        invalidations(rounds).columns("invalidated, f"),
    ];
    let table = Table::of_columns(
        "ns, and allocations",
        &columns.into_iter().flatten().collect::<Vec<_>>(),
    );
    let note = "Thread CPU time. f is `(u64, u64) -> u64`, g takes a `String` of 24 bytes by reference. Who is bounded \
                (ours by default, quick_cache, moka, `max_size`) is full, at 10 000 entries, so that every miss evicts; \
                who is not grows from 10 000 entries to 20 000. Refused: by `response_filter`, as an `Err`, as a \
                `None`. Invalidated: one by one, while resident.";
    report.table("What is not a hit", note, &table);
}

fn text(n: u64) -> String {
    format!("customer:{n:015}")
}

/// Costs by contender.
struct Costs {
    names: Vec<&'static str>,
    samples: Samples,
    allocations: Vec<f64>,
}

impl Costs {
    fn columns(&self, head: &str) -> [Column; 2] {
        let names = || self.names.iter().copied();
        let times = (0..).map(|index| number(self.samples.median(index)));
        let counts = self.allocations.iter().map(|&count| number(count));
        [
            Column::new(head, names().zip(times)),
            Column::new("allocations", names().zip(counts)),
        ]
    }
}

/// Calls every contender with keys that nobody asked for before.
fn misses<T>(contenders: &[Contender<'_, T>], rounds: usize, key: impl Fn(u64) -> T) -> Costs {
    static FRESH: AtomicU64 = AtomicU64::new(0);
    let fresh = || {
        let first = FRESH.fetch_add(BOUND, Relaxed);
        (first..first + BOUND).map(&key).collect::<Vec<_>>()
    };
    let mut counts = vec![0.0; contenders.len()];
    let samples = interleave(contenders.len(), rounds, |index| {
        let contender = &contenders[index];
        contender.clear();
        contender.call(&fresh());
        let keys = fresh();
        let mut time = 0.0;
        let body = || time = nanos(|| contender.call(&keys));
        counts[index] = allocations::count(body) as f64 / BOUND as f64;
        time / BOUND as f64
    });
    Costs {
        names: contenders.iter().map(|contender| contender.name).collect(),
        samples,
        allocations: counts,
    }
}

fn contenders_f() -> Vec<Contender<'static, Key>> {
    vec![
        Contender::new(OURS, |&(a, b)| timed::f(a, b)).clearing(timed::invalidate_all_f),
        Contender::new(PLAIN, |&(a, b)| plain::f(a, b)).clearing(plain::invalidate_all_f),
        Contender::new("cached", |&(a, b)| cached_plain::f(a, b))
            .clearing(|| cached_plain::F.write().cache_clear()),
        Contender::new("cached, `max_size` + `ttl`", |&(a, b)| cached_both::f(a, b))
            .clearing(|| cached_both::F.write().cache_clear()),
        Contender::new("concurrent_cached", |&(a, b)| concurrent_plain::f(a, b))
            .clearing(|| concurrent_plain::F.clear()),
        Contender::new("concurrent_cached, `max_size` + `ttl`", |&(a, b)| {
            concurrent_both::f(a, b)
        })
        .clearing(|| concurrent_both::F.clear()),
        Contender::new("memoize, shared", |&(a, b)| memoize_shared::f(a, b))
            .clearing(memoize_shared::memoized_flush_f),
        dashmap::<F, _>(),
        rw_lock::<F, _>(),
        quick_cache::<F, _>(10_000),
        moka::<F, _>(BOUND, false),
        moka::<F, _>(BOUND, true),
    ]
}

fn contenders_g() -> Vec<Contender<'static, String>> {
    vec![
        Contender::new(OURS, |text: &String| timed::g(text)).clearing(timed::invalidate_all_g),
        Contender::new(PLAIN, |text: &String| plain::g(text)).clearing(plain::invalidate_all_g),
        Contender::new("cached", |text: &String| cached_plain::g(text))
            .clearing(|| cached_plain::G.write().cache_clear()),
        Contender::new("cached, `max_size` + `ttl`", |text: &String| {
            cached_both::g(text)
        })
        .clearing(|| cached_both::G.write().cache_clear()),
        Contender::new("concurrent_cached", |text: &String| {
            concurrent_plain::g(text)
        })
        .clearing(|| concurrent_plain::G.clear()),
        Contender::new("concurrent_cached, `max_size` + `ttl`", |text: &String| {
            concurrent_both::g(text)
        })
        .clearing(|| concurrent_both::G.clear()),
        Contender::new("memoize, shared", |text: &String| {
            memoize_shared::g(text.clone())
        })
        .clearing(memoize_shared::memoized_flush_g),
        dashmap::<G, _>(),
        rw_lock::<G, _>(),
        quick_cache::<G, _>(10_000),
        moka::<G, _>(BOUND, false),
        moka::<G, _>(BOUND, true),
    ]
}

/// Functions whose values are not worth keeping.
mod refusing_values {
    #[cache_runtime::memoize(timeout = 60)]
    pub(super) fn failing(a: u64, b: u64) -> Result<u64, u64> {
        Err(a ^ b)
    }

    #[cached::macros::cached]
    pub(super) fn nothing(a: u64, b: u64) -> Option<u64> {
        (a == u64::MAX).then_some(b)
    }
}

fn refusals() -> Vec<Contender<'static, Key>> {
    let cache = quick_cache::sync::Cache::<Key, u64>::new(10_000);
    let refused = move |key: &Key| {
        cache
            .get_or_insert_with(key, || Err(key.1))
            .unwrap_or_else(|value| value)
    };
    vec![
        Contender::new(OURS, |&(a, b)| refusing::f(a, b)),
        Contender::new("ours: an `Err`", |&(a, b)| {
            refusing_values::failing(a, b).unwrap_or_else(|value| value)
        }),
        Contender::new("cached", |&(a, b)| {
            refusing_values::nothing(a, b).unwrap_or_default()
        }),
        Contender::new("quick_cache", refused),
    ]
}

/// How entries are put in, and how one is dropped.
struct Dropping {
    name: &'static str,
    put: Box<dyn Fn(Key)>,
    drop: Box<dyn Fn(Key)>,
}

impl Dropping {
    fn new<A, B>(
        name: &'static str,
        put: impl Fn(Key) -> A + 'static,
        drop: impl Fn(Key) -> B + 'static,
    ) -> Self {
        Self {
            name,
            put: Box::new(move |key| std::mem::drop(put(key))),
            drop: Box::new(move |key| std::mem::drop(drop(key))),
        }
    }

    /// One of each kind; stores are made for good, as `static`s are.
    fn all() -> [Self; 7] {
        let dash: &DashMap<Key, u64, RandomState> = Box::leak(Box::default());
        let quick = Box::leak(Box::new(quick_cache::sync::Cache::<Key, u64>::new(20_000)));
        let moka = Box::leak(Box::new(::moka::sync::Cache::<Key, u64>::new(20_000)));
        let (quick, moka) = (&*quick, &*moka);
        [
            Self::new(
                OURS,
                |(a, b)| timed::f(a, b),
                |(a, b)| timed::invalidate_f(a, b),
            ),
            Self::new(
                PLAIN,
                |(a, b)| plain::f(a, b),
                |(a, b)| plain::invalidate_f(a, b),
            ),
            Self::new(
                "cached",
                |(a, b)| cached_plain::f(a, b),
                |key| cached_plain::F.write().cache_remove(&key),
            ),
            Self::new(
                "concurrent_cached",
                |(a, b)| concurrent_plain::f(a, b),
                |key| concurrent_plain::F.remove(&key),
            ),
            Self::new(
                "dashmap, foldhash",
                |key| dash.insert(key, 1),
                |key| dash.remove(&key),
            ),
            Self::new(
                "quick_cache",
                |key| quick.insert(key, 1),
                |key| quick.remove(&key),
            ),
            Self::new(
                "moka, bounded",
                |key| moka.insert(key, 1),
                |key| moka.invalidate(&key),
            ),
        ]
    }
}

fn invalidations(rounds: usize) -> Costs {
    let contenders = Dropping::all();
    let keys = pairs(BOUND / 2);
    timed::invalidate_all_f();
    let mut counts = vec![0.0; contenders.len()];
    let samples = interleave(contenders.len(), rounds, |index| {
        let Dropping { put, drop, .. } = &contenders[index];
        keys.iter().copied().for_each(put);
        let mut time = 0.0;
        let body = || time = nanos(|| keys.iter().copied().for_each(drop));
        counts[index] = allocations::count(body) as f64 / keys.len() as f64;
        time / keys.len() as f64
    });
    Costs {
        names: contenders.iter().map(|contender| contender.name).collect(),
        samples,
        allocations: counts,
    }
}
