//! Slots by tag: an open table of slot numbers that a writer changes beside readers.
//!
//! A cell is a slot's number and, in the bits that the number leaves, a part of the tag: whoever looks for a tag hardly
//! ever follows a number in vain. A cell is written at once, and what is looked for stays where it is until the table
//! is built anew, for which the writer has to be alone.
#![allow(
    unsafe_code,
    reason = "cells are looked at without asking whether they are there"
)]

use std::sync::atomic::{
    AtomicU32,
    Ordering::{Acquire, Relaxed, Release},
};

/// Tells a cell without a slot.
const NONE: u32 = 1 << 31;

/// Nothing is here, and nothing beyond.
const EMPTY: u32 = NONE;

/// Nothing is here any more, but there may be something beyond.
const GONE: u32 = NONE | 1;

/// The smallest table.
const FEWEST: usize = 8;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Table {
    /// A power of two.
    cells: Box<[AtomicU32]>,
    /// The bits of a tag that tell its first cell, which are also the bits of a cell that are the slot's.
    mask: u32,
    /// The bits of a tag that a cell keeps.
    print: u32,
    /// How many cells are not empty. The writer's own.
    used: AtomicU32,
}

impl Table {
    pub(super) fn new() -> Self {
        Self {
            cells: Box::new([AtomicU32::new(EMPTY)]),
            mask: 0,
            print: !NONE,
            used: AtomicU32::new(0),
        }
    }

    /// A table of these slots and tags, with room for so many and as many again.
    pub(super) fn with(slots: usize, all: impl Iterator<Item = (u32, u32)>) -> Self {
        let length = (2 * slots + 2).next_power_of_two().max(FEWEST);
        let mask = u32::try_from(length - 1).unwrap_or(u32::MAX) & !NONE;
        let table = Self {
            cells: (0..length).map(|_| AtomicU32::new(EMPTY)).collect(),
            mask,
            print: !mask & !NONE,
            used: AtomicU32::new(0),
        };
        for (tag, slot) in all {
            table.insert(tag, slot);
        }
        table
    }

    /// Finds a slot of a tag, or of one that looks like it.
    #[inline]
    pub(super) fn find(&self, tag: u32, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        let (cells, mask) = (&*self.cells, self.mask);
        let (mut at, print) = (tag & mask, self.print(tag));
        loop {
            // SAFETY: there are as many cells as the mask has numbers.
            let cell = unsafe { cells.get_unchecked(at as usize) }.load(Acquire);
            let slot = cell ^ print;
            if slot <= mask && is_it(slot) {
                return Some(slot);
            }
            if cell == EMPTY {
                return None;
            }
            at = (at + 1) & mask;
        }
    }

    /// Every slot that is named.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> {
        let named = self
            .cells
            .iter()
            .map(|cell| cell.load(Relaxed))
            .filter(|cell| cell & NONE == 0);
        named.map(|cell| cell & self.mask)
    }

    /// Tells whether a slot of this number can be inserted.
    pub(super) fn has_room(&self, slot: u32) -> bool {
        let used = self.used.load(Relaxed) as usize;
        used < self.cells.len() / 4 * 3 && slot <= self.mask
    }

    /// Names a slot that is not named yet.
    ///
    /// - There is room for it.
    pub(super) fn insert(&self, tag: u32, slot: u32) {
        assert!(slot <= self.mask, "a cell has room for the number");
        let mut at = self.first(tag);
        while self.cells[at].load(Relaxed) & NONE == 0 {
            at = self.after(at);
        }
        let fresh = u32::from(self.cells[at].load(Relaxed) == EMPTY);
        self.cells[at].store(self.print(tag) ^ slot, Release);
        self.used.store(self.used.load(Relaxed) + fresh, Relaxed);
    }

    /// Names a slot no more.
    pub(super) fn remove(&self, tag: u32, slot: u32) {
        let (cells, named) = (&self.cells, self.print(tag) ^ slot);
        let mut at = self.first(tag);
        while cells[at].load(Relaxed) != named {
            at = self.after(at);
        }
        cells[at].store(GONE, Release);
        // Nobody has to pass by here to what is beyond, if there is nothing.
        if cells[self.after(at)].load(Relaxed) != EMPTY {
            return;
        }
        while cells[at].load(Relaxed) == GONE {
            cells[at].store(EMPTY, Release);
            self.used.store(self.used.load(Relaxed) - 1, Relaxed);
            at = at.wrapping_sub(1) & (cells.len() - 1);
        }
    }

    /// The cell where a tag is looked for first.
    #[inline]
    fn first(&self, tag: u32) -> usize {
        (tag & self.mask) as usize
    }

    #[inline]
    fn after(&self, at: usize) -> usize {
        (at + 1) & self.mask as usize
    }

    /// The part of a tag that a cell keeps: what its place does not tell.
    #[inline]
    fn print(&self, tag: u32) -> u32 {
        tag & self.print
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(table: &Table, tag: u32, slot: u32) -> bool {
        let is_it = |found| {
            assert!(found < 1 << 10, "no such slot was ever named");
            found == slot
        };
        table.find(tag, is_it).is_some()
    }

    #[test]
    fn what_is_named_is_found_whatever_else_comes_and_goes() {
        let tag = |slot: u32| slot.wrapping_mul(0x0101_4567) >> (slot & 31);
        let mut table = Table::new();
        assert!(!find(&table, 7, 0) && !table.has_room(0));
        let mut named = std::collections::BTreeSet::new();
        let mut state = 7_u32;
        for _ in 0..20_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let slot = state >> 22;
            if named.remove(&slot) {
                table.remove(tag(slot), slot);
            } else {
                if !table.has_room(slot) {
                    let most = named
                        .iter()
                        .max()
                        .map_or(slot, |&most: &u32| most.max(slot));
                    let all = named.iter().map(|&slot| (tag(slot), slot));
                    table = Table::with(named.len().max(most as usize), all);
                }
                table.insert(tag(slot), slot);
                named.insert(slot);
            }
            assert!(!find(&table, tag(slot), slot) || named.contains(&slot));
        }
        for slot in 0..1 << 10 {
            assert_eq!(find(&table, tag(slot), slot), named.contains(&slot));
        }
        for slot in named {
            table.remove(tag(slot), slot);
        }
        assert!(table.used.load(Relaxed) < 1 << 10);
    }
}
