//! `response`: the answers of a handler are stored, by the rules of the layer.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use cache_runtime::{Outcome, cached, memoize, testing};
use cache_tests::Count;

use super::App;
use crate::server::text;

#[tokio::test]
async fn a_hit_has_an_etag_an_age_and_says_that_it_is_one() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 60, route = request, response)]
    async fn page() -> impl IntoResponse {
        RUNS.add();
        ([("x-kept", "yes")], Html("<h1>Hello</h1>"))
    }
    let _isolated = testing::isolate();
    let app = App::new(Router::new().route("/", get(page)));
    let first = app.get("/").await;
    assert_eq!(first.cache_status(), "fwd=uri-miss; ttl=60; stored");
    testing::advance(Duration::from_millis(2500));
    let hit = app.get("/").await;
    assert_eq!((hit.status, hit.body.as_str()), (200, "<h1>Hello</h1>"));
    assert_eq!(hit.cache_status(), "hit; ttl=58");
    assert_eq!(hit.header("age"), Some("2"));
    assert_eq!(hit.header("x-kept"), Some("yes"));
    assert_eq!(hit.header("content-type"), Some("text/html; charset=utf-8"));
    let etag = hit.header("etag").unwrap();
    let again = app.get_with("/", &[("if-none-match", etag)]).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(RUNS.get(), 1);
}

#[tokio::test]
async fn a_head_is_answered_from_what_a_get_has_brought() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 60, route = request, response)]
    async fn page() -> Html<String> {
        Html(format!("{}", RUNS.add()))
    }
    let app = App::new(Router::new().route("/", get(page)));
    app.get("/").await;
    let head = app.send(Request::head("/")).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("content-length"), Some("1"));
    assert_eq!(RUNS.get(), 1);
}

/// Runs a handler that answers with these headers twice; answers how often it has run.
async fn runs_of(headers: &'static [(&str, &str)], asked: &[(&str, &str)]) -> usize {
    static RUNS: Count = Count::new();
    #[cached(timeout = 60, route = request, response, skip(answer))]
    async fn page(answer: axum::Extension<&'static [(&'static str, &'static str)]>) -> Response {
        RUNS.add();
        text("page", answer.0)
    }
    invalidate_all_page().await;
    let before = RUNS.get();
    let app = App::new(
        Router::new()
            .route("/", get(page))
            .layer(axum::Extension(headers)),
    );
    for _ in 0..2 {
        assert_eq!(app.get_with("/", asked).await.body, "page");
    }
    RUNS.get() - before
}

#[tokio::test]
async fn what_an_answer_says_of_caches_counts() {
    let _isolated = testing::isolate();
    assert_eq!(runs_of(&[], &[]).await, 1);
    for said in ["no-store", "no-cache", "private", "max-age=0", "s-maxage=0"] {
        let headers: &'static [(&str, &str)] = Box::leak(Box::new([("cache-control", said)]));
        assert_eq!(runs_of(headers, &[]).await, 2, "{said}");
    }
    assert_eq!(runs_of(&[("cache-control", "max-age=9")], &[]).await, 1);
    assert_eq!(runs_of(&[("set-cookie", "a=1")], &[]).await, 2);
    assert_eq!(runs_of(&[("vary", "*")], &[]).await, 2);
    assert_eq!(runs_of(&[], &[("authorization", "a")]).await, 2);
    assert_eq!(runs_of(&[], &[("range", "bytes=0-1")]).await, 2);
}

#[tokio::test]
async fn an_answer_says_how_long_it_lives() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 60, route = request, response)]
    async fn page() -> impl IntoResponse {
        ([("cache-control", "max-age=5")], RUNS.add().to_string())
    }
    let _isolated = testing::isolate();
    let app = App::new(Router::new().route("/", get(page)));
    assert_eq!(
        app.get("/").await.cache_status(),
        "fwd=uri-miss; ttl=5; stored"
    );
    testing::advance(Duration::from_secs(4));
    assert_eq!(app.get("/").await.body, "0");
    testing::advance(Duration::from_secs(2));
    let late = app.get("/").await;
    assert_eq!(
        (late.body.as_str(), late.cache_status()),
        ("1", "fwd=stale; ttl=5; stored")
    );
}

#[tokio::test]
async fn errors_are_not_stored_and_an_old_answer_stands_in_for_them() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 5, route = request, response, stale_if_error = 60)]
    async fn page(Path(id): Path<u64>) -> Result<String, StatusCode> {
        match (id, RUNS.add()) {
            (7, 0) => Ok("good".to_owned()),
            (7, _) => Err(StatusCode::INTERNAL_SERVER_ERROR),
            _ => Err(StatusCode::NOT_FOUND),
        }
    }
    let _isolated = testing::isolate();
    let app = App::new(Router::new().route("/{id}", get(page)));
    assert_eq!(app.get("/7").await.body, "good");
    testing::advance(Duration::from_secs(6));
    let old = app.get("/7").await;
    assert_eq!((old.status, old.body.as_str()), (200, "good"));
    assert_eq!(RUNS.get(), 2);
    for _ in 0..2 {
        assert_eq!(app.get("/8").await.status, 404);
    }
    assert_eq!(RUNS.get(), 4);
}

#[tokio::test]
async fn answers_that_vary_have_entries_of_their_own() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 60, route = request, response)]
    async fn page(headers: HeaderMap) -> impl IntoResponse {
        RUNS.add();
        let language = headers.get("accept-language").cloned();
        let language = language.map_or_else(String::new, |text| text.to_str().unwrap().to_owned());
        ([("vary", "accept-language")], language)
    }
    let app = App::new(Router::new().route("/", get(page)));
    for _ in 0..3 {
        for language in ["de", "en"] {
            let answer = app.get_with("/", &[("accept-language", language)]).await;
            assert_eq!(answer.body, language);
        }
    }
    // The first of all taught that they vary.
    assert_eq!(RUNS.get(), 3);
}

#[tokio::test]
async fn a_long_body_streams_past_the_limit_and_nothing_of_it_is_lost() {
    static RUNS: Count = Count::new();
    const PIECES: usize = 5;
    #[cached(timeout = 60, route = request, response)]
    async fn page() -> Response {
        RUNS.add();
        let piece =
            |n: usize| Ok::<_, std::io::Error>(vec![b'0' + u8::try_from(n).unwrap(); 1 << 19]);
        Response::new(Body::from_stream(futures::stream::iter(
            (0..PIECES).map(piece),
        )))
    }
    let app = App::new(Router::new().route("/", get(page)));
    for _ in 0..2 {
        let answer = app.get("/").await;
        assert_eq!(answer.body.len(), PIECES << 19);
        assert!(answer.body.ends_with('4'));
        assert_eq!(answer.cache_status(), "fwd=uri-miss; detail=too-large");
    }
    assert_eq!(RUNS.get(), 2);
}

#[tokio::test]
async fn handlers_without_a_request_as_their_key_are_cached_too() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 60, route = "/users/{id}", response)]
    async fn user(Path(id): Path<u64>) -> Html<String> {
        RUNS.add();
        Html(format!("user {id}"))
    }
    #[memoize(timeout = 60, key = id, response)]
    async fn other(Path(id): Path<u64>) -> Result<String, StatusCode> {
        RUNS.add();
        Ok(format!("other {id}"))
    }
    let router = Router::new()
        .route("/users/{id}", get(user))
        .route("/others/{id}", get(other));
    let app = App::new(router);
    for _ in 0..2 {
        assert_eq!(app.get("/users/7").await.body, "user 7");
        assert_eq!(app.get("/others/7").await.body, "other 7");
    }
    assert_eq!(RUNS.get(), 2);
    assert!(invalidate_user(Path(7)).await.existed());
    assert_eq!(peek_other(Path(7)).await.unwrap().body(), "other 7");
    app.get("/users/7").await;
    assert_eq!(RUNS.get(), 3);
}

#[tokio::test]
async fn an_answer_is_peeked_put_and_refreshed() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 60, route = request, response)]
    async fn page() -> String {
        RUNS.add().to_string()
    }
    async fn refresh() -> impl IntoResponse {
        let refreshed = refresh_page().await;
        assert!(matches!(detailed_page().await.outcome, Outcome::Hit));
        refreshed
    }
    let app = App::new(
        Router::new()
            .route("/", get(page))
            .route("/refresh", get(refresh)),
    );
    app.get("/").await;
    assert_eq!(peek_page("/").await.unwrap().body(), "0");
    put_page("/", axum::http::Response::new(Bytes::from("put"))).await;
    let hit = app.get("/").await;
    assert_eq!(
        (hit.body.as_str(), hit.cache_status()),
        ("put", "hit; ttl=60")
    );
    assert_eq!(app.get("/refresh").await.body, "1");
}

#[tokio::test]
async fn a_crowd_costs_one_run_unless_the_answer_is_for_one() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 60, route = request, response)]
    async fn page(Path(kind): Path<String>) -> Response {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        let run = RUNS.add().to_string();
        let cookie = [("set-cookie", "a=1")];
        text(run, if kind == "own" { &cookie } else { &[] })
    }
    let app = App::new(Router::new().route("/{kind}", get(page)));
    let answers = futures::future::join_all((0..50).map(|_| app.get("/shared"))).await;
    assert!(answers.iter().all(|answer| answer.body == "0"));
    let mut own = futures::future::join_all((0..50).map(|_| app.get("/own"))).await;
    own.sort_by(|a, b| a.body.cmp(&b.body));
    own.dedup_by(|a, b| a.body == b.body);
    assert_eq!(own.len(), 50);
}

#[tokio::test]
async fn an_answer_is_refreshed_in_its_window_while_callers_get_the_old_one() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 5, route = request, response, stale_while_revalidate = 60, tags("{id}"))]
    async fn page(Path(id): Path<u64>) -> impl IntoResponse {
        ([("x-id", id.to_string())], RUNS.add().to_string())
    }
    let _isolated = testing::isolate();
    let app = App::new(Router::new().route("/{id}", get(page)));
    app.get("/7").await;
    testing::advance(Duration::from_secs(6));
    let old = app.get("/7").await;
    assert_eq!(
        (old.body.as_str(), old.cache_status()),
        ("0", "hit; ttl=-1")
    );
    while stats_page().refreshes == 0 {
        tokio::task::yield_now().await;
    }
    let new = app.get("/7").await;
    assert_eq!((new.body.as_str(), new.header("x-id")), ("1", Some("7")));
    cache_runtime::invalidate_tag("7");
    assert_eq!(app.get("/7").await.body, "2");
}
