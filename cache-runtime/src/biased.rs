//! A reader-writer lock that is biased to readers: as long as nobody writes, reading costs a store and a load of
//! the thread's own, and no read-modify-write.
//!
//! A reader says in its thread's cell what it reads, and then looks whether the bias still holds. A writer takes the
//! bias away, makes every running thread pass a memory barrier (`membarrier(2)`), and waits until no cell names the
//! lock any more. Until the bias comes back, after some reads, everybody uses an ordinary lock. This is BRAVO (Dice
//! and Kogan, "BRAVO: Biased Locking for Reader-Writer Locks", USENIX ATC 2019), with a cell per thread in the
//! place of a table of readers, and the barrier on the writer's side only (as in Dice et al., "Asymmetric Dekker
//! Synchronization", 2001).
//!
//! Where the system has no such barrier the bias is never given, and it is an ordinary lock.
#![allow(
    unsafe_code,
    reason = "what the lock guards is in a cell that the compiler cannot see is guarded"
)]

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::sync::{AtomicBool, AtomicU32, Ordering, ReadGuard, RwLock, WriteGuard, spin};
use crate::threads::{self, ThreadCell};

/// After a write, so many reads take the ordinary lock before the bias comes back.
const READS: u32 = 64;

/// For so many times as long as it took to take a bias away, none is given in the whole process: however often threads
/// write, they spend hardly more than a twentieth of their time on that.
const REST: u64 = 16;

/// A reader-writer lock that is biased to readers. It cannot be poisoned.
///
/// Nothing that waits, and no code of the user's, may run while it is held.
#[repr(C)] // what a reader looks at stands together
pub(crate) struct Biased<T> {
    bias: AtomicBool,
    /// How many reads more until the bias comes back.
    reads: AtomicU32,
    lock: RwLock<()>,
    value: UnsafeCell<T>,
}

// SAFETY: the value is shared between readers, and handed to one writer at a time.
unsafe impl<T: Send + Sync> Sync for Biased<T> {}

/// A reader's share.
pub(crate) struct Reading<'a, T> {
    value: &'a T,
    _share: Share<'a, T>,
}

/// A reader's share that the bias gave.
pub(crate) struct Glancing<'a, T> {
    value: &'a T,
    cell: &'a ThreadCell,
}

enum Share<'a, T> {
    Biased(#[expect(dead_code, reason = "it is held")] Glancing<'a, T>),
    Locked(#[expect(dead_code, reason = "it is held")] ReadGuard<'a, ()>),
}

/// A writer's hold.
pub(crate) struct Writing<'a, T> {
    value: &'a mut T,
    _lock: WriteGuard<'a, ()>,
}

#[expect(
    clippy::inline_always,
    reason = "a hit costs less than the calls that it would be made of"
)]
impl<T> Biased<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            bias: AtomicBool::new(barrier::is_there()),
            reads: AtomicU32::new(0),
            lock: RwLock::new(()),
            value: UnsafeCell::new(value),
        }
    }

    /// Reads as the thread with this cell, if the bias is given and the thread reads nothing else.
    #[inline(always)]
    pub(crate) fn glance<'a>(&'a self, cell: &'a ThreadCell) -> Option<Glancing<'a, T>> {
        if cell.reading.load(Ordering::Relaxed) != 0 {
            return None;
        }
        cell.reading.store(self.address(), Ordering::Relaxed);
        barrier::light();
        if !self.bias.load(Ordering::Acquire) {
            cell.reading.store(0, Ordering::Release);
            return None;
        }
        Some(Glancing {
            // SAFETY: a writer that takes the bias away from now on sees the cell and waits for it.
            value: unsafe { &*self.value.get() },
            cell,
        })
    }

    pub(crate) fn read(&self) -> Reading<'_, T> {
        match threads::cell() {
            Some(cell) => self.read_in(cell),
            None => self.read_locked(),
        }
    }

    /// Reads as the thread with this cell.
    #[inline]
    pub(crate) fn read_in<'a>(&'a self, cell: &'a ThreadCell) -> Reading<'a, T> {
        match self.glance(cell) {
            Some(glancing) => Reading {
                value: glancing.value,
                _share: Share::Biased(glancing),
            },
            None => self.read_locked(),
        }
    }

    #[cold]
    fn read_locked(&self) -> Reading<'_, T> {
        let lock = self.lock.read();
        // No writer is here, so this cannot come between one that takes the bias away and its readers.
        if barrier::is_there() && !self.bias.load(Ordering::Relaxed) {
            let left = self.reads.load(Ordering::Relaxed);
            self.reads.store(left.saturating_sub(1), Ordering::Relaxed);
            if left == 0 {
                self.give_bias();
            }
        }
        Reading {
            // SAFETY: the read lock is held, and who writes holds the write lock.
            value: unsafe { &*self.value.get() },
            _share: Share::Locked(lock),
        }
    }

    #[cold]
    fn give_bias(&self) {
        if barrier::rests() {
            self.reads.store(READS, Ordering::Relaxed);
            return;
        }
        self.bias.store(true, Ordering::Release);
    }

    pub(crate) fn write(&self) -> Writing<'_, T> {
        self.write_among(threads::cells())
    }

    /// Writes where these are the cells of all threads.
    pub(crate) fn write_among<'a>(
        &self,
        cells: impl IntoIterator<Item = &'a ThreadCell>,
    ) -> Writing<'_, T> {
        let lock = self.lock.write();
        if self.bias.load(Ordering::Relaxed) {
            self.bias.store(false, Ordering::Relaxed);
            self.reads.store(READS, Ordering::Relaxed);
            let began = barrier::heavy();
            for cell in cells {
                while cell.reading.load(Ordering::Acquire) == self.address() {
                    spin();
                }
            }
            barrier::rest(began);
        }
        Writing {
            // SAFETY: the write lock is held, the bias is gone, and the last reader that had it has left.
            value: unsafe { &mut *self.value.get() },
            _lock: lock,
        }
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

impl<T> Deref for Reading<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.value
    }
}

impl<T> Deref for Glancing<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.value
    }
}

impl<T> Drop for Glancing<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.cell.reading.store(0, Ordering::Release);
    }
}

impl<T> Deref for Writing<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value
    }
}

impl<T> DerefMut for Writing<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value
    }
}

impl<T> fmt::Debug for Biased<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Biased").finish_non_exhaustive()
    }
}

/// The two sides of the barrier: readers only keep the compiler from reordering, writers make the processors of all
/// running threads pass a barrier.
#[cfg(all(target_os = "linux", not(cache_model)))]
mod barrier {
    use std::sync::atomic::{Ordering, compiler_fence};

    use once_cell::sync::Lazy;

    use std::sync::atomic::AtomicU64;

    use super::REST;
    use crate::realm::PROCESS;

    /// Until then no bias is given, by the clock of the process.
    static RESTS_UNTIL: AtomicU64 = AtomicU64::new(0);

    /// Whether it is too early to give a bias.
    pub(super) fn rests() -> bool {
        PROCESS.clock.now().0 < RESTS_UNTIL.load(Ordering::Relaxed)
    }

    /// Takes note that taking a bias away has begun then and is done.
    pub(super) fn rest(began: u64) {
        let now = PROCESS.clock.now().0;
        RESTS_UNTIL.store(now + REST * now.saturating_sub(began), Ordering::Relaxed);
    }

    fn membarrier(command: libc::c_int) -> bool {
        // SAFETY: the call takes numbers only.
        unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
    }

    static REGISTERED: Lazy<bool> =
        Lazy::new(|| membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED));

    /// Whether the system has the barrier, and lets this process use it.
    pub(super) fn is_there() -> bool {
        *REGISTERED
    }

    #[inline]
    pub(super) fn light() {
        compiler_fence(Ordering::SeqCst);
    }

    /// Answers when it began.
    pub(super) fn heavy() -> u64 {
        let began = PROCESS.clock.now().0;
        let passed = membarrier(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED);
        assert!(passed, "a registered process may always use its barrier");
        began
    }
}

/// For the model checker both sides are full fences: it does not know one for all threads.
#[cfg(cache_model)]
mod barrier {
    use loom::sync::atomic::{Ordering, fence};

    /// No time passes: the bias comes back after some reads.
    pub(super) fn rests() -> bool {
        false
    }

    pub(super) fn rest(_began: u64) {}

    pub(super) fn is_there() -> bool {
        true
    }

    pub(super) fn light() {
        fence(Ordering::SeqCst);
    }

    pub(super) fn heavy() -> u64 {
        fence(Ordering::SeqCst);
        0
    }
}

/// No barrier: the bias is never given.
#[cfg(not(any(target_os = "linux", cache_model)))]
mod barrier {
    pub(super) fn rests() -> bool {
        true
    }

    pub(super) fn rest(_began: u64) {}

    pub(super) fn is_there() -> bool {
        false
    }

    pub(super) fn light() {}

    pub(super) fn heavy() -> u64 {
        0
    }
}

#[cfg(all(test, not(cache_model)))]
mod tests {
    use std::thread;

    use super::*;

    /// Readers see both numbers of a pair equal, always, with the bias and without it.
    fn readers_and_writers(lock: &Biased<(u64, u64)>, give_bias: bool) {
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..200_000 {
                        let pair = lock.read();
                        assert_eq!(pair.0, pair.1);
                    }
                });
            }
            for _ in 0..2 {
                scope.spawn(|| {
                    for n in 0..2_000 {
                        let mut pair = lock.write();
                        pair.0 += 1;
                        pair.1 += 1;
                        drop(pair);
                        if give_bias && n % 3 == 0 {
                            (0..=READS).for_each(|_| drop(lock.read()));
                        }
                    }
                });
            }
        });
        assert_eq!(lock.read().0, 4_000);
    }

    #[test]
    fn a_reader_never_sees_half_a_write() {
        readers_and_writers(&Biased::new((0, 0)), true);
    }

    #[test]
    fn without_the_barrier_it_is_an_ordinary_lock() {
        let lock = Biased::new((0, 0));
        lock.bias.store(false, Ordering::Relaxed);
        lock.reads.store(u32::MAX, Ordering::Relaxed);
        readers_and_writers(&lock, false);
        assert!(!lock.bias.load(Ordering::Relaxed));
    }

    #[test]
    fn a_read_inside_a_read_takes_the_ordinary_lock() {
        let (one, other) = (Biased::new(1), Biased::new(2));
        let outer = one.read();
        let inner = other.read();
        assert_eq!((*outer, *inner), (1, 2));
        drop(inner);
        thread::scope(|scope| {
            let writer = scope.spawn(|| *one.write() = 3);
            assert_eq!(*outer, 1, "the writer waits");
            drop(outer);
            writer.join().unwrap();
        });
        assert_eq!(*one.read(), 3);
    }
}

#[cfg(all(test, cache_model))]
mod model {
    use std::sync::Arc;

    use loom::thread;

    use super::*;

    /// Readers with the bias, without it, and on its way back, against writers.
    fn readers_against_writers(readers: usize, writers: usize, reads: usize) {
        let mut checker = loom::model::Builder::new();
        checker.preemption_bound = Some(3);
        checker.check(move || {
            let lock = Arc::new(Biased::new((0_u32, 0_u32)));
            let cells: Arc<Vec<_>> = Arc::new((0..readers).map(ThreadCell::new).collect());
            let threads: Vec<_> = (0..readers)
                .map(|n| {
                    let (lock, cells) = (Arc::clone(&lock), Arc::clone(&cells));
                    thread::spawn(move || {
                        for _ in 0..reads {
                            let pair = lock.read_in(&cells[n]);
                            assert_eq!(pair.0, pair.1);
                        }
                    })
                })
                .collect();
            for _ in 0..writers {
                let mut pair = lock.write_among(cells.iter());
                pair.0 += 1;
                pair.1 += 1;
                drop(pair);
                lock.reads.store(0, Ordering::Relaxed);
            }
            threads
                .into_iter()
                .for_each(|thread| thread.join().unwrap());
        });
    }

    #[test]
    fn model_one_reader_one_writer() {
        readers_against_writers(1, 2, 2);
    }

    #[test]
    fn model_two_readers_one_writer() {
        readers_against_writers(2, 1, 1);
    }
}
