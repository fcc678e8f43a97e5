//! Gives back the memory of expired entries that nobody reads: one thread for the process, asleep until the
//! next entry is due, and not there at all while nothing expires.
//!
//! It only saves memory: no call ever returns an expired value, whether the sweeper has run or not. Where no
//! thread can be started, calls still sweep the shards they write to.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use once_cell::sync::{Lazy, OnceCell};

use crate::clock::Moment;
use crate::site::AnyInstance;

/// Entries that are due within this long are swept together.
const PAUSE: Duration = Duration::from_millis(100);

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
            let wait = self.sweep();
            self.sleep(wait);
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

    fn sleep(&self, wait: Option<Duration>) {
        let woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut woken = match wait {
            Some(wait) => {
                let slept = self.bell.wait_timeout_while(woken, wait, |woken| !*woken);
                slept.unwrap_or_else(PoisonError::into_inner).0
            }
            None => self
                .bell
                .wait_while(woken, |woken| !*woken)
                .unwrap_or_else(PoisonError::into_inner),
        };
        *woken = false;
    }
}
