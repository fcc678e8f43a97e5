//! The future of an answer: there already, on its way past the cache, or on its way through it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use http_body::Body as HttpBody;
use pin_project_lite::pin_project;

use super::body::Body;
use super::decide::report::Report;
use super::respond;
use super::service::Purge;
use super::store::Shelf;
use std::sync::Arc;

/// An answer on its way through the cache.
type Running<B, E> = Pin<Box<dyn Future<Output = Result<Response<Body<B>>, E>> + Send>>;

pin_project! {
    /// The future of a [`CacheService`](super::CacheService).
    pub struct ResponseFuture<F, B: HttpBody, E> {
        #[pin]
        kind: Kind<F, B, E>,
    }
}

pin_project! {
    #[project = KindProjected]
    enum Kind<F, B: HttpBody, E> {
        Ready { response: Option<Response<Body<B>>> },
        Passing { #[pin] future: F, passing: Passing },
        Running { future: Running<B, E> },
    }
}

/// What is done with an answer that passes the cache.
pub(crate) struct Passing {
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) report: Report,
    /// What goes if the request has succeeded.
    pub(crate) purge: Option<Purge>,
}

impl<F, B: HttpBody, E> ResponseFuture<F, B, E> {
    pub(crate) fn ready(response: Response<Body<B>>) -> Self {
        let response = Some(response);
        Self {
            kind: Kind::Ready { response },
        }
    }

    pub(crate) fn passing(future: F, passing: Passing) -> Self {
        Self {
            kind: Kind::Passing { future, passing },
        }
    }

    pub(crate) fn running(
        future: impl Future<Output = Result<Response<Body<B>>, E>> + Send + 'static,
    ) -> Self {
        Self {
            kind: Kind::Running {
                future: Box::pin(future),
            },
        }
    }
}

impl<F, B, E> Future for ResponseFuture<F, B, E>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: HttpBody,
{
    type Output = Result<Response<Body<B>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().kind.project() {
            KindProjected::Ready { response } => {
                Poll::Ready(Ok(response.take().expect("polled after it was ready")))
            }
            KindProjected::Passing { future, passing } => {
                let response = ready!(future.poll(context));
                Poll::Ready(response.map(|response| passing.end(response)))
            }
            KindProjected::Running { future } => future.as_mut().poll(context),
        }
    }
}

impl Passing {
    pub(crate) fn end<B: HttpBody>(&self, response: Response<B>) -> Response<Body<B>> {
        let mut response = response.map(Body::passed);
        if let Some(purge) = &self.purge {
            purge.run(response.status(), response.headers());
        }
        respond::sign(response.headers_mut(), &self.shelf.name, &self.report);
        response
    }
}

impl<F, B: HttpBody, E> fmt::Debug for ResponseFuture<F, B, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
