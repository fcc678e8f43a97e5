//! Slots by number: a number stays what it is.
#![allow(
    unsafe_code,
    reason = "a hit need not ask again whether a slot is full that the table names"
)]

/// Slots by number.
#[derive(Debug)]
pub(super) struct Slab<T> {
    slots: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Slab<T> {
    pub(super) const fn new() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
        }
    }

    pub(super) fn get(&self, index: u32) -> Option<&T> {
        self.slots.get(index as usize)?.as_ref()
    }

    /// A slot that is known to be full.
    ///
    /// # Safety
    ///
    /// The slot is full.
    #[inline]
    pub(super) unsafe fn full(&self, index: u32) -> &T {
        debug_assert!(self.get(index).is_some());
        // SAFETY: it is there, and full, as the caller knows.
        unsafe {
            let slot = self.slots.get_unchecked(index as usize);
            slot.as_ref().unwrap_unchecked()
        }
    }

    pub(super) fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        self.slots.get_mut(index as usize)?.as_mut()
    }

    /// Fills a slot, and answers its number.
    pub(super) fn add(&mut self, value: T) -> u32 {
        if let Some(index) = self.free.pop() {
            self.slots[index as usize] = Some(value);
            return index;
        }
        grow(&mut self.slots);
        self.slots.push(Some(value));
        u32::try_from(self.slots.len() - 1).expect("fewer than 2^32 entries in a shard")
    }

    /// Empties a slot. The last one to be emptied gives all memory back.
    pub(super) fn remove(&mut self, index: u32) -> Option<T> {
        let value = self.slots.get_mut(index as usize)?.take()?;
        self.free.push(index);
        if self.free.len() == self.slots.len() {
            *self = Self::new();
        }
        Some(value)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// How many slots there are, full or not.
    pub(super) fn length(&self) -> usize {
        self.slots.len()
    }

    /// Takes everything out.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = T> + use<T> {
        let all = std::mem::replace(self, Self::new());
        all.slots.into_iter().flatten()
    }
}

/// Makes room for one more: twice as much while it is small, and a sixteenth more at a time once it is large, when what
/// stands empty counts, and allocators move pages, not bytes.
pub(super) fn grow<T>(all: &mut Vec<T>) {
    if all.len() == all.capacity() {
        let more = match all.len() {
            0 => 4,
            few @ 1..1024 => few,
            many => many / 16,
        };
        all.reserve_exact(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_what_they_are_and_are_used_again() {
        let mut slab = Slab::new();
        let numbers: Vec<u32> = (0..2_000).map(|n| slab.add(n)).collect();
        assert_eq!(numbers, (0..2_000).collect::<Vec<u32>>());
        assert!(numbers.iter().all(|&n| slab.get(n) == Some(&n)));
        let removed = (slab.remove(700), slab.remove(700), slab.get(700));
        assert_eq!(removed, (Some(700), None, None));
        assert_eq!((slab.add(5), slab.get(700)), (700, Some(&5)));
        assert_eq!((slab.length(), slab.get(5_000)), (2_000, None));
        for &number in &numbers {
            assert!(slab.remove(number).is_some());
        }
        assert!(slab.is_empty());
        assert_eq!(slab.add(1), 0);
        assert_eq!(slab.drain().collect::<Vec<_>>(), [1]);
        assert!(slab.is_empty());
    }

    #[test]
    fn what_is_large_stands_hardly_empty() {
        let mut all = Vec::new();
        for n in 0..100_000 {
            grow(&mut all);
            all.push(n);
            assert!(all.len() < 2_000 || all.capacity() * 16 <= all.len() * 17 + 16);
        }
    }
}
