//! A value that may be missing, without a word to say so: the time until which it is good says it too.
#![allow(
    unsafe_code,
    reason = "a value is there if and only if its time is not zero"
)]

use std::cell::UnsafeCell;
use std::fmt;
use std::mem::MaybeUninit;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Release},
};

/// A value and its time, or nothing.
pub(super) struct Held<V> {
    value: UnsafeCell<MaybeUninit<V>>,
    /// Zero: there is no value.
    time: AtomicU64,
}

impl<V> Held<V> {
    pub(super) const fn nothing() -> Self {
        Self {
            value: UnsafeCell::new(MaybeUninit::uninit()),
            time: AtomicU64::new(0),
        }
    }

    /// The time, zero if there is no value.
    pub(super) fn time(&self) -> u64 {
        self.time.load(Acquire)
    }

    /// The value and its time.
    #[inline]
    pub(super) fn get(&self) -> Option<(&V, u64)> {
        let time = self.time.load(Acquire);
        // SAFETY: the time is not zero only while there is a value, which nobody writes then.
        (time != 0).then(|| (unsafe { (*self.value.get()).assume_init_ref() }, time))
    }

    pub(super) fn is_there(&self) -> bool {
        self.time() != 0
    }

    /// Puts a value where there is none, beside readers.
    ///
    /// # Safety
    ///
    /// Nobody else fills it.
    pub(super) unsafe fn fill(&self, value: V, time: u64) {
        assert!(!self.is_there() && time != 0, "an empty place, and a time");
        // SAFETY: readers look at it only once the time is there, and nobody else fills it.
        unsafe { (*self.value.get()).write(value) };
        self.time.store(time, Release);
    }

    /// Takes the value out.
    pub(super) fn take(&mut self) -> Option<V> {
        let there = std::mem::take(self.time.get_mut()) != 0;
        // SAFETY: there was a value, and now that the time is zero nobody takes it again.
        there.then(|| unsafe { self.value.get_mut().assume_init_read() })
    }
}

impl<V> Drop for Held<V> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

impl<V> fmt::Debug for Held<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Held until {}", self.time())
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    #[test]
    fn a_value_is_dropped_once() {
        let value = Rc::new(());
        let mut held = Held::nothing();
        assert!(held.get().is_none() && held.take().is_none());
        // SAFETY: nobody else is here.
        unsafe { held.fill(Rc::clone(&value), 5) };
        assert_eq!(held.get(), Some((&value, 5)));
        assert_eq!(Rc::strong_count(&value), 2);
        drop(held.take());
        assert_eq!(Rc::strong_count(&value), 1);
        // SAFETY: nobody else is here.
        unsafe { held.fill(Rc::clone(&value), 7) };
        drop(held);
        assert_eq!(Rc::strong_count(&value), 1);
        assert_eq!(size_of::<Held<u64>>(), 16);
    }
}
