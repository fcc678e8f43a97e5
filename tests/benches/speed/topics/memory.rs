//! Heap per entry.

use crate::allocations::held;
use crate::options::Options;
use crate::peers::{
    B, Contender, F, Function, KeyFor, U, by_cached, dashmap, moka, ours, pairs, quick_cache, texts,
};
use crate::report::Report;
use cache_tests::table::{Column, Table, number};

ours! { plain [f u b] (timeout = never, unbounded) }
ours! { bounded [f u b] (timeout = 60, max_entries = 131_072) }
by_cached! { cached_plain cached [f u b] () }
by_cached! { cached_both cached [f u b] (max_size = 131_072, ttl_secs = 60) }
by_cached! { concurrent_both concurrent_cached [f u b] (max_size = 131_072, ttl_secs = 60) }

/// A table of so many entries doubles once before it has twice as many.
const ENTRIES: usize = 65_536;
const BOUND: usize = 2 * ENTRIES;
/// How often the heap is looked at meanwhile.
const LOOKS: usize = 64;

const PLAIN: &str = "ours: `timeout = never`, unbounded";
const BOUNDED: &str = "ours: `timeout = 60`, bounded";

pub(crate) fn run(_: &Options, report: &mut Report) {
    let integers: Vec<u64> = (0..BOUND as u64).collect();
    let strings = texts(BOUND);
    let strings: Vec<&str> = strings.iter().map(String::as_str).collect();
    let u = measured(&integers, &contenders_u());
    let f = measured(&pairs(BOUND as u64), &contenders_f());
    let b = measured(&strings, &contenders_b());
    report.fact("bytes: unbounded", of(&u, PLAIN));
    report.fact("bytes: bounded", of(&u, BOUNDED));
    let columns = [
        column("`u64 -> u64` (16)", &u),
        column("`(u64, u64) -> u64` (24)", &f),
        column("`&str -> [u8; 100]` (148)", &b),
    ];
    let note = "What the heap gives, headers included; mean while 65 536 entries become 131 072, where the bounds are. \
                In parentheses: key and value themselves, with a `String`'s text of 24 bytes.";
    report.table(
        "Memory",
        note,
        &Table::of_columns("bytes per entry", &columns),
    );
}

fn contenders_u() -> Vec<Contender<'static, u64>> {
    let mut all = vec![
        Contender::new(PLAIN, |&x| plain::u(x)),
        Contender::new(BOUNDED, |&x| bounded::u(x)),
        Contender::new("cached", |&x| cached_plain::u(x)),
        Contender::new("cached, `max_size` + `ttl`", |&x| cached_both::u(x)),
        Contender::new("concurrent_cached, `max_size` + `ttl`", |&x| {
            concurrent_both::u(x)
        }),
    ];
    all.extend(stores::<U, _>());
    all
}

fn contenders_f() -> Vec<Contender<'static, (u64, u64)>> {
    let mut all = vec![
        Contender::new(PLAIN, |&(a, b)| plain::f(a, b)),
        Contender::new(BOUNDED, |&(a, b)| bounded::f(a, b)),
        Contender::new("cached", |&(a, b)| cached_plain::f(a, b)),
        Contender::new("cached, `max_size` + `ttl`", |&(a, b)| cached_both::f(a, b)),
        Contender::new("concurrent_cached, `max_size` + `ttl`", |&(a, b)| {
            concurrent_both::f(a, b)
        }),
    ];
    all.extend(stores::<F, _>());
    all
}

fn contenders_b<'k>() -> Vec<Contender<'static, &'k str>> {
    let mut all = vec![
        Contender::new(PLAIN, |&text| B::digest(plain::b(text))),
        Contender::new(BOUNDED, |&text| B::digest(bounded::b(text))),
        Contender::new("cached", |&text| B::digest(cached_plain::b(text))),
        Contender::new("cached, `max_size` + `ttl`", |&text| {
            B::digest(cached_both::b(text))
        }),
        Contender::new("concurrent_cached, `max_size` + `ttl`", |&text| {
            B::digest(concurrent_both::b(text))
        }),
    ];
    all.extend(stores::<B, _>());
    all
}

fn stores<F: Function, T: KeyFor<F>>() -> [Contender<'static, T>; 3] {
    [
        dashmap::<F, _>(),
        quick_cache::<F, _>(BOUND),
        moka::<F, _>(BOUND as u64, true),
    ]
}

type Measured = Vec<(&'static str, f64)>;

/// Fills each contender, and takes the mean of bytes per entry over one doubling. Stores are made by their
/// first call or before, so what they hold when empty is not seen of those; it is little in any of them.
fn measured<T>(keys: &[T], contenders: &[Contender<'_, T>]) -> Measured {
    let bytes_per_entry = |contender: &Contender<'_, T>| {
        let before = held();
        contender.call(&keys[..ENTRIES]);
        let mut sum = 0.0;
        let mut entries = ENTRIES;
        for keys in keys[ENTRIES..].chunks_exact(ENTRIES / LOOKS) {
            contender.call(keys);
            entries += keys.len();
            sum += (held() - before) as f64 / entries as f64;
        }
        sum / LOOKS as f64
    };
    contenders
        .iter()
        .map(|contender| (contender.name, bytes_per_entry(contender)))
        .collect()
}

fn of(measured: &Measured, name: &str) -> f64 {
    let found = measured.iter().find(|(known, _)| *known == name);
    found.map_or(f64::NAN, |&(_, bytes)| bytes)
}

fn column(head: &str, measured: &Measured) -> Column {
    Column::new(
        head,
        measured.iter().map(|&(name, bytes)| (name, number(bytes))),
    )
}
