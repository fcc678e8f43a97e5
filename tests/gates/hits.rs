//! Makes so many hits: `hits f 1000` or `hits g 1000`. The difference of two runs is what hits cost.

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

fn main() {
    let mut args = args().skip(1);
    let function = args.next();
    let hits = args.next().and_then(|hits| hits.parse().ok());
    let Some(hits) = hits else {
        panic!("hits FUNCTION COUNT");
    };
    match function.as_deref() {
        Some("f") => integers(hits),
        Some("g") => strings(hits),
        _ => panic!("the functions are f and g"),
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
