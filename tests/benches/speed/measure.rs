//! What is measured by the CPU time of this thread.
#![allow(
    unsafe_code,
    reason = "the standard library does not tell a thread's CPU time"
)]

use std::time::Duration;

pub(crate) use cache_tests::rounds::{Samples, interleave, median};

/// The CPU time that this thread has used: what others do on the machine is not in it.
#[cfg(unix)]
pub(crate) fn thread_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is valid for a write, and every thread has this clock.
    let answer = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(answer, 0, "every thread has a clock");
    Duration::new(
        time.tv_sec.cast_unsigned(),
        u32::try_from(time.tv_nsec).expect("below a second"),
    )
}

/// Wall clock, where the CPU time of a thread is not known.
#[cfg(not(unix))]
pub(crate) fn thread_time() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> =
        std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}

/// How much CPU time this thread has used since it had used so much.
pub(crate) fn used_since(start: Duration) -> Duration {
    thread_time().saturating_sub(start)
}

/// How much CPU time something takes, in nanoseconds.
pub(crate) fn nanos(body: impl FnOnce()) -> f64 {
    let start = thread_time();
    body();
    used_since(start).as_secs_f64() * 1e9
}
