//! `route = request`: the request is the key.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Query, Request};
use axum::routing::{any, get};
use cache_runtime::{
    Outcome, cached, invalidate_route, invalidate_tag, invalidates, memoize, testing,
};
use cache_tests::Count;

use super::App;

#[tokio::test]
async fn the_path_is_the_key_and_the_query_is_not() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 60, route = request)]
    async fn user(Path(id): Path<u64>) -> String {
        RUNS.add();
        format!("user {id}")
    }
    let app = App::new(Router::new().route("/users/{id}", get(user)));
    for _ in 0..2 {
        assert_eq!(app.get("/users/7").await.body, "user 7");
        assert_eq!(app.get("/users/8?page=2").await.body, "user 8");
    }
    assert_eq!(app.get("/users/%37").await.body, "user 7");
    assert_eq!(RUNS.get(), 2);
    assert_eq!(stats_user().hits, 3);
}

#[tokio::test]
async fn hosts_and_methods_have_entries_of_their_own() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 60, route = request)]
    async fn home() -> String {
        format!("{}", RUNS.add())
    }
    let app = App::new(Router::new().route("/", any(home)));
    for _ in 0..2 {
        assert_eq!(app.get_with("/", &[("host", "a.example")]).await.body, "0");
        assert_eq!(app.get_with("/", &[("host", "b.example")]).await.body, "1");
        app.send(Request::head("/").header("host", "a.example"))
            .await;
    }
    assert_eq!(RUNS.get(), 3);
    for run in 3..5 {
        let posted = app.send(Request::post("/").header("host", "a.example"));
        assert_eq!(posted.await.body, run.to_string());
    }
    assert_eq!(stats_home().bypasses, 2);
}

#[tokio::test]
async fn the_whole_query_counts_when_it_is_asked_for_with_its_pairs_sorted() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 60, route = request, query = true)]
    async fn search(Query(query): Query<BTreeMap<String, String>>) -> String {
        RUNS.add();
        format!("{query:?}")
    }
    let app = App::new(Router::new().route("/search", get(search)));
    let one = app.get("/search?q=tea&page=1").await.body;
    assert_eq!(app.get("/search?page=1&q=tea").await.body, one);
    assert_ne!(app.get("/search?page=2&q=tea").await.body, one);
    assert_ne!(app.get("/search").await.body, one);
    assert_eq!(RUNS.get(), 3);
}

#[tokio::test]
async fn the_parts_of_a_query_that_are_named_count() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 60, route = request, query("page", "sort"))]
    async fn list() -> String {
        format!("{}", RUNS.add())
    }
    let app = App::new(Router::new().route("/list", get(list)));
    assert_eq!(app.get("/list?page=1&from=mail").await.body, "0");
    assert_eq!(app.get("/list?from=chat&page=1").await.body, "0");
    assert_eq!(app.get("/list?pages=1&page=2").await.body, "1");
    assert_eq!(app.get("/list?sort=1&page=2").await.body, "2");
}

#[tokio::test]
async fn headers_that_are_named_count() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 60, route = request, vary("accept-language"))]
    async fn greeting() -> String {
        format!("{}", RUNS.add())
    }
    let app = App::new(Router::new().route("/", get(greeting)));
    for (language, run) in [("de", "0"), ("en", "1"), ("de", "0")] {
        let asked = [("accept-language", language), ("accept", language)];
        assert_eq!(app.get_with("/", &asked).await.body, run);
    }
    assert_eq!(app.get("/").await.body, "2");
}

#[tokio::test]
async fn sync_functions_below_a_handler_see_the_request() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 60, route = request)]
    fn menu() -> String {
        format!("menu {}", RUNS.add())
    }
    async fn page() -> String {
        tokio::task::yield_now().await;
        menu()
    }
    let app = App::new(Router::new().route("/{page}", get(page)));
    for _ in 0..2 {
        assert_eq!(app.get("/a").await.body, "menu 0");
        assert_eq!(app.get("/b").await.body, "menu 1");
    }
}

#[tokio::test]
async fn without_a_scope_it_runs_uncached() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 60, route = request)]
    async fn page() -> String {
        format!("{}", RUNS.add())
    }
    assert_eq!(page().await, "0");
    assert_eq!(detailed_page().await.outcome, Outcome::Bypassed);
    assert_eq!(stats_page().bypasses, 2);
}

#[tokio::test]
async fn an_invalidation_drops_the_path_for_every_host_query_and_header() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 60, route = request, query = true, vary("accept"))]
    async fn page(Path(_id): Path<u64>) -> String {
        format!("{}", RUNS.add())
    }
    let app = App::new(Router::new().route("/pages/{id}", get(page)));
    let all = async || {
        let mut runs = Vec::new();
        for (path, headers) in [
            ("/pages/7", [("host", "a"), ("accept", "x")]),
            ("/pages/7?q=1", [("host", "a"), ("accept", "x")]),
            ("/pages/7", [("host", "b"), ("accept", "y")]),
            ("/pages/8", [("host", "a"), ("accept", "x")]),
        ] {
            runs.push(app.get_with(path, &headers).await.body);
        }
        runs.join(" ")
    };
    assert_eq!(all().await, "0 1 2 3");
    assert!(invalidate_page("/pages/7").await.existed());
    assert_eq!(all().await, "4 5 6 3");
    assert!(invalidate_route("/pages/7").existed());
    assert_eq!(all().await, "7 8 9 3");
    assert!(!invalidate_page("/pages/9").await.existed());
    invalidate_all_page().await;
    assert_eq!(all().await, "10 11 12 13");
}

#[tokio::test]
async fn one_function_is_invalidated_and_not_the_other_of_the_same_path() {
    #[cached(timeout = 60, route = request)]
    fn head() -> u64 {
        1
    }
    #[cached(timeout = 60, route = request)]
    fn tail() -> u64 {
        2
    }
    async fn page() -> String {
        format!(
            "{:?} {:?}",
            detailed_head().outcome,
            detailed_tail().outcome
        )
    }
    let app = App::new(Router::new().route("/one", get(page)));
    app.get("/one").await;
    invalidate_head("/one");
    let after = app.get("/one").await.body;
    assert_eq!(after, "Computed(Invalidated) Hit");
}

#[tokio::test]
async fn a_writer_invalidates_what_it_has_written() {
    static NAME: Count = Count::new();
    #[cached(timeout = 60, route = request)]
    async fn user(Path(id): Path<u64>) -> String {
        format!("user {id}, version {}", NAME.get())
    }
    #[invalidates(user(&format!("/users/{id}")))]
    async fn rename(Path(id): Path<u64>) -> String {
        NAME.add();
        format!("renamed {id}")
    }
    #[invalidates(route("/users/{id}"))]
    async fn rename_by_route(Path(id): Path<u64>) -> String {
        NAME.add();
        format!("renamed {id}")
    }
    let router = Router::new().route("/users/{id}", get(user).post(rename).put(rename_by_route));
    let app = App::new(router);
    assert_eq!(app.get("/users/7").await.body, "user 7, version 0");
    app.send(Request::post("/users/7")).await;
    assert_eq!(app.get("/users/7").await.body, "user 7, version 1");
    app.send(Request::put("/users/7")).await;
    assert_eq!(app.get("/users/7").await.body, "user 7, version 2");
}

#[tokio::test]
async fn labels_and_dependencies_reach_what_is_keyed_on_a_request() {
    static RUNS: Count = Count::new();
    #[memoize(timeout = 60)]
    fn price(id: u64) -> u64 {
        id
    }
    #[cached(timeout = 60, route = request, tags("products", "product:{id}"))]
    async fn product(Path(id): Path<u64>) -> String {
        format!("{} {}", price(id), RUNS.add())
    }
    let _caches = testing::isolate();
    let app = App::new(Router::new().route("/products/{id}", get(product)));
    assert_eq!(app.get("/products/7").await.body, "7 0");
    invalidate_tag("product:8");
    assert_eq!(app.get("/products/7").await.body, "7 0");
    invalidate_tag("product:7");
    assert_eq!(app.get("/products/7").await.body, "7 1");
    invalidate_price(7);
    assert_eq!(app.get("/products/7").await.body, "7 2");
}

#[tokio::test]
async fn a_path_is_peeked_and_put() {
    #[cached(timeout = 60, route = request)]
    async fn page() -> String {
        "run".to_owned()
    }
    let app = App::new(Router::new().route("/page", get(page)));
    assert_eq!(peek_page("/page").await, None);
    app.get_with("/page", &[("host", "shop.example")]).await;
    assert_eq!(peek_page("/page?any").await.as_deref(), Some("run"));
    put_page("/page", "put".to_owned()).await;
    let hosts = [&[("host", "shop.example")][..], &[]];
    for host in hosts {
        assert_eq!(app.get_with("/page", host).await.body, "put");
    }
    invalidate_page("/page").await;
    assert_eq!(peek_page("/page").await, None);
}

#[tokio::test]
async fn an_entry_expires_and_is_refreshed_in_its_window() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 5, route = request, stale_while_revalidate = 60)]
    async fn page() -> String {
        format!("{}", RUNS.add())
    }
    let _isolated = testing::isolate();
    let app = App::new(Router::new().route("/", get(page)));
    assert_eq!(app.get("/").await.body, "0");
    testing::advance(Duration::from_secs(6));
    assert_eq!(app.get("/").await.body, "0");
    while RUNS.get() < 2 {
        tokio::task::yield_now().await;
    }
    tokio::task::yield_now().await;
    assert_eq!(app.get("/").await.body, "1");
}

#[tokio::test]
async fn a_crowd_costs_one_run() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 60, route = request)]
    async fn page() -> String {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        format!("{}", RUNS.add())
    }
    let app = App::new(Router::new().route("/", get(page)));
    let crowd = (0..100).map(|_| app.get("/"));
    for answer in futures::future::join_all(crowd).await {
        assert_eq!(answer.body, "0");
    }
}
