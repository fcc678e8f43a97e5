//! What the tests share.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};
use std::thread;

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
        while self.get() < count {
            thread::yield_now();
        }
    }

    /// Waits until there are so many, as a task.
    pub async fn reach(&self, count: usize) {
        std::future::poll_fn(|context| {
            if self.get() >= count {
                return Poll::Ready(());
            }
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
