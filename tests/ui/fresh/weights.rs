//! Bounds on weight that cannot be meant.
use cache_runtime::memoize;

#[memoize(max_weight = 5)]
fn no_weigher(a: u32) -> u32 {
    a
}

#[memoize(weigher = |value| *value)]
fn no_bound(a: u32) -> u32 {
    a
}

#[memoize(max_weight = 5, weigher = |value| *value, max_entries = 5)]
fn two_bounds(a: u32) -> u32 {
    a
}

#[memoize(max_weight = 0, weigher = |value| *value)]
fn nothing(a: u32) -> u32 {
    a
}

#[memoize(max_weight = 5, weigher = |value: &u32| "heavy")]
fn no_weight(a: u32) -> u32 {
    a
}

fn of_value(value: &u32) -> u32 {
    *value
}

#[memoize(max_weight = 5, weigher = of_value)]
fn no_key(a: u32) -> u32 {
    a
}

fn main() {}
