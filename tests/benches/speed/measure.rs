//! Rounds in which everybody has a turn, in random order: what disturbs the machine disturbs all of them,
//! and ratios are taken within a round.
#![allow(
    unsafe_code,
    reason = "the standard library does not tell a thread's CPU time"
)]

use std::time::Duration;

use cache_tests::random::Random;

/// Samples by contender and round.
pub(crate) struct Samples(Vec<Vec<f64>>);

/// Takes a sample of each contender, round after round; the first round only warms up.
pub(crate) fn interleave(
    contenders: usize,
    rounds: usize,
    mut sample: impl FnMut(usize) -> f64,
) -> Samples {
    let mut random = Random::new(7);
    let mut samples = vec![Vec::with_capacity(rounds); contenders];
    let mut order: Vec<_> = (0..contenders).collect();
    for round in 0..=rounds {
        random.shuffle(&mut order);
        for &contender in &order {
            let taken = sample(contender);
            if round > 0 {
                samples[contender].push(taken);
            }
        }
    }
    Samples(samples)
}

impl Samples {
    pub(crate) fn median(&self, contender: usize) -> f64 {
        median(self.0[contender].iter().copied())
    }

    /// The median of the ratios of the rounds.
    pub(crate) fn ratio(&self, contender: usize, base: usize) -> f64 {
        self.pairs(contender, base, |one, other| one / other)
    }

    /// The median of the differences of the rounds.
    pub(crate) fn difference(&self, contender: usize, base: usize) -> f64 {
        self.pairs(contender, base, |one, other| one - other)
    }

    fn pairs(&self, contender: usize, base: usize, relate: impl Fn(f64, f64) -> f64) -> f64 {
        let rounds = self.0[contender].iter().zip(&self.0[base]);
        median(rounds.map(|(&one, &other)| relate(one, other)))
    }
}

/// The middle of some numbers, not a number if there are none.
pub(crate) fn median(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut numbers: Vec<_> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

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
