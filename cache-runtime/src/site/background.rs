//! Refreshes that nobody waits for: on a few threads for sync functions, on the caller's tokio runtime for async
//! ones.
//!
//! The threads exist only while there is work, end when there has been none for a while, and never keep the
//! process alive. What finds no room is not run; the entry stays as it is and a later hit tries again.

use std::collections::VecDeque;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use once_cell::sync::Lazy;
use tokio::runtime::Handle;

use super::surroundings::Surroundings;

/// At most so many refreshes of sync functions run at a time.
const THREADS: usize = 4;

/// At most so many wait for a thread.
const WAITING: usize = 1024;

/// A thread without work ends after this long.
const PATIENCE: Duration = Duration::from_secs(10);

type Job = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Pool {
    work: Mutex<Work>,
    bell: Condvar,
}

#[derive(Default)]
struct Work {
    waiting: VecDeque<Job>,
    threads: usize,
    idle: usize,
}

static POOL: Lazy<Pool> = Lazy::new(Pool::default);

/// Runs a job on a thread of its own kind, in the surroundings of the caller. Without a thread or room for it
/// the job is dropped.
pub(crate) fn run_on_thread(job: impl FnOnce() + Send + 'static) {
    let (surroundings, runtime) = (Surroundings::here(), Handle::try_current().ok());
    POOL.submit(Box::new(move || {
        let _runtime = runtime.as_ref().map(Handle::enter);
        surroundings.run(job);
    }));
}

/// The runtime that refreshes of async functions run on, if the caller is on one.
pub(crate) struct Tasks(Handle);

impl Tasks {
    pub(crate) fn here() -> Option<Self> {
        Handle::try_current().ok().map(Self)
    }

    /// Runs a future in the surroundings of the caller.
    pub(crate) fn spawn(self, future: impl Future<Output = ()> + Send + 'static) {
        drop(self.0.spawn(Surroundings::here().around(future)));
    }
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn submit(&self, job: Job) {
        let mut work = self.lock();
        if work.waiting.len() >= WAITING {
            return;
        }
        work.waiting.push_back(job);
        if work.idle < work.waiting.len() && work.threads < THREADS && start_thread() {
            work.threads += 1;
        }
        if work.threads == 0 {
            let unheard = work.waiting.pop_back();
            drop(work);
            drop(unheard);
        } else {
            drop(work);
            self.bell.notify_one();
        }
    }

    fn work(&self) {
        let mut work = self.lock();
        loop {
            if let Some(job) = work.waiting.pop_front() {
                drop(work);
                // The panic of a function belongs to its refresh, which has taken note of it.
                let _ = catch_unwind(AssertUnwindSafe(job));
                work = self.lock();
                continue;
            }
            work.idle += 1;
            let waited = self
                .bell
                .wait_timeout_while(work, PATIENCE, |work| work.waiting.is_empty());
            work = waited.unwrap_or_else(PoisonError::into_inner).0;
            work.idle -= 1;
            if work.waiting.is_empty() {
                work.threads -= 1;
                return;
            }
        }
    }
}

fn start_thread() -> bool {
    thread::Builder::new()
        .name("cache-refresh".into())
        .spawn(|| POOL.work())
        .is_ok()
}

#[cfg(all(test, not(cache_model)))]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn jobs_run_side_by_side_and_a_panic_ends_only_its_own() {
        let (done, results) = channel();
        run_on_thread(|| panic!("a refresh that fails"));
        for n in 0..20 {
            let done = done.clone();
            run_on_thread(move || done.send(n).unwrap());
        }
        drop(done);
        let mut seen: Vec<i32> = results.into_iter().collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..20).collect::<Vec<_>>());
        assert!(POOL.lock().threads <= THREADS);
    }
}
