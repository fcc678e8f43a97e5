//! A value that may be missing, in one word beside it: until when it is good, and how often it was hit lately.
#![allow(
    unsafe_code,
    reason = "a value is there if and only if its time is not zero"
)]

use std::cell::UnsafeCell;
use std::fmt;
use std::mem::MaybeUninit;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

use crate::clock::{Moment, Until};

/// The bits of the word that count hits; the others are the time.
const HEAT: u64 = (1 << Until::SHIFT) - 1;

/// So many hits are counted. More would keep what was popular once for longer than it is worth.
const MOST: u64 = 2;

/// A value and its time, or nothing, and how often it was hit lately.
///
/// A hit costs a load, and a store as long as it counts: no read-modify-write. A hit that is lost to another is no
/// loss. Only the writer changes the time, and no value is there meanwhile that readers could count a hit of.
pub(super) struct Held<V> {
    value: UnsafeCell<MaybeUninit<V>>,
    /// The time, zero if there is no value, and the hits.
    word: AtomicU64,
}

impl<V> Held<V> {
    pub(super) const fn nothing() -> Self {
        Self {
            value: UnsafeCell::new(MaybeUninit::uninit()),
            word: AtomicU64::new(0),
        }
    }

    /// The time, zero if there is no value.
    pub(super) fn time(&self) -> u64 {
        self.word.load(Acquire) >> Until::SHIFT
    }

    /// The value and its time.
    pub(super) fn get(&self) -> Option<(&V, u64)> {
        let time = self.time();
        // SAFETY: the time is not zero only while there is a value, which nobody writes then.
        (time != 0).then(|| (unsafe { (*self.value.get()).assume_init_ref() }, time))
    }

    /// The value and its time, if it is good past that moment; the hit is counted.
    #[inline]
    pub(super) fn hit(&self, past: Until) -> Option<(&V, u64)> {
        let word = self.word.load(Acquire);
        if word <= past.bits() {
            return None;
        }
        self.count(word);
        // SAFETY: an `Until` is at least the bits that count hits, so the time is not zero; which it is only while there
        // is a value, which nobody writes then.
        let value = unsafe { (*self.value.get()).assume_init_ref() };
        Some((value, word >> Until::SHIFT))
    }

    /// Counts a hit of the value that is there.
    pub(super) fn touch(&self) {
        self.count(self.word.load(Relaxed));
    }

    #[inline]
    fn count(&self, word: u64) {
        if word & MOST == 0 {
            self.word.store(word + 1, Relaxed);
        }
    }

    /// How often it was hit lately.
    pub(super) fn heat(&self) -> u8 {
        (self.word.load(Relaxed) & HEAT) as u8
    }

    /// Takes one hit back.
    pub(super) fn cool(&self) {
        let word = self.word.load(Relaxed);
        self.word.store(word - u64::from(word & HEAT != 0), Relaxed);
    }

    /// Forgets the hits.
    pub(super) fn reset(&self) {
        self.word.store(self.word.load(Relaxed) & !HEAT, Relaxed);
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
        let word = time.min(Moment::LAST.0) << Until::SHIFT;
        self.word.store(word | self.word.load(Relaxed), Release);
    }

    /// Takes the value out, and leaves the hits for the next one.
    pub(super) fn take(&mut self) -> Option<V> {
        let word = self.word.get_mut();
        let there = *word > HEAT;
        *word &= HEAT;
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
        assert!(held.hit(Until::at(5)).is_none());
        assert_eq!(held.hit(Until::at(4)), Some((&value, 5)));
        assert_eq!(Rc::strong_count(&value), 2);
        drop(held.take());
        assert_eq!(Rc::strong_count(&value), 1);
        // SAFETY: nobody else is here.
        unsafe { held.fill(Rc::clone(&value), 7) };
        drop(held);
        assert_eq!(Rc::strong_count(&value), 1);
        assert_eq!(size_of::<Held<u64>>(), 16);
    }

    #[test]
    fn hits_are_counted_and_taken_back() {
        let held = Held::nothing();
        // SAFETY: nobody else is here.
        unsafe { held.fill(7, u64::MAX) };
        let heats = [1, 2, 2].map(|_| {
            held.hit(Until::at(0));
            held.heat()
        });
        assert_eq!(heats, [1, 2, 2]);
        let heats = [(); 3].map(|()| {
            held.cool();
            held.heat()
        });
        assert_eq!(heats, [1, 0, 0]);
        held.touch();
        held.reset();
        assert_eq!((held.heat(), held.get()), (0, Some((&7, Moment::LAST.0))));
    }
}
