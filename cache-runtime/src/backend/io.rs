//! Where the sockets of back ends live: a runtime of the cache's own, so that it does not matter which executor a
//! caller is on, or whether it is on any.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use once_cell::sync::Lazy;
use pin_project_lite::pin_project;
use tokio::runtime::{Builder, Handle, Runtime};

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
pub(crate) async fn limited<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    tokio::time::timeout(limit, future).await.ok()
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
