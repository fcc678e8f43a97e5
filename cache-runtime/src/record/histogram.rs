//! How long something took, in buckets that are narrow for what is quick and wide for what is slow.
//!
//! Sixteen buckets to each power of two: a bucket is at most a sixteenth of its lower bound wide, and what is told of a
//! time is the middle of its bucket, so it is off by at most a thirty-second (3.2 %). Below 16 ns it is exact; past
//! 18 minutes everything counts as 18 minutes.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use once_cell::sync::OnceCell;

use crate::clock::nanos;

/// Each power of two is divided into so many, as a power of two.
const PARTS: u32 = 4;

/// Times have at most so many bits.
const BITS: u32 = 40;

const BUCKETS: usize = ((BITS - PARTS + 1) << PARTS) as usize;

/// Counts times. It takes 4.7 kB from the first one on.
#[derive(Debug, Default)]
pub(crate) struct Histogram(OnceCell<Box<[AtomicU64; BUCKETS]>>);

/// What a histogram tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) count: u64,
    pub(crate) median: Duration,
    pub(crate) p99: Duration,
}

impl Histogram {
    /// Counts a time.
    pub(crate) fn add(&self, time: Duration) {
        let new = || Box::new([const { AtomicU64::new(0) }; BUCKETS]);
        self.0.get_or_init(new)[bucket(nanos(time))].fetch_add(1, Relaxed);
    }

    /// Tells about the times that were counted, if there are any. None of them was longer than `longest`.
    pub(crate) fn times(&self, longest: Duration) -> Option<Times> {
        let counts: Vec<_> = self
            .0
            .get()?
            .iter()
            .map(|count| count.load(Relaxed))
            .collect();
        let count: u64 = counts.iter().sum();
        // The smallest time that so many hundredths of all are not longer than.
        let percentile = |hundredths: u64| {
            let rank = (count * hundredths).div_ceil(100).max(1);
            let mut seen = 0;
            let at = counts.iter().position(|count| {
                seen += count;
                seen >= rank
            });
            Duration::from_nanos(at.map_or(0, middle)).min(longest)
        };
        (count > 0).then(|| Times {
            count,
            median: percentile(50),
            p99: percentile(99),
        })
    }

    /// Forgets everything.
    #[cfg(feature = "testing")]
    pub(crate) fn reset(&self) {
        for count in self.0.get().into_iter().flat_map(|counts| counts.iter()) {
            count.store(0, Relaxed);
        }
    }
}

/// The bucket of a time in nanoseconds.
fn bucket(time: u64) -> usize {
    let time = time.min((1 << BITS) - 1);
    let power = time.checked_ilog2().unwrap_or(0).max(PARTS);
    let part = time >> (power - PARTS);
    usize::try_from(u64::from((power - PARTS) << PARTS) + part).unwrap_or(BUCKETS - 1)
}

/// The time in the middle of a bucket.
fn middle(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let power = (bucket >> PARTS).saturating_sub(1);
    let lowest = (bucket - (power << PARTS)) << power;
    lowest + ((1 << power) - 1) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_of_a_time_is_off_by_at_most_a_thirty_second() {
        let times = (0..BITS).flat_map(|bit| {
            let power = 1_u64 << bit;
            (0..97).map(move |n| power + power * n / 97)
        });
        for time in times {
            let told = middle(bucket(time));
            assert!(told.abs_diff(time) <= time / 32, "{time} is told as {told}");
        }
        assert_eq!(
            (0..16).map(|time| middle(bucket(time))).collect::<Vec<_>>(),
            (0..16).collect::<Vec<_>>()
        );
        assert!(bucket(u64::MAX) == BUCKETS - 1);
    }

    #[test]
    fn buckets_follow_one_another() {
        let all: Vec<_> = (0..BUCKETS).map(middle).collect();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(
            all.iter()
                .enumerate()
                .all(|(n, middle)| bucket(*middle) == n)
        );
    }

    #[test]
    fn percentiles_are_of_the_times_that_were_counted() {
        let histogram = Histogram::default();
        assert_eq!(histogram.times(Duration::MAX), None);
        for millis in 1..=1000 {
            histogram.add(Duration::from_millis(millis));
        }
        let times = histogram.times(Duration::from_secs(1)).expect("times");
        let near = |told: Duration, millis: u64| {
            told.as_millis().abs_diff(u128::from(millis)) <= u128::from(millis / 32 + 1)
        };
        assert_eq!(times.count, 1000);
        assert!(near(times.median, 500) && near(times.p99, 990), "{times:?}");
    }

    #[test]
    fn no_percentile_is_longer_than_the_longest_time() {
        let (histogram, time) = (Histogram::default(), Duration::from_nanos(1025));
        histogram.add(time);
        let times = histogram.times(time).expect("times");
        assert!(times.median <= time && times.p99 <= time);
    }
}
