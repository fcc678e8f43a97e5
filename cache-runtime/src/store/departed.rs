//! Why a key is not here, after its entry is gone.

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
const WAYS: usize = 4;

/// A table has at least so many buckets, lest a few hashes meet in one.
const FEWEST: usize = 1 << 8;

/// And at most so many.
const MOST: usize = 1 << 11;

/// A table of hashes and reasons, in buckets of [`WAYS`].
///
/// It has room for about twice as many as the store may hold, within limits, and is allocated when the first
/// entry leaves. It forgets by itself: what is asked for is a statistic.
#[derive(Debug)]
pub(crate) struct Departed {
    /// The uppermost 14 bits of a hash, and a reason in the lowest two; 0 is empty. The newest comes first.
    buckets: Vec<[u16; WAYS]>,
    size: usize,
}

impl Departed {
    /// A table for a store of so many entries.
    pub(crate) fn new(capacity: usize) -> Self {
        let size = (capacity / 2).clamp(FEWEST, MOST).next_power_of_two();
        Self {
            buckets: Vec::new(),
            size,
        }
    }

    /// Remembers why an entry has left.
    pub(crate) fn note(&mut self, hash: u64, reason: Reason) {
        self.take(hash);
        if self.buckets.is_empty() {
            self.buckets = vec![[0; WAYS]; self.size];
        }
        let index = self.index(hash);
        let bucket = &mut self.buckets[index];
        bucket.rotate_right(1);
        bucket[0] = tag(hash)
            | match reason {
                Reason::Expired => 1,
                Reason::Evicted => 2,
                Reason::Invalidated => 3,
            };
    }

    /// Says why an entry has left, and forgets it.
    pub(crate) fn take(&mut self, hash: u64) -> Option<Reason> {
        let index = self.index(hash);
        let bucket = self.buckets.get_mut(index)?;
        let cell = bucket
            .iter_mut()
            .find(|cell| **cell != 0 && **cell & !3 == tag(hash))?;
        match std::mem::take(cell) & 3 {
            1 => Some(Reason::Expired),
            2 => Some(Reason::Evicted),
            3 => Some(Reason::Invalidated),
            _ => None,
        }
    }

    /// Says that a hash is going to be asked for.
    pub(crate) fn foresee(&self, hash: u64) {
        if let Some(bucket) = self.buckets.get(self.index(hash)) {
            prefetch(bucket);
        }
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
        let mut departed = Departed::new(100);
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
        let mut departed = Departed::new(100);
        (1..=5_u64).for_each(|n| departed.note(n << 56, Reason::Evicted));
        let known = |departed: &mut Departed, n: u64| departed.take(n << 56).is_some();
        assert!(!known(&mut departed, 1), "the oldest has been pushed out");
        assert!((2..=5).all(|n| known(&mut departed, n)));
    }
}
