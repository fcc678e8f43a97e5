//! Functions whose key is a request, and handlers whose answers are stored.
#![allow(clippy::unused_async, reason = "handlers are async")]

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request};
use axum::response::IntoResponse;
use axum::routing::get;
use cache_runtime::http::{CacheLayer, CacheScope};
use cache_runtime::{cached, invalidate_route, invalidate_tag, memoize};
use cache_tests::Count;
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::{install, prefix};

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
    invalidate_tag("products").into_result().unwrap();
    assert_ne!(ask("/products/2").await, second);
}

#[memoize(tags("names"))]
fn other_name(id: u64) -> String {
    format!("other name of {id}")
}

/// What the other process of the next test does: it drops what it is told to.
#[test]
fn another_process_drops() {
    let told = |name| std::env::var(name).ok();
    if let Some(route) = told("AWAY_ROUTE") {
        install();
        invalidate_route(&route).into_result().unwrap();
    }
    if let Some(tag) = told("AWAY_TAG") {
        install();
        invalidate_tag(&tag).into_result().unwrap();
    }
}

fn let_another_process_drop(what: &str, name: &str) {
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "requests::another_process_drops", "--quiet"])
        .env("AWAY_PREFIX", prefix())
        .env(what, name)
        .stdout(std::process::Stdio::null())
        .status();
    assert!(status.unwrap().success());
}

#[tokio::test]
async fn a_layer_hears_of_what_another_process_drops() {
    // The store in the memory of this process is nobody else's.
    if std::env::var_os("CACHE_TYPE").is_none() {
        return;
    }
    install();
    let page = || async { format!("{}, run {}", other_name(3), RUNS.add()) };
    let layer = CacheLayer::new(std::time::Duration::from_secs(60));
    let router = Router::new().route("/layered", get(page)).layer(layer);
    let ask = async || {
        let request = Request::get("/layered").body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        response.into_body().collect().await.unwrap().to_bytes()
    };
    for (what, name) in [("AWAY_ROUTE", "/layered"), ("AWAY_TAG", "names")] {
        // A process with copies may hear late of what it has stored itself, and drop once more.
        let mut first = ask().await;
        while ask().await != first {
            first = ask().await;
        }
        let_another_process_drop(what, name);
        let patience = std::time::Instant::now();
        while ask().await == first {
            assert!(patience.elapsed().as_secs() < 30, "{what}");
            tokio::task::yield_now().await;
        }
    }
}
