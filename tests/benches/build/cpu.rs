//! CPU time of child processes.
#![allow(
    unsafe_code,
    reason = "the standard library does not tell the CPU time of children"
)]

use std::mem::MaybeUninit;
use std::process::Command;

/// Runs a command, and answers how many seconds of CPU time it and all that it started have used.
pub(crate) fn seconds(command: &mut Command) -> f64 {
    let before = children();
    let output = command.output().expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    children() - before
}

/// The CPU seconds of all children that have ended and were waited for, and of theirs.
fn children() -> f64 {
    let mut usage = MaybeUninit::<libc::rusage>::uninit();
    // SAFETY: `usage` is valid for a write.
    let answer = unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, usage.as_mut_ptr()) };
    assert_eq!(answer, 0, "every process may ask for this");
    // SAFETY: the call succeeded, so that it has written all of it.
    let usage = unsafe { usage.assume_init() };
    [usage.ru_utime, usage.ru_stime]
        .map(|time| time.tv_sec as f64 + time.tv_usec as f64 / 1e6)
        .iter()
        .sum()
}
