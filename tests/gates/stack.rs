//! A recursive function that is cached goes nearly as deep as one that is not: a level takes so many bytes of the stack
//! in a release build.

use std::process::Command;

use crate::program::program;

const BYTES: u64 = 520;

#[test]
fn a_level_of_recursion_takes_little_of_the_stack() {
    let output = Command::new(program())
        .args(["levels", "2000"])
        .output()
        .expect("the program runs");
    let told = String::from_utf8_lossy(&output.stdout);
    let bytes = told.trim().parse::<u64>();
    let bytes = bytes.unwrap_or_else(|_| panic!("{output:?}"));
    eprintln!("{bytes} bytes of the stack per level");
    assert!(bytes <= BYTES, "{bytes} bytes, not {BYTES}");
}
