//! An argument that is given twice is reported where it is given again.
use cache_runtime::{invalidates, memoize};

#[memoize(timeout = 5, max_entries = 3, timeout = 6, local, local, skip(a), skip(b), max_entries = 4)]
fn one(a: u32, b: u32) -> u32 {
    a + b
}

#[memoize(timeout = "5 mnts", timeout = 6)]
fn two(x: u32) -> u32 {
    x
}

#[memoize(unless = x == 1, unless = x == 2, namespace = "a", namespace = "b", helpers = true, helpers = true)]
fn three(x: u32) -> u32 {
    x
}

#[invalidates(one, on = always, on = always)]
fn four() {}

fn main() {
    one(1, 2);
    invalidate_one(1);
    four();
}
