//! The request that is being served, visible to the code that serves it.
//!
//! It is carried over every `.await` of the handler, whichever thread polls it; tasks and threads that the handler
//! starts do not see it.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderMap, Method, Request, Uri};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::key::original_uri;

/// The request that is being served.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) method: Method,
    /// As the client asked for it, before any router shortened it.
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
}

thread_local! {
    static HERE: RefCell<Option<Arc<Served>>> = const { RefCell::new(None) };
}

/// The request that is being served here, if a [`CacheScope`] shows it.
pub(crate) fn current() -> Option<Arc<Served>> {
    HERE.try_with(|here| here.borrow().clone()).ok().flatten()
}

/// A layer that makes the request visible to `route = request` inside its handlers.
///
/// ```
/// use cache_runtime::http::CacheScope;
///
/// let layer = CacheScope::new();
/// // axum: Router::new().route("/users/{id}", get(show_user)).layer(layer)
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct CacheScope(());

impl CacheScope {
    /// A layer that makes the request visible.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

impl<S> Layer<S> for CacheScope {
    type Service = ScopedService<S>;

    fn layer(&self, inner: S) -> ScopedService<S> {
        ScopedService { inner }
    }
}

/// The service that a [`CacheScope`] makes.
#[derive(Clone, Copy, Debug)]
pub struct ScopedService<S> {
    inner: S,
}

impl<S: Service<Request<B>>, B> Service<Request<B>> for ScopedService<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = Scoped<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Scoped<S::Future> {
        let served = Arc::new(Served {
            method: request.method().clone(),
            uri: original_uri(&request).clone(),
            headers: request.headers().clone(),
        });
        let entered = Entered::new(Some(Arc::clone(&served)));
        let future = self.inner.call(request);
        drop(entered);
        Scoped::new(Some(served), future)
    }
}

pin_project! {
    /// The future of a [`ScopedService`].
    #[derive(Debug)]
    pub struct Scoped<F> {
        served: Option<Arc<Served>>,
        #[pin]
        future: F,
    }
}

impl<F> Scoped<F> {
    pub(crate) fn new(served: Option<Arc<Served>>, future: F) -> Self {
        Self { served, future }
    }
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = Entered::new(this.served.clone());
        this.future.poll(context)
    }
}

/// Shows a request as long as it lives, also when a panic passes by.
struct Entered(Option<Arc<Served>>);

impl Entered {
    fn new(served: Option<Arc<Served>>) -> Self {
        Self(replace(served))
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        replace(self.0.take());
    }
}

fn replace(served: Option<Arc<Served>>) -> Option<Arc<Served>> {
    HERE.try_with(|here| here.replace(served)).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::flight::block_on;

    /// Says which path is being served, before and after it has waited.
    #[derive(Clone)]
    struct Echo;

    impl Service<Request<()>> for Echo {
        type Response = [Option<String>; 2];
        type Error = std::convert::Infallible;
        type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>>>>;

        fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _request: Request<()>) -> Self::Future {
            let path = || current().map(|served| served.uri.path().to_owned());
            let before = path();
            Box::pin(async move {
                let mut waited = false;
                std::future::poll_fn(|context| {
                    context.waker().wake_by_ref();
                    let ready = std::mem::replace(&mut waited, true);
                    if ready {
                        Poll::Ready(())
                    } else {
                        Poll::Pending
                    }
                })
                .await;
                Ok([before, path()])
            })
        }
    }

    fn request(path: &str) -> Request<()> {
        Request::get(path).body(()).unwrap()
    }

    #[test]
    fn the_request_is_visible_across_awaits_and_nowhere_else() {
        let mut service = CacheScope::new().layer(Echo);
        let (mut a, mut b) = (service.call(request("/a")), service.call(request("/b")));
        let seen = |path: &str| Ok([Some(path.to_owned()), Some(path.to_owned())]);
        let context = &mut Context::from_waker(std::task::Waker::noop());
        assert!(Pin::new(&mut a).poll(context).is_pending());
        assert!(Pin::new(&mut b).poll(context).is_pending());
        assert!(current().is_none());
        assert_eq!(block_on(a), seen("/a"));
        assert_eq!(block_on(b), seen("/b"));
        assert!(current().is_none());
    }

    #[test]
    fn the_path_is_the_one_that_the_client_asked_for() {
        let mut service = CacheScope::new().layer(Echo);
        let mut request = request("/7");
        let original = axum::extract::OriginalUri(Uri::from_static("/users/7"));
        request.extensions_mut().insert(original);
        let [before, _] = block_on(service.call(request)).unwrap();
        assert_eq!(before.as_deref(), Some("/users/7"));
    }
}
