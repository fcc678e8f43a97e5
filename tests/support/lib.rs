//! What the tests and benchmarks share.

pub mod random;
pub mod rounds;
pub mod servers;
pub mod simulate;
pub mod table;
pub mod trace;

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

/// A wait that takes longer than this will never end.
const DEADLINE: Duration = Duration::from_secs(60);

/// Counts something, mostly the runs of a function.
#[derive(Debug)]
pub struct Count(AtomicUsize);

impl Count {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(AtomicUsize::new(0))
    }

    /// Counts one more, and answers how many there were before.
    pub fn add(&self) -> usize {
        self.0.fetch_add(1, SeqCst)
    }

    /// How many there are.
    #[must_use]
    pub fn get(&self) -> usize {
        self.0.load(SeqCst)
    }

    /// Waits until there are so many, as a thread.
    pub fn wait_for(&self, count: usize) {
        wait_until(|| self.get() >= count);
    }

    /// Waits until there are so many, as a task.
    pub async fn reach(&self, count: usize) {
        let patience = Patience::new();
        std::future::poll_fn(|context| {
            if self.get() >= count {
                return Poll::Ready(());
            }
            patience.check();
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

impl Default for Count {
    fn default() -> Self {
        Self::new()
    }
}

/// Waits until something is true.
///
/// # Panics
///
/// If it takes so long that it will never be.
pub fn wait_until(is_so: impl Fn() -> bool) {
    let patience = Patience::new();
    while !is_so() {
        patience.check();
        thread::yield_now();
    }
}

struct Patience(Instant);

impl Patience {
    fn new() -> Self {
        Self(Instant::now())
    }

    fn check(&self) {
        assert!(self.0.elapsed() < DEADLINE, "waited in vain");
    }
}

/// Runs the same on so many threads at once, and collects what they return.
///
/// # Panics
///
/// If a thread does.
pub fn crowd<R: Send>(size: usize, body: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let start = std::sync::Barrier::new(size);
    thread::scope(|scope| {
        let run = |n| {
            let (start, body) = (&start, &body);
            scope.spawn(move || {
                start.wait();
                body(n)
            })
        };
        let threads: Vec<_> = (0..size).map(run).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no thread panics"))
            .collect()
    })
}

/// Polls a future once; nobody is woken when it can go on.
pub fn poll_once<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
}
