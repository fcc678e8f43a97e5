//! Cached functions that serve requests: `route = request`, and `response` (6).
#![allow(clippy::unused_async, reason = "handlers are async")]

mod answers;
mod people;
mod requests;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Builder;
use cache_runtime::http::CacheScope;
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::server::Answer;

/// A router behind a scope, asked without a socket.
pub(crate) struct App(Router);

impl App {
    pub(crate) fn new(router: Router) -> Self {
        Self(router.layer(CacheScope::new()))
    }

    pub(crate) async fn send(&self, request: Builder) -> Answer {
        let request: Request = request.body(Body::empty()).unwrap();
        let response = self.0.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path)).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = headers
            .iter()
            .fold(Request::get(path), |request, (name, value)| {
                request.header(*name, *value)
            });
        self.send(request).await
    }
}
