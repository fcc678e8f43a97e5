//! Why a key is not here, after its entry is gone.

/// Why an entry has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Expired,
    Evicted,
    Invalidated,
}

/// The most cells that a table has.
const MOST: usize = 1 << 14;

/// A direct-mapped table of hashes and reasons.
///
/// It is as large as the store may be, within limits, and allocated when the first entry leaves. A hash that
/// falls on the cell of another takes its place: what is asked for is a statistic.
#[derive(Debug)]
pub(crate) struct Departed {
    /// The upper 30 bits of a hash's tag, and a reason in the lowest two; 0 is empty.
    cells: Vec<u32>,
    size: usize,
}

impl Departed {
    /// A table for a store of so many entries.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            cells: Vec::new(),
            size: capacity.clamp(64, MOST).next_power_of_two(),
        }
    }

    /// Remembers why an entry has left.
    pub(crate) fn note(&mut self, hash: u64, reason: Reason) {
        if self.cells.is_empty() {
            self.cells = vec![0; self.size];
        }
        let index = self.index(hash);
        self.cells[index] = tag(hash)
            | match reason {
                Reason::Expired => 1,
                Reason::Evicted => 2,
                Reason::Invalidated => 3,
            };
    }

    /// Says why an entry has left, and forgets it.
    pub(crate) fn take(&mut self, hash: u64) -> Option<Reason> {
        let index = self.index(hash);
        let cell = self
            .cells
            .get_mut(index)
            .filter(|cell| **cell & !3 == tag(hash))?;
        match std::mem::take(cell) & 3 {
            1 => Some(Reason::Expired),
            2 => Some(Reason::Evicted),
            3 => Some(Reason::Invalidated),
            _ => None,
        }
    }

    fn index(&self, hash: u64) -> usize {
        (hash >> 8) as usize & (self.size - 1)
    }
}

/// The part of a hash that a cell keeps.
fn tag(hash: u64) -> u32 {
    u32::try_from(hash >> 32).unwrap_or_default() & !3
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
                departed.take(0xABCD_1000_1234_5678),
                None,
                "of another hash nothing is known"
            );
            assert_eq!(departed.take(0xABCD_0000_1234_5678), Some(reason));
            assert_eq!(departed.take(0xABCD_0000_1234_5678), None);
        }
    }
}
