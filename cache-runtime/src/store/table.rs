//! Slots by tag: an open table of slot numbers that a writer changes beside readers.
//!
//! A cell is a slot's number and, in the bits that the number leaves, a part of the tag: whoever looks for a tag hardly
//! ever follows a number in vain. Cells stand in pairs, which are read and written at once. What is looked for stays where
//! it is until the table is built anew, for which the writer has to be alone.
//!
//! A search goes on by one pair, then by two, by three and so on, and so comes to every pair of a power of two
//! (Knuth, "The Art of Computer Programming", volume 3, section 6.4, exercise 20). Tags of keys that follow one another
//! may lie side by side, since the hash is a quick one: a search from pair to pair would walk through all of them.
//!
//! Most searches end at the first pair, but at which of its cells no processor can foretell, and a wrong guess costs as
//! much as the rest of a hit: [`Table::likely`] takes the one that fits without a branch.
#![allow(
    unsafe_code,
    reason = "cells are looked at without asking whether they are there"
)]

use std::hint::select_unpredictable;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Release},
};

/// Tells a cell without a slot.
const NONE: u32 = 1 << 31;

/// Two cells in one word: the first, and in the upper half the second.
#[derive(Debug)]
struct Pair(AtomicU64);

/// Nothing is here, and nothing beyond.
const EMPTY: u32 = NONE;

/// Nothing is here any more, but there may be something beyond.
const GONE: u32 = NONE | 1;

/// The smallest table.
const FEWEST: usize = 16;

/// A table of so many cells is built anew rarely enough, however fast keys come and go.
const MANY: usize = 1 << 10;

/// See the [module](self). How many cells are used, that is, not empty, is for the writer to know: it would be written
/// where readers look.
#[derive(Debug)]
#[repr(C)] // what a reader looks at stands together
pub(super) struct Table {
    /// A power of two.
    pairs: Box<[Pair]>,
    /// The bits of a cell that are the slot's: there are as many cells.
    mask: u32,
    /// The bits of a tag that a cell keeps.
    print: u32,
    /// The bits of a tag that tell its first pair.
    first: u32,
}

/// Where a cell is.
#[derive(Clone, Copy, Debug)]
struct Place {
    pair: u32,
    half: usize,
}

impl Table {
    pub(super) fn new() -> Self {
        Self {
            pairs: Box::new([Pair::new()]),
            mask: 0,
            print: !NONE,
            first: 0,
        }
    }

    /// A table of these slots and tags, with room for so many and as many again.
    pub(super) fn with(slots: usize, all: impl Iterator<Item = (u32, u32)>) -> Self {
        let length = (2 * slots + 2).next_power_of_two().max(FEWEST);
        let mask = u32::try_from(length - 1).unwrap_or(u32::MAX) & !NONE;
        let table = Self {
            pairs: (0..length / 2).map(|_| Pair::new()).collect(),
            mask,
            print: !mask & !NONE,
            first: mask >> 1,
        };
        for (tag, slot) in all {
            table.insert(tag, slot);
        }
        table
    }

    /// A table for so many slots in the place of this one, of which so many cells are used.
    pub(super) fn anew(
        &self,
        slots: usize,
        used: usize,
        all: impl Iterator<Item = (u32, u32)>,
    ) -> Self {
        let length = self.length();
        let come_and_go = used > 2 * slots && length < MANY;
        Self::with(if come_and_go { length / 2 } else { slots }, all)
    }

    /// How many cells there are.
    fn length(&self) -> usize {
        2 * self.pairs.len()
    }

    /// Finds a slot of a tag, or of one that looks like it. Each of them is looked at once.
    pub(super) fn find(&self, tag: u32, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        self.search(tag, |slot| is_it(slot).then_some(slot))
    }

    /// The slot that most searches end at.
    #[inline]
    pub(super) fn likely(&self, tag: u32) -> Option<u32> {
        let print = self.print(tag);
        let [first, second] = self.pair(self.first(tag)).cells().map(|cell| cell ^ print);
        let slot = select_unpredictable(first <= self.mask, first, second);
        (slot <= self.mask).then_some(slot)
    }

    /// Shows the slots of a tag, and those of tags that look like it, until something comes of one. Each of them is shown
    /// once.
    #[inline]
    pub(super) fn search<T>(&self, tag: u32, mut show: impl FnMut(u32) -> Option<T>) -> Option<T> {
        let (mut at, mut step, print) = (self.first(tag), 0, self.print(tag));
        loop {
            for cell in self.pair(at).cells() {
                let slot = cell ^ print;
                if slot <= self.mask
                    && let Some(found) = show(slot)
                {
                    return Some(found);
                }
                if cell == EMPTY {
                    return None;
                }
            }
            step += 1;
            at = self.after(at, step);
        }
    }

    /// As [`search`](Self::search), by itself: what it keeps in registers is not saved where it is not called.
    #[inline(never)]
    pub(super) fn search_apart<T>(
        &self,
        tag: u32,
        show: impl FnMut(u32) -> Option<T>,
    ) -> Option<T> {
        self.search(tag, show)
    }

    /// Every slot that is named.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> {
        let cells = self.pairs.iter().flat_map(Pair::cells);
        let named = cells.filter(|cell| cell & NONE == 0);
        named.map(|cell| cell & self.mask)
    }

    /// Tells whether a slot of this number can be inserted where so many cells are used.
    pub(super) fn has_room(&self, slot: u32, used: usize) -> bool {
        used < self.length() / 8 * 7 && slot <= self.mask
    }

    /// Names a slot that is not named yet; answers whether a further cell is used.
    ///
    /// - There is room for it.
    pub(super) fn insert(&self, tag: u32, slot: u32) -> bool {
        assert!(slot <= self.mask, "a cell has room for the number");
        let (free, was) = self.cell(tag, |cell| cell & NONE != 0);
        self.set(free, self.print(tag) ^ slot);
        was == EMPTY
    }

    /// Names a slot no more. Its cell stays in use until another slot is named there.
    pub(super) fn remove(&self, tag: u32, slot: u32) {
        let named = self.print(tag) ^ slot;
        self.set(self.cell(tag, |cell| cell == named).0, GONE);
    }

    /// Takes all cells out of use. No slot is named.
    pub(super) fn reset(&self) {
        debug_assert!(self.slots().next().is_none());
        for pair in &self.pairs {
            pair.0.store(Pair::UNUSED, Release);
        }
    }

    /// The first cell on the way of a tag that is such a one, and what it holds. There is one.
    fn cell(&self, tag: u32, is_it: impl Fn(u32) -> bool) -> (Place, u32) {
        let (mut at, mut step) = (self.first(tag), 0);
        loop {
            for (half, holds) in self.pair(at).cells().into_iter().enumerate() {
                if is_it(holds) {
                    return (Place { pair: at, half }, holds);
                }
            }
            step += 1;
            at = self.after(at, step);
        }
    }

    /// Writes a cell, as the only writer.
    fn set(&self, place: Place, cell: u32) {
        let pair = self.pair(place.pair);
        let mut cells = pair.cells();
        cells[place.half] = cell;
        pair.0.store(Pair::of(cells), Release);
    }

    #[inline]
    fn pair(&self, at: u32) -> &Pair {
        // SAFETY: numbers of pairs are masked, and there are as many as the mask has.
        unsafe { self.pairs.get_unchecked(at as usize) }
    }

    /// The first pair on the way of a tag.
    #[inline]
    fn first(&self, tag: u32) -> u32 {
        tag & self.first
    }

    /// The pair after that one, so many steps from the first.
    #[inline]
    fn after(&self, at: u32, step: u32) -> u32 {
        (at + step) & self.first
    }

    /// The part of a tag that a cell keeps: what its place does not tell.
    #[inline]
    fn print(&self, tag: u32) -> u32 {
        tag & self.print
    }
}

impl Pair {
    const UNUSED: u64 = Self::of([EMPTY; 2]);

    const fn new() -> Self {
        Self(AtomicU64::new(Self::UNUSED))
    }

    const fn of([first, second]: [u32; 2]) -> u64 {
        first as u64 | (second as u64) << 32
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a half at a time")]
    fn cells(&self) -> [u32; 2] {
        let both = self.0.load(Acquire);
        [both as u32, (both >> 32) as u32]
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

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
        assert!(!find(&table, 7, 0) && !table.has_room(0, 0));
        let mut used = 0;
        let mut named = std::collections::BTreeSet::new();
        let mut state = 7_u32;
        for _ in 0..20_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let slot = state >> 22;
            if named.remove(&slot) {
                table.remove(tag(slot), slot);
            } else {
                if !table.has_room(slot, used) {
                    let most = named
                        .iter()
                        .max()
                        .map_or(slot, |&most: &u32| most.max(slot));
                    let all = named.iter().map(|&slot| (tag(slot), slot));
                    table = Table::with(named.len().max(most as usize), all);
                    used = named.len();
                }
                used += usize::from(table.insert(tag(slot), slot));
                named.insert(slot);
            }
            assert!(!find(&table, tag(slot), slot) || named.contains(&slot));
        }
        for slot in 0..1 << 10 {
            assert_eq!(find(&table, tag(slot), slot), named.contains(&slot));
        }
        for &slot in &named {
            table.remove(tag(slot), slot);
        }
        table.reset();
        assert!((0..1 << 10).all(|slot| !find(&table, tag(slot), slot)));
        assert!(table.pairs.iter().all(|pair| pair.cells() == [EMPTY; 2]));
    }

    #[test]
    fn where_keys_come_and_go_it_is_hardly_ever_built_anew() {
        let (mut table, mut used, mut built) = (Table::with(1, [(7, 0)].into_iter()), 1, 0);
        for n in 0..100_000_u32 {
            if !table.has_room(1, used) {
                table = table.anew(1, used, [(7, 0)].into_iter());
                (used, built) = (1, built + 1);
            }
            let tag = n.wrapping_mul(0x9E37_79B9) >> 7;
            used += usize::from(table.insert(tag, 1));
            table.remove(tag, 1);
        }
        assert!(built < 200 && find(&table, 7, 0), "{built}");
    }

    /// Tags as a quick hash may make them of numbers that follow one another.
    #[test]
    fn tags_that_lie_side_by_side_are_not_in_each_others_way() {
        let tags = (0..3_200_u32).map(|n| n / 3);
        let table = Table::with(2_000, tags.clone().zip(0..));
        let looked_at = |tag| {
            let count = Cell::new(0);
            table.cell(tag, |holds| {
                count.set(count.get() + 1);
                holds == EMPTY
            });
            count.get()
        };
        // A pair is read at once.
        let most = tags.map(looked_at).max().map(|cells| cells / 2);
        assert!(most < Some(100), "from pair to pair it would be 1 600");
    }
}
