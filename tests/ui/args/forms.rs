//! Each argument says which form it wants.
use cache_runtime::{cached, memoize};

#[memoize(max_entries, unbounded(5), skip = a, key(a), namespace, version = -1, unless, forced_update)]
fn one(a: u32) -> u32 {
    a
}

#[memoize(response_filter, is_stale, cache_none, none_timeout, err_timeout, coalesce, local(yes), source_check)]
fn two(a: u32) -> u32 {
    a
}

#[memoize(helpers, crate, version = 3.5, cache_none = "no", source_check = 1, max_entries = -3, skip())]
fn three(a: u32) -> u32 {
    a
}

#[cached(route, namespace = "")]
fn four() -> u32 {
    4
}

#[cached(route = "", key = )]
fn five() -> u32 {
    5
}

#[memoize(timeout = 5 max_entries = 3)]
fn six(a: u32) -> u32 {
    a
}

#[memoize(timeout: 5, max_entries = 3)]
fn seven(a: u32) -> u32 {
    a
}

#[memoize = 5]
fn eight(a: u32) -> u32 {
    a
}

fn main() {}
