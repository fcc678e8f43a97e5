//! A number with a unit is a text.
use cache_runtime::memoize;

#[memoize(timeout = 5m, max_entries = 3k)]
fn one(a: u32) -> u32 {
    a
}

#[memoize(timeout = 1.5h, version = 3i8)]
fn two(a: u32) -> u32 {
    a
}

#[memoize(timeout = 5_u8, max_entries = 10usize, idle = 10x)]
fn three(a: u32) -> u32 {
    a
}

fn main() {}
