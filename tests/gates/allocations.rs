//! A miss allocates nothing, where keys and values need no room of their own: neither for those who might wait for it, nor
//! for what it might depend on.

use crate::program::told;

const MISSES: u64 = 10_000;

#[test]
fn a_miss_allocates_nothing() {
    check("misses");
}

#[test]
fn a_miss_of_a_task_allocates_nothing() {
    check("awaited");
}

fn check(calls: &str) {
    let allocations = told(calls, MISSES);
    eprintln!("{allocations} allocations of {MISSES} {calls}");
    // What is grown now and then is no part of a miss.
    assert!(allocations <= MISSES / 100, "{allocations} allocations");
}
