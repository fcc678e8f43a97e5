//! What later versions bring is refused for now, never accepted and ignored.
use cache_runtime::{cached, memoize};

#[memoize(timeout_with = |_| Duration::ZERO, idle = 5, jitter = 0.1, max_weight = 5, weigher = f)]
fn one(a: u32) -> u32 {
    a
}

#[memoize(stale_while_revalidate = 5, stale_if_error = 5, refresh_ahead = 0.8, depends = false, shared)]
fn two(a: u32) -> u32 {
    a
}

#[cached(tags("a"), tags_with = |_| vec![], response, query = true, vary("accept"))]
fn three() -> u32 {
    3
}

#[cached(route = request)]
fn four() -> u32 {
    4
}

fn main() {}
