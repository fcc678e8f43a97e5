//! What is said once for the function, or asked about the result, sees no argument.
use std::time::Duration;

use cache_runtime::memoize;

#[memoize(timeout = Duration::from_secs(a), max_entries = a as usize, idle = b.ttl)]
fn one(a: u64, b: &Settings) -> u64 {
    a + b.size
}

#[memoize(response_filter = |v| *v > a, is_stale = |v| format!("{a}").len() as u64 > *v)]
fn two(a: u64) -> u64 {
    a
}

#[memoize(response_filter = |a| *a > 1, timeout = b(), is_stale = stale)]
fn three(a: u64, b: u64, stale: bool) -> u64 {
    a + b + u64::from(stale)
}

fn b() -> Duration {
    Duration::from_secs(1)
}

fn stale(value: &u64) -> bool {
    *value == 1
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Settings {
    ttl: Duration,
    size: u64,
}

impl Settings {
    #[memoize(timeout = self.ttl)]
    fn four(&self) -> u64 {
        self.size
    }
}

fn main() {
    stale(&three(1, 2, true));
}
