//! Why a key is not here, after its entry is gone.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use once_cell::sync::OnceCell;

use crate::outcome::MissReason;
use crate::prefetch::prefetch;

/// Why an entry has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Expired,
    Evicted,
    Invalidated,
}

impl Reason {
    /// Why a key is missing of which this is known.
    pub(crate) fn why_missing(departed: Option<Self>) -> MissReason {
        match departed {
            Some(Self::Expired) => MissReason::Expired,
            Some(Self::Evicted) => MissReason::Evicted,
            Some(Self::Invalidated) => MissReason::Invalidated,
            None => MissReason::Cold,
        }
    }
}

/// Hashes that share a bucket push each other out, the oldest first.
const WAYS: u32 = u64::BITS / CELL;

/// The bits of a cell: the uppermost 14 of a hash, and a reason in the lowest two; 0 is empty.
const CELL: u32 = 16;

/// A table has at least so many buckets, lest a few hashes meet in one.
const FEWEST: usize = 1 << 8;

/// And at most so many.
const MOST: usize = 1 << 11;

/// A table of hashes and reasons, in buckets of [`WAYS`].
///
/// It has room for about twice as many as the store may hold, within limits, and is allocated when the first
/// entry leaves. It forgets by itself: what is asked for is a statistic. Where it lies may be asked beside the writer.
#[derive(Debug)]
pub(crate) struct Departed {
    /// The newest cell of a bucket is the lowest.
    buckets: OnceCell<Box<[AtomicU64]>>,
    size: usize,
}

impl Departed {
    /// A table for a store of so many entries.
    pub(crate) fn new(capacity: usize) -> Self {
        let size = (capacity / 2).clamp(FEWEST, MOST).next_power_of_two();
        Self {
            buckets: OnceCell::new(),
            size,
        }
    }

    /// Remembers why an entry has left, as the only writer.
    pub(crate) fn note(&self, hash: u64, reason: Reason) {
        self.take(hash);
        let buckets = self.buckets.get_or_init(|| {
            let empty = || AtomicU64::new(0);
            std::iter::repeat_with(empty).take(self.size).collect()
        });
        let bucket = &buckets[self.index(hash)];
        let reason = match reason {
            Reason::Expired => 1,
            Reason::Evicted => 2,
            Reason::Invalidated => 3,
        };
        let others = bucket.load(Relaxed) << CELL;
        bucket.store(others | u64::from(tag(hash) | reason), Relaxed);
    }

    /// Says why an entry has left, and forgets it, as the only writer.
    pub(crate) fn take(&self, hash: u64) -> Option<Reason> {
        let bucket = self.bucket(hash)?;
        let cells = bucket.load(Relaxed);
        #[expect(clippy::cast_possible_truncation, reason = "a cell at a time")]
        let cell = |way: u32| (cells >> (way * CELL)) as u16;
        let way = (0..WAYS).find(|&way| cell(way) != 0 && cell(way) & !3 == tag(hash))?;
        bucket.store(cells & !(u64::from(u16::MAX) << (way * CELL)), Relaxed);
        match cell(way) & 3 {
            1 => Some(Reason::Expired),
            2 => Some(Reason::Evicted),
            3 => Some(Reason::Invalidated),
            _ => None,
        }
    }

    /// Says that a hash is going to be asked for.
    pub(crate) fn foresee(&self, hash: u64) {
        if let Some(bucket) = self.bucket(hash) {
            prefetch(bucket);
        }
    }

    fn bucket(&self, hash: u64) -> Option<&AtomicU64> {
        self.buckets.get()?.get(self.index(hash))
    }

    fn index(&self, hash: u64) -> usize {
        (hash >> 8) as usize & (self.size - 1)
    }
}

/// The part of a hash that a cell keeps.
fn tag(hash: u64) -> u16 {
    u16::try_from(hash >> 48).unwrap_or_default() & !3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_told_once() {
        let departed = Departed::new(100);
        assert_eq!(departed.take(0xABCD_0000_1234_5678), None);
        for reason in [Reason::Expired, Reason::Evicted, Reason::Invalidated] {
            departed.note(0xABCD_0000_1234_5678, reason);
            assert_eq!(
                departed.take(0xBBCD_0000_1234_5678),
                None,
                "of another hash nothing is known"
            );
            assert_eq!(departed.take(0xABCD_0000_1234_5678), Some(reason));
            assert_eq!(departed.take(0xABCD_0000_1234_5678), None);
        }
    }

    #[test]
    fn hashes_of_one_bucket_are_remembered_side_by_side() {
        let departed = Departed::new(100);
        (1..=5_u64).for_each(|n| departed.note(n << 56, Reason::Evicted));
        let known = |departed: &Departed, n: u64| departed.take(n << 56).is_some();
        assert!(!known(&departed, 1), "the oldest has been pushed out");
        assert!((2..=5).all(|n| known(&departed, n)));
    }
}
