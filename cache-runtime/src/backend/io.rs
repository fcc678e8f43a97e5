//! Where the sockets of back ends live: a runtime of the cache's own, so that it does not matter which executor a
//! caller is on, or whether it is on any.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use once_cell::sync::Lazy;
use pin_project_lite::pin_project;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::coop::{Unconstrained, unconstrained};
use tokio::time::{Instant, Sleep, sleep_until};

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
pub(crate) fn limited<F: Future>(limit: Duration, future: F) -> Limited<F> {
    Limited {
        future,
        limit,
        end: None,
        timer: None,
    }
}

pin_project! {
    /// A future that is given up after a while. It gets a timer when it has to be waited for.
    pub(crate) struct Limited<F> {
        #[pin]
        future: F,
        limit: Duration,
        end: Option<Instant>,
        #[pin]
        timer: Option<Unconstrained<Sleep>>,
    }
}

impl<F: Future> Future for Limited<F> {
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<F::Output>> {
        let mut this = self.project();
        if let Poll::Ready(output) = this.future.poll(context) {
            return Poll::Ready(Some(output));
        }
        loop {
            let now = match this.timer.as_mut().as_pin_mut() {
                None => {
                    let now = Instant::now();
                    *this.end = now.checked_add(*this.limit);
                    now
                }
                Some(timer) => {
                    ready!(timer.poll(context));
                    let now = Instant::now();
                    if this.end.is_some_and(|end| end <= now) {
                        return Poll::Ready(None);
                    }
                    now
                }
            };
            let next = this.end.map_or(now + BEAT, |end| end.min(now + BEAT));
            // A future that is always busy is given up all the same.
            this.timer.set(Some(unconstrained(sleep_until(next))));
        }
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
