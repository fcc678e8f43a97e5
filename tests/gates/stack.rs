//! A recursive function that is cached goes nearly as deep as one that is not: a level takes so many bytes of the stack
//! in a release build.

use crate::program::told;

const BYTES: u64 = 520;

#[test]
fn a_level_of_recursion_takes_little_of_the_stack() {
    let bytes = told("levels", 2_000);
    eprintln!("{bytes} bytes of the stack per level");
    assert!(bytes <= BYTES, "{bytes} bytes, not {BYTES}");
}
