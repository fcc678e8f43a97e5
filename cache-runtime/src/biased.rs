//! A reader-writer lock that is biased to readers: as long as nobody asks to be alone, reading costs a store and a load
//! of the thread's own, and no read-modify-write.
//!
//! It guards two things: what readers see, and what belongs to the writer. A writer changes what readers see beside
//! them, as far as that can be done through a shared reference ([`Writing::parts`]), and waits until nobody can still
//! see what it has taken away ([`Writing::grace`]). For everything else it asks to be alone ([`Writing::alone`]).
//!
//! A reader says in its thread's cell what it reads, and then looks whether the bias still holds. A writer that wants
//! to be alone takes the bias away, makes every running thread pass a memory barrier (`membarrier(2)`), and waits until
//! no cell names the lock any more. Until the bias comes back, after some reads or as soon as the writer has made its
//! change ([`Writing::while_alone`]), everybody uses an ordinary lock. This is BRAVO (Dice and Kogan, "BRAVO: Biased
//! Locking for Reader-Writer Locks", USENIX ATC 2019), with a cell per thread in the place of a table of readers, and
//! the barrier on the writer's side only (as in Dice et al., "Asymmetric Dekker Synchronization", 2001).
//!
//! Where the system has no such barrier the bias is never given, and it is an ordinary lock.
#![allow(
    unsafe_code,
    reason = "what the lock guards is in a cell that the compiler cannot see is guarded"
)]

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::prefetch::{prefetch, prefetch_lines};
use crate::sync::{AtomicBool, AtomicU32, Ordering, ReadGuard, RwLock, WriteGuard, spin};
use crate::threads::{self, ThreadCell};

/// After a write, so many reads take the ordinary lock before the bias comes back.
const READS: u32 = 64;

/// For so many times as long as it took to take a bias away, none is given in the whole process: however often threads
/// write, they spend hardly more than a twentieth of their time on that.
const REST: u64 = 16;

/// For so many times as long as it took to wait for readers, writers do not do so again if they need not.
const PAUSE: u64 = 3;

/// A reader-writer lock that is biased to readers. It cannot be poisoned.
///
/// Nothing that waits, and no code of the user's, may run while it is held.
#[repr(C)] // what a reader looks at stands together, apart from what a writer that is not alone changes
pub(crate) struct Biased<S, O> {
    bias: AtomicBool,
    seen: UnsafeCell<S>,
    /// How many reads more until the bias comes back.
    reads: AtomicU32,
    lock: RwLock<()>,
    own: UnsafeCell<O>,
}

// SAFETY: what is seen is shared between readers and a writer, and handed to one writer that is alone; what is the
// writer's own is shared between those who have the ordinary lock to read, or handed to one writer.
unsafe impl<S: Send + Sync, O: Send + Sync> Sync for Biased<S, O> {}

/// A reader's share, with the ordinary lock.
pub(crate) struct Reading<'a, S, O> {
    biased: &'a Biased<S, O>,
    _lock: ReadGuard<'a, ()>,
}

/// A reader's share that the bias gave.
pub(crate) struct Glancing<'a, S> {
    seen: &'a S,
    cell: &'a ThreadCell,
}

/// A writer's hold.
pub(crate) struct Writing<'a, S, O> {
    biased: &'a Biased<S, O>,
    _lock: WriteGuard<'a, ()>,
}

#[expect(
    clippy::inline_always,
    reason = "a hit costs less than the calls that it would be made of"
)]
impl<S, O> Biased<S, O> {
    pub(crate) fn new(seen: S, own: O) -> Self {
        Self {
            bias: AtomicBool::new(barrier::is_there()),
            seen: UnsafeCell::new(seen),
            reads: AtomicU32::new(0),
            lock: RwLock::new(()),
            own: UnsafeCell::new(own),
        }
    }

    /// Reads as the thread with this cell, if the bias is given.
    ///
    /// # Safety
    ///
    /// It is the cell of this thread, which reads nothing else by it, nor will as long as it reads here.
    #[inline(always)]
    pub(crate) unsafe fn glance<'a>(&'a self, cell: &'a ThreadCell) -> Option<Glancing<'a, S>> {
        debug_assert!(cell.reading.load(Ordering::Relaxed) == 0);
        cell.reading.store(self.address(), Ordering::Relaxed);
        barrier::light();
        if !self.bias.load(Ordering::Acquire) {
            cell.reading.store(0, Ordering::Release);
            return None;
        }
        Some(Glancing {
            // SAFETY: a writer that wants to be alone from now on sees the cell and waits for it.
            seen: unsafe { &*self.seen.get() },
            cell,
        })
    }

    /// Says that this thread is going to write.
    #[inline]
    pub(crate) fn foresee(&self) {
        prefetch(&self.lock);
        prefetch_lines(self.own.get());
    }

    /// Tells whether who reads nothing else may read without a lock.
    pub(crate) fn is_biased(&self) -> bool {
        self.bias.load(Ordering::Relaxed)
    }

    /// Reads with the ordinary lock.
    #[cold]
    pub(crate) fn read(&self) -> Reading<'_, S, O> {
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
            biased: self,
            _lock: lock,
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

    /// Begins to write: beside readers at first.
    pub(crate) fn write(&self) -> Writing<'_, S, O> {
        Writing {
            biased: self,
            _lock: self.lock.write(),
        }
    }

    /// Waits until every reader has left that the bias has let in so far; answers when that began.
    fn wait_for_readers<'a>(&self, cells: impl IntoIterator<Item = &'a ThreadCell>) -> u64 {
        let began = barrier::heavy();
        for cell in cells {
            while cell.reading.load(Ordering::Acquire) == self.address() {
                spin();
            }
        }
        began
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

impl<S, O> Writing<'_, S, O> {
    /// What readers see.
    pub(crate) fn seen(&self) -> &S {
        // SAFETY: nobody has it for themselves: only this writer could, and not while it is lent out here.
        unsafe { &*self.biased.seen.get() }
    }

    /// What readers see, who may be here, and what is the writer's own.
    pub(crate) fn parts(&mut self) -> (&S, &mut O) {
        // SAFETY: as above; the write lock is held, so nobody else has what is the writer's own.
        unsafe { (&*self.biased.seen.get(), &mut *self.biased.own.get()) }
    }

    /// Tells whether no reader can be here.
    pub(crate) fn is_alone(&self) -> bool {
        !self.biased.is_biased()
    }

    /// Lets no readers in any more, as long as this writer is here, and waits for those who are here. Everything is
    /// the writer's own from then on.
    pub(crate) fn alone(&mut self) -> (&mut S, &mut O) {
        self.alone_among(threads::cells())
    }

    /// Is alone where these are the cells of all threads.
    fn alone_among<'a>(
        &mut self,
        cells: impl IntoIterator<Item = &'a ThreadCell>,
    ) -> (&mut S, &mut O) {
        if let Some(began) = self.shut_out(cells) {
            self.biased.reads.store(READS, Ordering::Relaxed);
            barrier::rest(began);
        }
        // SAFETY: the write lock is held, the bias is gone, and the last reader that had it has left.
        unsafe { (&mut *self.biased.seen.get(), &mut *self.biased.own.get()) }
    }

    /// Takes the bias away, and waits for those whom it has let in; answers when that began, if it was given.
    fn shut_out<'a>(&self, cells: impl IntoIterator<Item = &'a ThreadCell>) -> Option<u64> {
        if self.is_alone() {
            return None;
        }
        self.biased.bias.store(false, Ordering::Relaxed);
        Some(self.biased.wait_for_readers(cells))
    }

    /// Is alone for a change, and lets readers in again as soon as it is made.
    ///
    /// It is for changes that become rarer the more there were: no rest follows that would see to it.
    pub(crate) fn while_alone<T>(&mut self, change: impl FnOnce(&mut S, &mut O) -> T) -> T {
        self.while_alone_among(threads::cells(), change)
    }

    /// Is alone for a change where these are the cells of all threads.
    fn while_alone_among<'a, T>(
        &mut self,
        cells: impl IntoIterator<Item = &'a ThreadCell>,
        change: impl FnOnce(&mut S, &mut O) -> T,
    ) -> T {
        let was_biased = self.shut_out(cells).is_some();
        // SAFETY: as above.
        let (seen, own) = unsafe { (&mut *self.biased.seen.get(), &mut *self.biased.own.get()) };
        let changed = change(seen, own);
        self.biased.bias.store(was_biased, Ordering::Release);
        changed
    }

    /// Waits until no reader sees any more what was taken away before.
    pub(crate) fn grace(&self) {
        self.grace_among(threads::cells());
    }

    /// As [`grace`](Self::grace); where that is asked for time and again, readers are shut out for a while: then it costs
    /// nothing.
    pub(crate) fn grace_or_alone(&mut self) {
        if self.is_alone() {
            return;
        }
        if barrier::is_busy() {
            self.alone();
        } else {
            barrier::pause(self.biased.wait_for_readers(threads::cells()));
        }
    }

    /// Waits where these are the cells of all threads.
    fn grace_among<'a>(&self, cells: impl IntoIterator<Item = &'a ThreadCell>) {
        if !self.is_alone() {
            self.biased.wait_for_readers(cells);
        }
    }
}

impl<S, O> Reading<'_, S, O> {
    /// What readers see, and what is the writer's own while one is here.
    pub(crate) fn parts(&self) -> (&S, &O) {
        // SAFETY: the read lock is held, and who writes holds the write lock.
        unsafe { (&*self.biased.seen.get(), &*self.biased.own.get()) }
    }
}

impl<S, O> Deref for Reading<'_, S, O> {
    type Target = S;

    #[inline]
    fn deref(&self) -> &S {
        self.parts().0
    }
}

impl<S> Deref for Glancing<'_, S> {
    type Target = S;

    #[inline]
    fn deref(&self) -> &S {
        self.seen
    }
}

impl<S> Drop for Glancing<'_, S> {
    #[inline]
    fn drop(&mut self) {
        self.cell.reading.store(0, Ordering::Release);
    }
}

impl<S, O> Deref for Writing<'_, S, O> {
    type Target = O;

    fn deref(&self) -> &O {
        // SAFETY: the write lock is held.
        unsafe { &*self.biased.own.get() }
    }
}

impl<S, O> DerefMut for Writing<'_, S, O> {
    fn deref_mut(&mut self) -> &mut O {
        self.parts().1
    }
}

impl<S, O> fmt::Debug for Biased<S, O> {
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

    use super::{PAUSE, REST};
    use crate::realm::PROCESS;

    /// Until then no bias is given, by the clock of the process.
    static RESTS_UNTIL: AtomicU64 = AtomicU64::new(0);

    /// Whether it is too early to give a bias.
    pub(super) fn rests() -> bool {
        PROCESS.clock.now().0 < RESTS_UNTIL.load(Ordering::Relaxed)
    }

    /// Takes note that taking a bias away has begun then and is done.
    pub(super) fn rest(began: u64) {
        RESTS_UNTIL.store(after(began, REST), Ordering::Relaxed);
    }

    /// Until then no writer waits for readers who can shut them out as well.
    static BUSY_UNTIL: AtomicU64 = AtomicU64::new(0);

    /// Whether a writer has waited for readers a moment ago.
    pub(super) fn is_busy() -> bool {
        PROCESS.clock.now().0 < BUSY_UNTIL.load(Ordering::Relaxed)
    }

    /// Takes note that waiting for readers has begun then and is done.
    pub(super) fn pause(began: u64) {
        BUSY_UNTIL.store(after(began, PAUSE), Ordering::Relaxed);
    }

    /// So many times as long from now as it is since then.
    fn after(began: u64, times: u64) -> u64 {
        let now = PROCESS.clock.now().0;
        now + times * now.saturating_sub(began)
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

    pub(super) fn is_busy() -> bool {
        false
    }

    pub(super) fn pause(_began: u64) {}

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

    pub(super) fn is_busy() -> bool {
        false
    }

    pub(super) fn pause(_began: u64) {}

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

    type Pair = Biased<(u64, u64), ()>;

    /// Reads with the bias if it is given, else with the lock.
    fn read<T>(pair: &Pair, look: impl FnOnce(&(u64, u64)) -> T) -> T {
        let cell = threads::cell().expect("a thread that runs has one");
        // SAFETY: it is this thread's, which reads nothing else.
        match unsafe { pair.glance(cell) } {
            Some(seen) => look(&seen),
            None => look(&pair.read()),
        }
    }

    fn add_to_both(pair: &mut (u64, u64), (): &mut ()) {
        pair.0 += 1;
        pair.1 += 1;
    }

    /// Readers see both numbers of a pair equal, always, with the bias and without it.
    fn readers_and_writers(lock: &Pair, give_bias: bool) {
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..200_000 {
                        read(lock, |pair| assert_eq!(pair.0, pair.1));
                    }
                });
            }
            for _ in 0..2 {
                scope.spawn(|| {
                    for n in 0..2_000 {
                        let mut writing = lock.write();
                        if n % 2 == 0 {
                            writing.while_alone(add_to_both);
                        } else {
                            let (pair, own) = writing.alone();
                            add_to_both(pair, own);
                        }
                        drop(writing);
                        if give_bias && n % 3 == 0 {
                            (0..=READS).for_each(|_| drop(lock.read()));
                        }
                    }
                });
            }
        });
        assert_eq!(read(lock, |pair| pair.0), 4_000);
    }

    #[test]
    fn a_reader_never_sees_half_a_write() {
        readers_and_writers(&Biased::new((0, 0), ()), true);
    }

    #[test]
    fn without_the_barrier_it_is_an_ordinary_lock() {
        let lock = Biased::new((0, 0), ());
        lock.bias.store(false, Ordering::Relaxed);
        lock.reads.store(u32::MAX, Ordering::Relaxed);
        readers_and_writers(&lock, false);
        assert!(!lock.bias.load(Ordering::Relaxed));
    }

    #[test]
    fn a_writer_waits_for_a_reader_who_has_no_lock() {
        let pair = Biased::new((1, 1), ());
        let cell = threads::cell().unwrap();
        // SAFETY: it is this thread's, which reads nothing else.
        let reader = unsafe { pair.glance(cell) }.expect("the bias is given");
        thread::scope(|scope| {
            let writer = scope.spawn(|| pair.write().alone().0.0 = 3);
            assert_eq!(reader.0, 1, "the writer waits");
            drop(reader);
            writer.join().unwrap();
        });
        read(&pair, |pair| assert_eq!(pair.0, 3));
    }
}

#[cfg(all(test, cache_model))]
mod model {
    use std::sync::Arc;

    use loom::cell::UnsafeCell as Watched;
    use loom::thread;

    use super::*;
    use crate::sync::AtomicUsize;

    fn read<S, T>(lock: &Biased<S, ()>, cell: &ThreadCell, look: impl FnOnce(&S) -> T) -> T {
        // SAFETY: it is this thread's, which reads nothing else.
        match unsafe { lock.glance(cell) } {
            Some(seen) => look(&seen),
            None => look(&lock.read()),
        }
    }

    /// Readers, each with a cell, against one writer.
    fn check<S: Send + Sync + 'static>(
        readers: usize,
        new: fn() -> S,
        look: fn(&S),
        write: fn(&Biased<S, ()>, &[ThreadCell]),
        [reads, writes]: [usize; 2],
    ) {
        let mut checker = loom::model::Builder::new();
        checker.preemption_bound = Some(3);
        checker.check(move || {
            let lock = Arc::new(Biased::new(new(), ()));
            let cells: Arc<Vec<_>> = Arc::new((0..readers).map(ThreadCell::new).collect());
            let threads: Vec<_> = (0..readers)
                .map(|n| {
                    let (lock, cells) = (Arc::clone(&lock), Arc::clone(&cells));
                    thread::spawn(move || (0..reads).for_each(|_| read(&lock, &cells[n], look)))
                })
                .collect();
            for _ in 0..writes {
                write(&lock, &cells);
                lock.reads.store(0, Ordering::Relaxed);
            }
            threads
                .into_iter()
                .for_each(|thread| thread.join().unwrap());
        });
    }

    type Pair = (u32, u32);

    fn add_to_both(pair: &mut Pair, (): &mut ()) {
        pair.0 += 1;
        pair.1 += 1;
    }

    /// With the bias, without it, and on its way back, against writers that are alone.
    fn alone(readers: usize, write: fn(&Biased<Pair, ()>, &[ThreadCell]), counts: [usize; 2]) {
        let look = |pair: &Pair| assert_eq!(pair.0, pair.1);
        check(readers, || (0, 0), look, write, counts);
    }

    fn write_alone(lock: &Biased<Pair, ()>, cells: &[ThreadCell]) {
        let mut writing = lock.write();
        let (pair, own) = writing.alone_among(cells);
        add_to_both(pair, own);
    }

    fn write_while_alone(lock: &Biased<Pair, ()>, cells: &[ThreadCell]) {
        lock.write().while_alone_among(cells, add_to_both);
    }

    #[test]
    fn model_one_reader_one_writer() {
        alone(1, write_alone, [2, 2]);
    }

    #[test]
    fn model_two_readers_one_writer() {
        alone(2, write_alone, [1, 1]);
    }

    #[test]
    fn model_a_reader_comes_back_to_what_a_writer_has_changed_alone() {
        alone(1, write_while_alone, [2, 2]);
        alone(2, write_while_alone, [1, 1]);
    }

    /// Two places, of which one is named.
    struct Places {
        places: [Watched<u32>; 2],
        named: AtomicUsize,
    }

    // SAFETY: the model checker watches that nobody reads a place that somebody writes.
    unsafe impl Sync for Places {}

    /// What a writer takes away beside readers is used again after a grace: no reader is there any more.
    #[test]
    fn model_a_place_is_used_again_after_a_grace() {
        let new = || Places {
            places: [Watched::new(1), Watched::new(0)],
            named: AtomicUsize::new(0),
        };
        let look = |seen: &Places| {
            let named = seen.named.load(Ordering::Acquire);
            // SAFETY: the place is named, and not written before a grace.
            seen.places[named].with(|place| assert_ne!(unsafe { *place }, 0));
        };
        let write = |lock: &Biased<Places, ()>, cells: &[ThreadCell]| {
            let writing = lock.write();
            let seen = writing.seen();
            let named = seen.named.load(Ordering::Relaxed);
            // SAFETY: the place is not named, and there has been a grace since it was.
            seen.places[1 - named].with_mut(|place| unsafe { *place = 2 });
            seen.named.store(1 - named, Ordering::Release);
            writing.grace_among(cells);
        };
        check(1, new, look, write, [2, 2]);
    }
}
