//! A miss allocates nothing, where keys and values need no room of their own: neither for those who might wait for it, nor
//! for what it might depend on.

use std::process::Command;

use crate::program::program;

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
    let output = Command::new(program())
        .args([calls, &MISSES.to_string()])
        .output()
        .expect("the program runs");
    let told = String::from_utf8_lossy(&output.stdout);
    let allocations = told.trim().parse::<u64>();
    let allocations = allocations.unwrap_or_else(|_| panic!("{output:?}"));
    eprintln!("{allocations} allocations of {MISSES} {calls}");
    // What is grown now and then is no part of a miss.
    assert!(allocations <= MISSES / 100, "{allocations} allocations");
}
