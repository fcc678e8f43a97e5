//! Functions whose key is a request, and handlers whose answers are stored.
#![allow(clippy::unused_async, reason = "handlers are async")]

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request};
use axum::response::IntoResponse;
use axum::routing::get;
use cache_runtime::http::CacheScope;
use cache_runtime::{cached, invalidate_route, memoize};
use cache_tests::Count;
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::install;

static RUNS: Count = Count::new();

#[memoize]
fn name(id: u64) -> String {
    format!("name of {id}")
}

#[cached(timeout = 60, route = request, query("page"))]
async fn user(Path(id): Path<u64>) -> String {
    format!("{}, run {}", name(id), RUNS.add())
}

#[cached(timeout = 60, route = request, response, tags("products"))]
async fn product(Path(id): Path<u64>) -> impl IntoResponse {
    let body = format!("{}, run {}", name(id), RUNS.add());
    ([("x-product", id.to_string())], body)
}

/// Asks for a page; answers with its body and `X-Product`.
async fn ask(path: &str) -> (String, String) {
    let router = Router::new()
        .route("/users/{id}", get(user))
        .route("/products/{id}", get(product))
        .layer(CacheScope::new());
    let request = Request::get(path).header("host", "shop.example");
    let response = router
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let header = response.headers().get("x-product").cloned();
    let header = header.map_or_else(String::new, |text| text.to_str().unwrap().to_owned());
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (String::from_utf8_lossy(&body).into_owned(), header)
}

#[tokio::test]
async fn a_request_is_answered_from_the_store_until_its_path_is_invalidated() {
    install();
    let first = ask("/users/1").await;
    assert_eq!(ask("/users/1?other=2").await, first);
    let second = ask("/users/1?page=2").await;
    assert_ne!(second, first);
    assert_eq!(peek_user("/users/1").await, Some(first.0.clone()));
    invalidate_user("/users/1").await.into_result().unwrap();
    assert_eq!(peek_user("/users/1").await, None);
    let (third, fourth) = (ask("/users/1").await, ask("/users/1?page=2").await);
    assert!(third != first && fourth != second);
    invalidate_route("/users/1").into_result().unwrap();
    assert_ne!(ask("/users/1").await, third);
}

#[tokio::test]
async fn an_answer_comes_back_whole_and_goes_with_what_it_was_computed_from() {
    install();
    let first = ask("/products/2").await;
    assert_eq!(first.1, "2");
    assert_eq!(ask("/products/2").await, first);
    invalidate_name(2).into_result().unwrap();
    let second = ask("/products/2").await;
    assert_ne!(second, first);
    cache_runtime::invalidate_tag("products")
        .into_result()
        .unwrap();
    assert_ne!(ask("/products/2").await, second);
}
