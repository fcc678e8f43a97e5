//! A value that may be missing, without a word to say so: the time until which it is good says it too.
#![allow(
    unsafe_code,
    reason = "a value is there if and only if its time is not zero"
)]

use std::fmt;
use std::mem::MaybeUninit;

/// A value and its time, or nothing.
pub(super) struct Held<V> {
    value: MaybeUninit<V>,
    /// Zero: there is no value.
    time: u64,
}

impl<V> Held<V> {
    pub(super) const fn nothing() -> Self {
        Self {
            value: MaybeUninit::uninit(),
            time: 0,
        }
    }

    /// The time, zero if there is no value.
    #[inline]
    pub(super) fn time(&self) -> u64 {
        self.time
    }

    #[inline]
    pub(super) fn get(&self) -> Option<&V> {
        // SAFETY: the time is not zero only while there is a value.
        (self.time != 0).then(|| unsafe { self.value.assume_init_ref() })
    }

    pub(super) fn is_there(&self) -> bool {
        self.time != 0
    }

    /// Puts a value where there is none.
    pub(super) fn fill(&mut self, value: V, time: u64) {
        assert!(self.time == 0 && time != 0, "an empty place, and a time");
        self.value.write(value);
        self.time = time;
    }

    /// Takes the value out.
    pub(super) fn take(&mut self) -> Option<V> {
        let there = std::mem::take(&mut self.time) != 0;
        // SAFETY: there was a value, and now that the time is zero nobody takes it again.
        there.then(|| unsafe { self.value.assume_init_read() })
    }
}

impl<V> Drop for Held<V> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

impl<V> fmt::Debug for Held<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Held until {}", self.time)
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
        held.fill(Rc::clone(&value), 5);
        assert_eq!((held.get(), held.time()), (Some(&value), 5));
        assert_eq!(Rc::strong_count(&value), 2);
        drop(held.take());
        assert_eq!(Rc::strong_count(&value), 1);
        held.fill(Rc::clone(&value), 7);
        drop(held);
        assert_eq!(Rc::strong_count(&value), 1);
        assert_eq!(size_of::<Held<u64>>(), 16);
    }
}
