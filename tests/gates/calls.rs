//! Makes so many calls. `calls f 1000` and `calls g 1000` are hits: the difference of two runs is what hits cost.
//! `calls levels 1000` goes so deep into a recursion, and tells how many bytes of the stack a level takes.

use std::env::args;
use std::hint::black_box;

use cache_runtime::memoize;

/// Few enough that all stay.
const RESIDENT: u64 = 1_000;

#[memoize(timeout = 60)]
fn f(a: u64, b: u64) -> u64 {
    a ^ b
}

#[memoize(timeout = 60)]
fn g(text: &str) -> u64 {
    text.len() as u64
}

/// Where on the stack the innermost level has its place.
#[memoize(unbounded)]
fn levels(left: usize) -> usize {
    let here = &raw const left;
    match left {
        0 => black_box(here).addr(),
        _ => levels(left - 1),
    }
}

fn main() {
    let mut args = args().skip(1);
    let function = args.next();
    let count = args.next().and_then(|count| count.parse().ok());
    let Some(count) = count else {
        panic!("calls FUNCTION COUNT");
    };
    match function.as_deref() {
        Some("f") => integers(count),
        Some("g") => strings(count),
        Some("levels") => deep(count),
        _ => panic!("the functions are f, g and levels"),
    }
}

fn integers(hits: usize) {
    let keys: Vec<_> = (0..RESIDENT).map(|n| (n, n ^ 0xffff)).collect();
    for &(a, b) in &keys {
        f(a, b);
    }
    for &(a, b) in keys.iter().cycle().take(hits) {
        black_box(f(a, b));
    }
    assert_eq!(stats_f().hits, hits as u64, "all were hits");
}

fn strings(hits: usize) {
    let keys: Vec<_> = (0..RESIDENT).map(|n| format!("customer:{n:015}")).collect();
    for key in &keys {
        g(key);
    }
    for key in keys.iter().cycle().take(hits) {
        black_box(g(key));
    }
    assert_eq!(stats_g().hits, hits as u64, "all were hits");
}

fn deep(count: usize) {
    let outermost = levels(0);
    invalidate_all_levels();
    println!("{}", (outermost - levels(count)) / count);
}
