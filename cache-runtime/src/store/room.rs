//! Room for slots, from the edge of a cache line on: what is half a line long never lies across two.
#![allow(
    unsafe_code,
    reason = "memory of an alignment that the slots do not ask for"
)]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error, realloc};
use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

const LINE: usize = 64;

/// What allocators give at any rate. More is not asked for: what they align themselves they move by copying it, and the
/// pages of large rooms need not be copied.
const GIVEN: usize = 16;

/// A place for a slot, which may be empty.
pub(super) type Place<T> = UnsafeCell<MaybeUninit<T>>;

/// Places one after another. What is in them is neither known nor dropped here.
#[repr(C)] // what a reader looks at comes first
pub(super) struct Room<T> {
    /// The first place in the memory that begins a line.
    first: NonNull<Place<T>>,
    /// What the allocator has given.
    memory: NonNull<u8>,
    length: usize,
}

// SAFETY: it owns its places, and lends them out as a slice would.
unsafe impl<T: Send> Send for Room<T> {}
// SAFETY: as above; an `UnsafeCell` is the business of who looks into it.
unsafe impl<T: Send + Sync> Sync for Room<T> {}

impl<T> Room<T> {
    /// No room.
    pub(super) const fn new() -> Self {
        Self {
            memory: NonNull::dangling(),
            first: NonNull::dangling(),
            length: 0,
        }
    }

    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// A place that there is.
    ///
    /// # Safety
    ///
    /// Its number is less than the length.
    #[inline]
    pub(super) unsafe fn place(&self, index: usize) -> &Place<T> {
        debug_assert!(index < self.length);
        // SAFETY: as the caller knows.
        unsafe { self.first.add(index).as_ref() }
    }

    /// A place that there is.
    pub(super) fn place_mut(&mut self, index: usize) -> &mut MaybeUninit<T> {
        assert!(index < self.length, "there is such a place");
        // SAFETY: there is, and it is lent out with this.
        unsafe { self.first.add(index).as_mut() }.get_mut()
    }

    /// Makes more room behind what there is.
    pub(super) fn extend(&mut self, length: usize) {
        if length <= self.length {
            return;
        }
        let layout = Self::layout(length);
        let memory = if self.length == 0 {
            // SAFETY: places are not without size.
            unsafe { alloc(layout) }
        } else {
            let old = Self::layout(self.length);
            // SAFETY: it was given for the old layout, of the same alignment.
            unsafe { realloc(self.memory.as_ptr(), old, layout.size()) }
        };
        let Some(memory) = NonNull::new(memory) else {
            handle_alloc_error(layout);
        };
        let first = memory.as_ptr().wrapping_add(memory.align_offset(LINE));
        if self.length > 0 {
            let before = self.first.addr().get() - self.memory.addr().get();
            let was = memory.as_ptr().wrapping_add(before);
            if was != first {
                // SAFETY: both are in the memory, with room for the places that there were.
                unsafe { was.copy_to(first, self.length * size_of::<T>()) };
            }
        }
        self.memory = memory;
        // SAFETY: it is in the memory.
        self.first = unsafe { NonNull::new_unchecked(first.cast()) };
        self.length = length;
    }

    /// The memory for so many places, wherever in a line it begins.
    fn layout(length: usize) -> Layout {
        const { assert!(size_of::<T>() > 0, "a slot has a size") };
        let align = align_of::<T>().max(GIVEN);
        let size = size_of::<T>().checked_mul(length);
        size.and_then(|size| size.checked_add(LINE.saturating_sub(align)))
            .and_then(|size| Layout::from_size_align(size, align).ok())
            .expect("fewer bytes than can be addressed")
    }
}

impl<T> Drop for Room<T> {
    fn drop(&mut self) {
        if self.length > 0 {
            // SAFETY: it was given for this layout.
            unsafe { dealloc(self.memory.as_ptr(), Self::layout(self.length)) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_stays_and_lies_in_one_line() {
        const LENGTHS: [usize; 7] = [1, 2, 7, 100, 5_000, 5_300, 100_000];
        let mut room = Room::<[u64; 4]>::new();
        for length in LENGTHS {
            room.extend(length);
            room.place_mut(length - 1).write([length as u64; 4]);
        }
        for length in LENGTHS {
            // SAFETY: it is there, and was written.
            let place = unsafe { (*room.place(length - 1).get()).assume_init_ref() };
            assert_eq!(*place, [length as u64; 4]);
            assert!(std::ptr::from_ref(place).addr() % LINE <= LINE / 2);
        }
    }
}
