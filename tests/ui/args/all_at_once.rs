//! Everything that is wrong with one attribute is said in one build, and the function survives.
use cache_runtime::memoize;

#[memoize(timout = 5, max_size = 3, max_entries = 0, local = true, coalesce = 1, timeout = "5 mnts", timeout = 6)]
fn of(x: u32) -> u32 {
    x
}

fn main() {
    of(1);
    invalidate_of(1);
    peek_of(1);
}
