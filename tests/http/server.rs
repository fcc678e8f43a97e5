//! A server with a cache in front of its handler, on a socket, and a client for it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use cache_runtime::http::CacheLayer;
use cache_tests::Count;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;

/// What the handler answers to its runs, counted from 1.
pub(crate) type Handler = Arc<dyn Fn(usize, &Request) -> Response + Send + Sync>;

/// A server on a socket.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) runs: Arc<Count>,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// An answer, as the client has it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: String,
}

impl Server {
    /// Serves a handler behind a layer.
    pub(crate) async fn of_handler(layer: CacheLayer, handler: Handler) -> Self {
        let runs = Arc::new(Count::new());
        let counted = Arc::clone(&runs);
        let handle = move |request: Request| {
            let response = handler(counted.add() + 1, &request);
            async move { Ok::<_, Infallible>(response) }
        };
        let router = Router::new().fallback(handle).layer(layer);
        Self::start(router, runs).await
    }

    /// Serves a router.
    pub(crate) async fn start(router: Router, runs: Arc<Count>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            address,
            runs,
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    /// Sends a request; an error if the answer is not whole.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Answer, String> {
        let mut request = axum::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::default()).unwrap();
        let response = self.client.request(request).await;
        let (parts, body) = response.map_err(|error| format!("{error:?}"))?.into_parts();
        let body = body.collect().await.map_err(|error| format!("{error:?}"))?;
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        })
    }

    /// Gets a page.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[]).await.unwrap()
    }
}

impl Answer {
    /// A header, as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// `Cache-Status` without the name of the cache.
    pub(crate) fn cache_status(&self) -> &str {
        let status = self.header("cache-status").unwrap_or_default();
        status.split_once("; ").map_or(status, |(_, status)| status)
    }
}

/// A response of text.
pub(crate) fn text(body: impl Into<Body>, headers: &[(&str, &str)]) -> Response {
    let mut response = Response::builder();
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body.into()).unwrap()
}
