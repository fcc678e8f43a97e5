//! Where the sockets of back ends live: a runtime of the cache's own, so that it does not matter which executor a
//! caller is on, or whether it is on any.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use once_cell::sync::Lazy;
use pin_project_lite::pin_project;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::coop::{Unconstrained, unconstrained};
use tokio::time::{Instant, timeout_at};

static RUNTIME: Lazy<Runtime> = Lazy::new(|| {
    Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("cache-io")
        .enable_all()
        .build()
        .expect("a thread for the cache's connections")
});

/// The runtime of the cache's connections.
pub(crate) fn runtime() -> &'static Handle {
    RUNTIME.handle()
}

/// A future that is waited for is polled at least so often: it may look at the time itself.
const BEAT: Duration = Duration::from_millis(25);

/// Waits for a future, but not longer than this. It is polled inside [`within`], and at least every [`BEAT`].
pub(crate) async fn limited<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut now = Instant::now();
    let end = now.checked_add(limit);
    loop {
        let next = end.map_or(now + BEAT, |end| end.min(now + BEAT));
        if let Ok(output) = timeout_at(next, future.as_mut()).await {
            return Some(output);
        }
        if end == Some(next) {
            return None;
        }
        now = Instant::now();
    }
}

/// Lets a future use the runtime's sockets and timers, whoever polls it.
///
/// It takes nothing of the budget that tokio gives a task for each turn: a task that sleeps until the future is ready
/// never gets another one.
pub(crate) fn within<F: Future>(future: F) -> Within<F> {
    Within {
        future: unconstrained(future),
    }
}

pin_project! {
    /// A future that finds the runtime of the cache's connections, whoever polls it.
    pub(crate) struct Within<F> {
        #[pin]
        future: Unconstrained<F>,
    }
}

impl<F: Future> Future for Within<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _entered = runtime().enter();
        self.project().future.poll(context)
    }
}
