//! What a hit costs one thread.

use crate::options::Options;
use crate::peers::{
    Contender, F, Function, G, H, KeyFor, by_cached, by_memoize, dashmap, floor, moka, ours, pairs,
    quick_cache, rw_lock, texts,
};
use crate::per_call::PerCall;
use crate::plot::Plot;
use crate::report::Report;
use cache_tests::table::Table;

ours! { timed [f g h] (timeout = 60) }
ours! { untimed [f g h] (timeout = never) }
ours! { timed_unbounded [f g h] (timeout = 60, unbounded) }
ours! { plain [f g h] (timeout = never, unbounded) }
ours! { large [f] (timeout = 60, max_entries = 2_000_000) }
ours! { large_plain [f] (timeout = never, unbounded) }

by_cached! { cached_plain cached [f g h] () }
by_cached! { cached_both cached [f g h] (max_size = 10_000, ttl_secs = 60) }
by_cached! { concurrent_plain concurrent_cached [f g h] () }
by_cached! { concurrent_both concurrent_cached [f g h] (max_size = 10_000, ttl_secs = 60) }
by_cached! { cached_large cached [f] () }
by_cached! { cached_large_both cached [f] (max_size = 2_000_000, ttl_secs = 60) }
by_cached! { concurrent_large concurrent_cached [f] () }

by_memoize! { memoize_local [f g h] () }
by_memoize! { memoize_shared [f g h] (SharedCache) }

pub(super) const FLOOR: &str = "floor: unsynchronised map with a tick";
const BARE_FLOOR: &str = "floor without a tick";
pub(super) const OURS: &str = "ours: default, `timeout = 60`";
const OURS_UNTIMED: &str = "ours: `timeout = never`";
pub(super) const CACHED: &str = "cached";
pub(super) const CACHED_BOTH: &str = "cached, `max_size` + `ttl`";

const RESIDENT: u32 = 1_000;
const MANY: u32 = 1_000_000;

pub(crate) fn run(options: &Options, report: &mut Report) {
    let rounds = options.rounds(31, 7);
    let integers = pairs(u64::from(MANY));
    let few = &integers[..RESIDENT as usize];
    let strings = texts(RESIDENT as usize);
    let strings: Vec<&str> = strings.iter().map(String::as_str).collect();

    let f = PerCall::of_hits(few, 1 << 13, rounds, &contenders_f(few));
    let g = PerCall::of_hits(&strings, 1 << 13, rounds, &contenders_g(&strings));
    let h = PerCall::of_hits(&strings, 1 << 13, rounds, &contenders_h(&strings));
    let large = options.rounds(11, 3);
    let million = PerCall::of_hits(&integers, 1 << 20, large, &contenders_large(&integers));

    facts(report, [&f, &g, &h, &million]);
    let columns = [
        f.column("f: `(u64, u64) -> u64`", FLOOR),
        g.column("g: `&str -> u64`", FLOOR),
        h.column("h: `&str -> Arc<str>`", FLOOR),
        million.column("f among 1 000 000", FLOOR),
        g.allocation_column("allocations of g"),
    ];
    let table = Table::of_columns("ns per hit (x floor)", &columns);
    let note = "Thread CPU time. 1 000 resident entries, uniformly drawn, unless the column says otherwise; \
                strings of 24 bytes.";
    report.table("Hits on one thread", note, &table);
    report.plot("hits.svg", plot(&f));
}

fn contenders_f(keys: &[(u64, u64)]) -> Vec<Contender<'static, (u64, u64)>> {
    let mut all = vec![
        floor::<F, _, true>(FLOOR, keys),
        floor::<F, _, false>(BARE_FLOOR, keys),
        Contender::new(OURS, |&(a, b)| timed::f(a, b)),
        Contender::new(OURS_UNTIMED, |&(a, b)| untimed::f(a, b)),
        Contender::new(names::TIMED_UNBOUNDED, |&(a, b)| timed_unbounded::f(a, b)),
        Contender::new(names::PLAIN, |&(a, b)| plain::f(a, b)),
        Contender::new(CACHED, |&(a, b)| cached_plain::f(a, b)),
        Contender::new(CACHED_BOTH, |&(a, b)| cached_both::f(a, b)),
        Contender::new(names::CONCURRENT, |&(a, b)| concurrent_plain::f(a, b)),
        Contender::new(names::CONCURRENT_BOTH, |&(a, b)| concurrent_both::f(a, b)),
        Contender::new(names::MEMOIZE, |&(a, b)| memoize_local::f(a, b)),
        Contender::new(names::MEMOIZE_SHARED, |&(a, b)| memoize_shared::f(a, b)),
    ];
    all.extend(stores::<F, _>());
    all
}

fn contenders_g<'k>(keys: &[&'k str]) -> Vec<Contender<'static, &'k str>> {
    let mut all = vec![
        floor::<G, _, true>(FLOOR, keys),
        floor::<G, _, false>(BARE_FLOOR, keys),
        Contender::new(OURS, |&text| timed::g(text)),
        Contender::new(OURS_UNTIMED, |&text| untimed::g(text)),
        Contender::new(names::TIMED_UNBOUNDED, |&text| timed_unbounded::g(text)),
        Contender::new(names::PLAIN, |&text| plain::g(text)),
        Contender::new(CACHED, |&text| cached_plain::g(text)),
        Contender::new(CACHED_BOTH, |&text| cached_both::g(text)),
        Contender::new(names::CONCURRENT, |&text| concurrent_plain::g(text)),
        Contender::new(names::CONCURRENT_BOTH, |&text| concurrent_both::g(text)),
        Contender::new(names::MEMOIZE, |&text: &&str| {
            memoize_local::g(text.to_owned())
        }),
        Contender::new(names::MEMOIZE_SHARED, |&text: &&str| {
            memoize_shared::g(text.to_owned())
        }),
    ];
    all.extend(stores::<G, _>());
    all
}

fn contenders_h<'k>(keys: &[&'k str]) -> Vec<Contender<'static, &'k str>> {
    let mut all = vec![
        floor::<H, _, true>(FLOOR, keys),
        floor::<H, _, false>(BARE_FLOOR, keys),
        Contender::new(OURS, |&text| H::digest(timed::h(text))),
        Contender::new(OURS_UNTIMED, |&text| H::digest(untimed::h(text))),
        Contender::new(names::TIMED_UNBOUNDED, |&text| {
            H::digest(timed_unbounded::h(text))
        }),
        Contender::new(names::PLAIN, |&text| H::digest(plain::h(text))),
        Contender::new(CACHED, |&text| H::digest(cached_plain::h(text))),
        Contender::new(CACHED_BOTH, |&text| H::digest(cached_both::h(text))),
        Contender::new(names::CONCURRENT, |&text| {
            H::digest(concurrent_plain::h(text))
        }),
        Contender::new(names::CONCURRENT_BOTH, |&text| {
            H::digest(concurrent_both::h(text))
        }),
        Contender::new(names::MEMOIZE, |&text: &&str| {
            H::digest(memoize_local::h(text.to_owned()))
        }),
        Contender::new(names::MEMOIZE_SHARED, |&text: &&str| {
            H::digest(memoize_shared::h(text.to_owned()))
        }),
    ];
    all.extend(stores::<H, _>());
    all
}

fn contenders_large(keys: &[(u64, u64)]) -> Vec<Contender<'static, (u64, u64)>> {
    vec![
        floor::<F, _, true>(FLOOR, keys),
        Contender::new(OURS, |&(a, b)| large::f(a, b)),
        Contender::new(names::PLAIN, |&(a, b)| large_plain::f(a, b)),
        Contender::new(CACHED, |&(a, b)| cached_large::f(a, b)),
        Contender::new(CACHED_BOTH, |&(a, b)| cached_large_both::f(a, b)),
        Contender::new(names::CONCURRENT, |&(a, b)| concurrent_large::f(a, b)),
        dashmap::<F, _>(),
        quick_cache::<F, _>(2_000_000),
        moka::<F, _>(2_000_000, false),
    ]
}

fn stores<F: Function, T: KeyFor<F>>() -> [Contender<'static, T>; 5] {
    [
        dashmap::<F, _>(),
        rw_lock::<F, _>(),
        quick_cache::<F, _>(10_000),
        moka::<F, _>(10_000, false),
        moka::<F, _>(10_000, true),
    ]
}

/// Names that stand in one table only.
mod names {
    pub(super) const TIMED_UNBOUNDED: &str = "ours: `timeout = 60`, unbounded";
    pub(super) const PLAIN: &str = "ours: `timeout = never`, unbounded";
    pub(super) const CONCURRENT: &str = "concurrent_cached";
    pub(super) const CONCURRENT_BOTH: &str = "concurrent_cached, `max_size` + `ttl`";
    pub(super) const MEMOIZE: &str = "memoize, thread-local";
    pub(super) const MEMOIZE_SHARED: &str = "memoize, shared";
}

/// What the goals ask for.
fn facts(report: &mut Report, [f, g, h, million]: [&PerCall; 4]) {
    report.fact("f / floor", f.ratio(OURS, FLOOR));
    report.fact("f / cached", f.ratio(OURS, CACHED_BOTH));
    report.fact("f: ns of a ttl", f.difference(OURS, OURS_UNTIMED));
    report.fact("f: share of a ttl", f.ratio(OURS, OURS_UNTIMED) - 1.0);
    report.fact("g / floor", g.ratio(OURS, FLOOR));
    report.fact("g: allocations", g.allocations(OURS));
    report.fact("h / floor", h.ratio(OURS, FLOOR));
    report.fact("f of 1M / floor", million.ratio(OURS, FLOOR));
}

fn plot(f: &PerCall) -> Plot {
    let names = f.names().iter().filter(|&&name| name != BARE_FLOOR);
    let bar = |name: &&'static str| (name.replace('`', ""), f.ratio(name, FLOOR));
    let mut bars: Vec<_> = names.map(bar).collect();
    bars.sort_by(|(_, one), (_, other)| one.total_cmp(other));
    Plot::new(
        "What a hit costs one thread: (u64, u64) -> u64, 1 000 entries",
        "times the cost of an unsynchronised map with a tick",
        bars,
    )
}
