//! Windows, refreshes and times to live that cannot be meant.
use cache_runtime::memoize;

#[memoize(timeout = never, stale_while_revalidate = 5, stale_if_error = 5, refresh_ahead = 0.8, jitter = 0.1)]
fn never(a: u32) -> u32 {
    a
}

#[memoize(stale_while_revalidate = never, stale_if_error = 0, idle = "5 mnts")]
fn endless(a: u32) -> u32 {
    a
}

#[memoize(refresh_ahead = 80, jitter = 1.5)]
fn no_fractions(a: u32) -> u32 {
    a
}

#[memoize(refresh_ahead = -0.8, jitter = "10 %")]
fn no_fractions_either(a: u32) -> u32 {
    a
}

#[memoize(timeout = 5, timeout_with = |value| std::time::Duration::from_secs(*value))]
fn both(a: u64) -> u64 {
    a
}

#[memoize(timeout_with = |value: &u64| *value)]
fn no_duration(a: u64) -> u64 {
    a
}

#[memoize(stale_while_revalidat = 5, swr = 5, depends = no)]
fn misspelt(a: u64) -> u64 {
    a
}

fn main() {}
