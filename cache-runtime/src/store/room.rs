//! Room for slots, from the edge of a cache line on: what is half a line long never lies across two.
#![allow(
    unsafe_code,
    reason = "memory of an alignment that the slots do not ask for"
)]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

const LINE: usize = 64;

/// A place for a slot, which may be empty.
pub(super) type Place<T> = UnsafeCell<MaybeUninit<T>>;

/// Places one after another. What is in them is neither known nor dropped here.
pub(super) struct Room<T> {
    first: NonNull<Place<T>>,
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
        let more = Self::of(length);
        // SAFETY: both are places of the same kind, as many as there are here, and not the same ones.
        unsafe { ptr::copy_nonoverlapping(self.first.as_ptr(), more.first.as_ptr(), self.length) };
        *self = more;
    }

    /// Empty places; at least one.
    fn of(length: usize) -> Self {
        let layout = Self::layout(length);
        // SAFETY: places are not without size, for a slot has a word at least.
        let memory = unsafe { alloc(layout) };
        let Some(first) = NonNull::new(memory.cast()) else {
            handle_alloc_error(layout);
        };
        Self { first, length }
    }

    fn layout(length: usize) -> Layout {
        const { assert!(size_of::<T>() > 0, "a slot has a size") };
        Layout::array::<Place<T>>(length)
            .and_then(|layout| layout.align_to(LINE))
            .expect("fewer bytes than can be addressed")
    }
}

impl<T> Drop for Room<T> {
    fn drop(&mut self) {
        if self.length > 0 {
            // SAFETY: it was allocated with this layout.
            unsafe { dealloc(self.first.as_ptr().cast(), Self::layout(self.length)) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_stays_and_lies_in_one_line() {
        let mut room = Room::<[u64; 4]>::new();
        for length in [1, 2, 7, 100] {
            room.extend(length);
            room.place_mut(length - 1).write([length as u64; 4]);
        }
        for length in [1, 2, 7, 100] {
            // SAFETY: it is there, and was written.
            let place = unsafe { (*room.place(length - 1).get()).assume_init_ref() };
            assert_eq!(*place, [length as u64; 4]);
            assert!(ptr::from_ref(place).addr() % LINE <= LINE / 2);
        }
    }
}
