//! A hit takes so many instructions, and a miss, as valgrind counts them in a release build.
//!
//! Without valgrind the tests are skipped and say so; with `TESTS_REQUIRE_ALL=1` they fail instead.

use std::env;
use std::io::{self, Write};
use std::process::Command;

use crate::program::program;

/// Instructions per hit of `(u64, u64) -> u64`, the loop around it included.
const F: u64 = 105;
/// The same of `&str -> u64`, with 24 bytes.
const G: u64 = 190;
/// The same of an `async` function of `(u64, u64)`; two moves of its future are 110 of them.
const TASK: u64 = 270;

/// Instructions per miss of `(u64, u64) -> u64` where another entry leaves for it.
const MISS: u64 = 3_400;

/// So many that what happens once in a while counts as often as it happens.
const HITS: u64 = 500_000;
const MISSES: u64 = 50_000;

const SAMPLES: usize = 3;

#[test]
fn a_hit_on_integers_takes_few_instructions() {
    check("f", HITS, F);
}

#[test]
fn a_hit_on_a_text_takes_few_instructions() {
    check("g", HITS, G);
}

#[test]
fn a_hit_of_a_task_takes_few_instructions() {
    check("tasks", HITS, TASK);
}

#[test]
fn a_miss_takes_few_instructions() {
    check("misses", MISSES, MISS);
}

fn check(function: &str, calls: u64, limit: u64) {
    if !has_valgrind() {
        let skipped = "valgrind is not installed: instructions per call are not counted";
        assert_ne!(
            env::var("TESTS_REQUIRE_ALL").as_deref(),
            Ok("1"),
            "{skipped}"
        );
        // Past the capture of the test's output: a test that passes is else silent.
        let _ = writeln!(io::stderr(), "SKIPPED: {skipped}");
        return;
    }
    let per_call = (least(function, 2 * calls) - least(function, calls)) / calls;
    eprintln!("{function}: {per_call} instructions per call");
    assert!(
        per_call <= limit,
        "{per_call} instructions per call, not {limit}"
    );
}

fn has_valgrind() -> bool {
    let answer = Command::new("valgrind").arg("--version").output();
    answer.is_ok_and(|answer| answer.status.success())
}

/// The least of a few counts: while the clock's thread is kept from running hits take a longer way.
fn least(function: &str, calls: u64) -> u64 {
    let counts = (0..SAMPLES).map(|_| instructions(function, calls));
    counts.min().expect("there are samples")
}

/// How many instructions a program takes that makes so many calls.
fn instructions(function: &str, calls: u64) -> u64 {
    let output = Command::new("valgrind")
        .args([
            "--tool=cachegrind",
            "--cache-sim=no",
            "--cachegrind-out-file=/dev/null",
            "--fair-sched=yes", // else the clock's thread may never run
        ])
        .arg(program())
        .args([function, &calls.to_string()])
        .output()
        .expect("valgrind runs");
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}");
    let line = report.lines().find(|line| line.contains("refs:"));
    let count = line
        .and_then(|line| line.rsplit(' ').next())
        .map(|count| count.replace(',', ""));
    count
        .and_then(|count| count.parse().ok())
        .expect("valgrind tells how many instructions it saw")
}
