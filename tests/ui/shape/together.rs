//! A function is cached once, and does not write then.
use cache_runtime::{cached, invalidates, memoize};

#[memoize]
fn target(a: u32) -> u32 {
    a
}

#[memoize]
#[memoize(timeout = 5)]
fn one(a: u32) -> u32 {
    a
}

#[cached(skip(a))]
#[cache_runtime::memoize]
fn two(a: u32) -> u32 {
    a
}

#[invalidates(target)]
#[memoize]
fn three(a: u32) -> u32 {
    a
}

#[memoize]
#[invalidates(target)]
fn four(a: u32) -> u32 {
    a
}

#[invalidates(target)]
#[cfg_attr(all(), cached)]
fn five() -> u32 {
    5
}

#[invalidates(target)]
#[invalidates(target(a))]
fn six(a: u32) -> u32 {
    a
}

fn main() {
    peek_one(1);
    peek_two(2);
    peek_three(1);
    peek_four(1);
    six(5);
}
