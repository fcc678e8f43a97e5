//! What each thread has to itself: a cell in which it says what it reads, and what a hit needs at hand.
//!
//! Cells are never freed. A thread that ends leaves its cell to the next one that begins.
#![allow(unsafe_code, reason = "the list of cells is followed through pointers")]

use std::cell::Cell;
use std::iter;
use std::ptr;

use foldhash::fast::RandomState;

use crate::key;
use crate::stats::{Place, place};
use crate::sync::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering, of_each_thread};

/// One thread's own cell. It fills its cache lines, so that no other thread writes near it.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct ThreadCell {
    /// The address of the lock that the thread reads under without holding it; zero: none.
    pub(crate) reading: AtomicUsize,
    /// What keys are hashed by, as in all other cells.
    pub(crate) hasher: RandomState,
    /// The tick of the clock that the thread has looked at last.
    pub(crate) tick: AtomicU64,
    /// Tells the cell from all others; small numbers first.
    pub(crate) number: usize,
    /// Where the thread finds its counters.
    pub(crate) place: Place,
    taken: AtomicBool,
    next: AtomicPtr<ThreadCell>,
}

impl ThreadCell {
    pub(crate) fn new(number: usize) -> Self {
        Self {
            reading: AtomicUsize::new(0),
            hasher: key::hasher(),
            tick: AtomicU64::new(0),
            number,
            place: place(number),
            taken: AtomicBool::new(true),
            next: AtomicPtr::new(ptr::null_mut()),
        }
    }
}

#[cfg(not(cache_model))]
mod list {
    use super::{AtomicPtr, Cell, Detour, Ordering, ThreadCell, iter, place, ptr};

    /// The cell that was made last.
    static LAST: AtomicPtr<ThreadCell> = AtomicPtr::new(ptr::null_mut());

    fn after(pointer: *mut ThreadCell) -> Option<&'static ThreadCell> {
        // SAFETY: pointers in the list come from `Box::leak`, and a cell is never freed.
        unsafe { pointer.as_ref() }
    }

    /// Every cell there is, whether a thread has it or not.
    pub(crate) fn cells() -> impl Iterator<Item = &'static ThreadCell> {
        let first = after(LAST.load(Ordering::Acquire));
        iter::successors(first, |cell| after(cell.next.load(Ordering::Acquire)))
    }

    /// A cell for this thread.
    fn take() -> &'static ThreadCell {
        let free = |cell: &&ThreadCell| !cell.taken.swap(true, Ordering::Acquire);
        if let Some(cell) = cells().find(free) {
            return cell;
        }
        let mut cell = Box::new(ThreadCell::new(0));
        loop {
            let last = LAST.load(Ordering::Acquire);
            cell.number = after(last).map_or(0, |last| last.number + 1);
            cell.place = place(cell.number);
            cell.next.store(last, Ordering::Relaxed);
            let made = Box::into_raw(cell);
            let pushed = LAST.compare_exchange(last, made, Ordering::AcqRel, Ordering::Acquire);
            if pushed.is_ok() {
                // SAFETY: it was made above, and is never freed from now on.
                return unsafe { &*made };
            }
            // SAFETY: it was made above, and nobody else has seen it.
            cell = unsafe { Box::from_raw(made) };
        }
    }

    /// Leaves the cell to others when the thread ends.
    struct Lease(&'static ThreadCell);

    impl Drop for Lease {
        fn drop(&mut self) {
            let _ = CELL.try_with(|cell| cell.set(None));
            let _ = QUICK.try_with(|cell| cell.set(None));
            self.0.taken.store(false, Ordering::Release);
        }
    }

    thread_local! {
        static CELL: Cell<Option<&'static ThreadCell>> = const { Cell::new(None) };
        /// The same, as long as there is no reason for a detour.
        static QUICK: Cell<Option<&'static ThreadCell>> = const { Cell::new(None) };
        static LEASE: Lease = {
            let cell = take();
            CELL.set(Some(cell));
            if !Detour::any() {
                QUICK.set(Some(cell));
            }
            Lease(cell)
        };
    }

    /// The cell of this thread; none at the very end of a thread.
    #[inline]
    pub(crate) fn cell() -> Option<&'static ThreadCell> {
        CELL.get().or_else(first)
    }

    /// The cell of this thread, if it has asked for it and there is no reason for a detour.
    #[inline]
    pub(crate) fn quick_cell() -> Option<&'static ThreadCell> {
        QUICK.get()
    }

    /// Takes note whether there is a reason for a detour.
    pub(super) fn detour(there_is: bool) {
        let cell = if there_is { None } else { CELL.get() };
        QUICK.set(cell);
    }

    #[cold]
    #[inline(never)]
    fn first() -> Option<&'static ThreadCell> {
        LEASE.try_with(|lease| lease.0).ok()
    }
}

/// The model checker's threads share no statics: it is given cells where it is to check them.
#[cfg(cache_model)]
mod list {
    use super::{ThreadCell, iter};

    pub(crate) fn cells() -> impl Iterator<Item = &'static ThreadCell> {
        iter::empty()
    }

    pub(crate) fn cell() -> Option<&'static ThreadCell> {
        None
    }

    pub(crate) fn quick_cell() -> Option<&'static ThreadCell> {
        None
    }

    pub(super) fn detour(_there_is: bool) {}
}

pub(crate) use list::{cell, cells, quick_cell};

/// A reason for which a call of this thread takes a closer look than a hit needs.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum Detour {
    /// It is part of a computation, which may record it.
    Inside = 1,
    /// A test has switched the caches off.
    #[cfg(feature = "testing")]
    Disabled = 2,
    /// A test has caches of its own.
    #[cfg(feature = "testing")]
    Isolated = 4,
}

of_each_thread! {
    /// The reasons that there are, one bit each.
    static DETOURS: Cell<u8> = Cell::new(0);
}

impl Detour {
    /// Takes note whether there is this reason.
    pub(crate) fn set(self, there_is: bool) {
        let bit = self as u8;
        let set = |others: u8| {
            if there_is {
                others | bit
            } else {
                others & !bit
            }
        };
        // At the very end of a thread nothing is simple anyway.
        let _ = DETOURS.try_with(|detours| {
            detours.set(set(detours.get()));
            list::detour(detours.get() != 0);
        });
    }

    /// Tells whether there is this reason.
    pub(crate) fn is_there(self) -> bool {
        DETOURS.try_with(Cell::get).unwrap_or(u8::MAX) & self as u8 != 0
    }

    /// Tells whether there is any reason.
    #[cfg(not(cache_model))]
    fn any() -> bool {
        DETOURS.try_with(Cell::get).unwrap_or(u8::MAX) != 0
    }
}

#[cfg(all(test, not(cache_model)))]
mod tests {
    use std::collections::HashSet;
    use std::thread;

    use super::*;

    #[test]
    fn threads_have_cells_of_their_own_and_leave_them_to_others() {
        let numbers = |count: usize| -> HashSet<usize> {
            let barrier = std::sync::Barrier::new(count);
            thread::scope(|scope| {
                let number = || {
                    barrier.wait();
                    let number = cell().expect("a thread that runs has one").number;
                    assert_eq!(number, cell().unwrap().number);
                    barrier.wait();
                    number
                };
                let threads: Vec<_> = (0..count).map(|_| scope.spawn(number)).collect();
                threads
                    .into_iter()
                    .map(|thread| thread.join().unwrap())
                    .collect()
            })
        };
        assert_eq!(numbers(8).len(), 8);
        for _ in 0..50 {
            assert_eq!(numbers(4).len(), 4);
        }
        // Other tests have threads too.
        assert!(cells().count() < 150, "{} cells", cells().count());
    }
}
