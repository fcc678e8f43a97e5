//! Gives back the memory of expired entries that nobody reads, and moves the tick of the clock on while it is looked
//! at: one thread for the process, asleep until the next entry is due, and not there at all while nothing expires.
//!
//! It only saves memory: no call ever returns an expired value, whether the sweeper has run or not. Where no
//! thread can be started, calls still sweep the shards they write to.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use once_cell::sync::{Lazy, OnceCell};

use crate::clock::{self, Moment};
use crate::realm::PROCESS;
use crate::site::AnyInstance;
use crate::threads;

/// Entries that are due within this long are swept together.
const PAUSE: Duration = Duration::from_millis(100);

/// The tick moves on after this long.
const TICK: Duration = Duration::from_millis(1);

/// A tick that nobody has looked at for this long stands still.
const UNSEEN: Duration = Duration::from_millis(500);

/// Whether somebody has looked at a tick that stood still.
static WANTED: AtomicBool = AtomicBool::new(false);

/// When the sweeper means to wake, by the clock of the process.
static PLANNED: AtomicU64 = AtomicU64::new(u64::MAX);

#[derive(Default)]
struct Sweeper {
    instances: Mutex<Vec<&'static dyn AnyInstance>>,
    woken: Mutex<bool>,
    bell: Condvar,
}

static SWEEPER: Lazy<Sweeper> = Lazy::new(Sweeper::default);

/// Makes the sweeper look after a function's entries.
pub(crate) fn look_after(instance: &'static dyn AnyInstance) {
    #[cfg(feature = "metrics")]
    crate::watch::numbers::keep_publishing();
    SWEEPER
        .instances
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(instance);
}

/// Takes note of an entry that is due then.
pub(crate) fn expect(due: Moment) {
    if due.0 < PLANNED.load(Ordering::Relaxed) {
        PLANNED.fetch_min(due.0, Ordering::Relaxed);
        ring();
    }
}

/// Lets the tick of the clock move on, as long as it is looked at.
pub(crate) fn tick() {
    if !WANTED.load(Ordering::Relaxed) && !WANTED.swap(true, Ordering::Relaxed) {
        ring();
    }
}

/// Wakes the sweeper; starts it if there is none.
pub(crate) fn ring() {
    static STARTED: OnceCell<()> = OnceCell::new();
    STARTED.get_or_init(|| {
        // Without a thread, entries are swept by the calls that write.
        let _ = thread::Builder::new()
            .name("cache-sweeper".into())
            .spawn(|| SWEEPER.run());
    });
    *SWEEPER.woken.lock().unwrap_or_else(PoisonError::into_inner) = true;
    SWEEPER.bell.notify_one();
}

impl Sweeper {
    fn run(&self) {
        loop {
            PLANNED.store(u64::MAX, Ordering::Relaxed);
            // A sweep may take its time: meanwhile who looks at the clock asks the system.
            clock::stand();
            let wait = self.sweep();
            if WANTED.load(Ordering::Relaxed) {
                self.tick(wait);
            } else {
                self.sleep(wait);
            }
        }
    }

    /// Moves the tick on until something is to be swept, or nobody looks at it any more.
    fn tick(&self, wait: Option<Duration>) {
        let began = PROCESS.clock.now();
        let mut looked = began;
        loop {
            clock::tick();
            if self.sleep(Some(TICK)) {
                return;
            }
            let now = PROCESS.clock.now();
            if wait.is_some_and(|wait| now.since(began) >= wait) {
                return;
            }
            if now.since(looked) >= UNSEEN {
                if !threads::cells().any(|cell| clock::has_looked(cell, looked)) {
                    WANTED.store(false, Ordering::Relaxed);
                    clock::stand();
                    return;
                }
                looked = now;
            }
        }
    }

    /// Sweeps everything; answers how long nothing is due.
    fn sweep(&self) -> Option<Duration> {
        let instances = self
            .instances
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let mut wait = None;
        for instance in instances {
            let now = instance.clock().now();
            let due = instance.sweep(now);
            if due != Moment::NEVER {
                PLANNED.fetch_min(due.0, Ordering::Relaxed);
                let after = due.since(now).max(PAUSE);
                wait = Some(wait.map_or(after, |wait: Duration| wait.min(after)));
            }
        }
        wait
    }

    /// Sleeps, until somebody rings; answers whether somebody has.
    fn sleep(&self, wait: Option<Duration>) -> bool {
        let woken = lock(&self.woken);
        let mut woken = if let Some(wait) = wait {
            let slept = self.bell.wait_timeout_while(woken, wait, |woken| !*woken);
            slept.unwrap_or_else(PoisonError::into_inner).0
        } else {
            let slept = self.bell.wait_while(woken, |woken| !*woken);
            slept.unwrap_or_else(PoisonError::into_inner)
        };
        std::mem::take(&mut *woken)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
