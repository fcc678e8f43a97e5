//! Where the sockets of back ends live: a runtime of the cache's own, so that it does not matter which executor a
//! caller is on, or whether it is on any.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use once_cell::sync::Lazy;
use pin_project_lite::pin_project;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::{Unconstrained, unconstrained};
use tokio::time::{Sleep, sleep};

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

/// Waits for a future, but not longer than this. It is polled inside [`within`].
pub(crate) fn limited<F: Future>(limit: Duration, future: F) -> Limited<F> {
    Limited {
        future,
        limit,
        timer: None,
    }
}

pin_project! {
    /// A future that is given up after a while. It gets a timer when it has to be waited for.
    pub(crate) struct Limited<F> {
        #[pin]
        future: F,
        limit: Duration,
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
        if this.timer.is_none() {
            // A future that is always busy is given up all the same.
            let timer = unconstrained(sleep(*this.limit));
            this.timer.set(Some(timer));
        }
        let timer = this.timer.as_pin_mut().expect("it was set");
        timer.poll(context).map(|()| None)
    }
}

/// Lets a future use the runtime's sockets and timers, whoever polls it.
pub(crate) fn within<F: Future>(future: F) -> Within<F> {
    Within { future }
}

pin_project! {
    /// A future that finds the runtime of the cache's connections, whoever polls it.
    pub(crate) struct Within<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Within<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _entered = runtime().enter();
        self.project().future.poll(context)
    }
}
