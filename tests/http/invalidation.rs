//! What drops answers, and what does not.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Request};
use axum::middleware::{Next, from_fn};
use axum::routing::get;
use cache_runtime::http::CacheLayer;
use cache_runtime::{invalidate_tag, memoize, testing};
use cache_tests::Count;

use crate::server::{Server, text};

fn layer() -> CacheLayer {
    CacheLayer::new(Duration::from_secs(60))
}

/// A server whose pages are the numbers of their runs.
async fn counting(layer: CacheLayer, headers: &'static [(&'static str, &'static str)]) -> Server {
    let handler = move |run: usize, _: &Request| text(run.to_string(), headers);
    Server::of_handler(layer, Arc::new(handler)).await
}

#[tokio::test]
async fn a_path_goes_for_every_host_query_and_variant() {
    let layer = layer();
    let server = counting(layer.clone(), &[("vary", "accept")]).await;
    let all = [
        ("/users/7", "one", "a"),
        ("/users/7", "two", "a"),
        ("/users/7?x=1", "one", "a"),
        ("/users/7", "one", "b"),
        ("/users/%37", "one", "a"),
    ];
    let ask = async |path: &str, host: &str, accept: &str| {
        let headers = [("host", host), ("accept", accept)];
        server.send("GET", path, &headers).await.unwrap().body
    };
    for _ in 0..2 {
        for (n, (path, host, accept)) in all.iter().enumerate() {
            assert_eq!(ask(path, host, accept).await, (n + 1).to_string());
        }
    }
    assert_eq!(ask("/users/8", "one", "a").await, "6");
    assert!(layer.invalidate("/users/7") >= all.len());
    for (n, (path, host, accept)) in all.iter().enumerate() {
        assert_eq!(ask(path, host, accept).await, (n + 7).to_string());
    }
    assert_eq!(ask("/users/8", "one", "a").await, "6", "another path stays");
    assert_eq!(layer.invalidate("/nowhere"), 0);
}

/// A server whose runs wait until they are let go.
async fn gated(
    layer: CacheLayer,
    headers: &'static [(&'static str, &'static str)],
) -> (Server, Arc<Count>) {
    let (runs, gate) = (Arc::new(Count::new()), Arc::new(Count::new()));
    let (counted, open) = (Arc::clone(&runs), Arc::clone(&gate));
    let handle = move || {
        let (run, open) = (counted.add() + 1, Arc::clone(&open));
        async move {
            open.reach(run).await;
            text(run.to_string(), headers)
        }
    };
    let router = Router::new().fallback(handle).layer(layer);
    (Server::start(router, runs).await, gate)
}

#[tokio::test]
async fn an_answer_that_was_under_way_is_not_stored() {
    let headers: [&'static [(&str, &str)]; 2] = [&[], &[("vary", "accept")]];
    for headers in headers {
        let layer = layer();
        let (server, gate) = gated(layer.clone(), headers).await;
        let during = async {
            server.runs.reach(1).await;
            layer.invalidate("/");
            // A request that begins now does not wait for what began before.
            let late = async {
                server.runs.reach(2).await;
                gate.add();
                gate.add();
            };
            tokio::join!(server.get("/"), late).0
        };
        let (first, second) = tokio::join!(server.get("/"), during);
        assert_eq!((&*first.body, &*second.body), ("1", "2"));
        assert_eq!(server.get("/").await.body, "2");
    }
}

#[tokio::test]
async fn clearing_drops_everything_and_what_was_under_way() {
    let layer = layer();
    let (server, gate) = gated(layer.clone(), &[]).await;
    let during = async {
        server.runs.reach(1).await;
        layer.clear();
        gate.add();
        gate.add();
    };
    assert_eq!(tokio::join!(server.get("/"), during).0.body, "1");
    assert_eq!(server.get("/").await.body, "2");
    assert_eq!(layer.clear(), 1);
}

#[memoize(timeout = 60, tags("prices"))]
fn price(sku: &str) -> u32 {
    u32::try_from(sku.len()).unwrap()
}

#[tokio::test]
async fn a_page_goes_with_the_cached_functions_that_it_was_made_of() {
    let _caches = testing::isolate();
    let handler = |run: usize, request: &Request| {
        let sku = request.uri().path().trim_start_matches('/');
        text(format!("{} {run}", price(sku)), &[])
    };
    let server = Server::of_handler(layer(), Arc::new(handler)).await;
    assert_eq!(server.get("/abc").await.body, "3 1");
    assert_eq!(server.get("/abcd").await.body, "4 2");
    assert_eq!(server.get("/abc").await.body, "3 1");
    invalidate_price("abc");
    assert_eq!(server.get("/abc").await.body, "3 3");
    assert_eq!(server.get("/abcd").await.body, "4 2");
    invalidate_tag("prices");
    assert_eq!(server.get("/abcd").await.body, "4 4");
}

#[tokio::test]
async fn who_waits_gets_no_page_from_before_the_invalidation_of_a_label() {
    static ARRIVED: Count = Count::new();
    static GO_ON: Count = Count::new();
    let _caches = testing::isolate();
    let runs = Arc::new(Count::new());
    let counted = Arc::clone(&runs);
    let handle = move || {
        let run = counted.add();
        async move {
            let page = format!("{} {run}", price("abc"));
            GO_ON.reach(1).await;
            page
        }
    };
    let arrive = |request: Request, next: Next| {
        ARRIVED.add();
        next.run(request)
    };
    let router = Router::new()
        .route("/", get(handle))
        .layer(layer())
        .layer(from_fn(arrive));
    let server = Server::start(router, Arc::clone(&runs)).await;
    let late = async {
        runs.reach(1).await;
        invalidate_tag("prices");
        let it_waits = async {
            ARRIVED.reach(2).await;
            GO_ON.add();
        };
        tokio::join!(server.get("/"), it_waits).0
    };
    let (early, late) = tokio::join!(server.get("/"), late);
    assert_eq!((&*early.body, &*late.body), ("3 0", "3 1"));
}

#[tokio::test]
async fn inside_nested_routers_the_whole_path_counts() {
    let (layer, runs) = (layer(), Arc::new(Count::new()));
    let counted = Arc::clone(&runs);
    let user = move |Path(id): Path<u32>| {
        let run = counted.add() + 1;
        async move { format!("user {id}, run {run}") }
    };
    let inner = Router::new().route("/{id}", get(user)).layer(layer.clone());
    let router = Router::new()
        .nest("/users", inner.clone())
        .nest("/people", inner);
    let server = Server::start(router, runs).await;
    assert_eq!(server.get("/users/7").await.body, "user 7, run 1");
    assert_eq!(server.get("/people/7").await.body, "user 7, run 2");
    assert!(layer.invalidate("/7") == 0 && layer.invalidate("/users/7") == 1);
    assert_eq!(server.get("/users/7").await.body, "user 7, run 3");
    assert_eq!(server.get("/people/7").await.body, "user 7, run 2");
}

#[tokio::test]
async fn layers_hold_their_bounds() {
    let few = layer().max_entries(10);
    let server = counting(few.clone(), &[]).await;
    for page in 0..50 {
        server.get(&format!("/{page}")).await;
    }
    assert_eq!(few.stats().evictions, 40);
    let small = layer().max_bytes(10_000);
    let server = counting(small.clone(), &[]).await;
    for page in 0..50 {
        server.get(&format!("/{page}")).await;
    }
    let kept = small.stats().stores - small.stats().evictions;
    assert!((4..20).contains(&kept), "{kept}");
}

#[tokio::test]
async fn layers_do_not_share_answers() {
    let (one, two) = (layer(), layer());
    let (first, second) = (counting(one.clone(), &[]).await, counting(two, &[]).await);
    let host = [("host", "x")];
    assert_eq!(first.send("GET", "/", &host).await.unwrap().body, "1");
    assert_eq!(second.send("GET", "/", &host).await.unwrap().body, "1");
    let stricter = one.clone().max_timeout(Duration::from_secs(1));
    assert_eq!((one.stats().stores, stricter.stats().stores), (1, 0));
}

#[tokio::test]
async fn tests_can_keep_requests_away_from_the_cache() {
    let _caches = testing::isolate();
    let server = counting(layer(), &[]).await;
    server.get("/").await;
    let disabled = testing::disable();
    assert_eq!(
        server.get("/").await.cache_status(),
        "fwd=bypass; detail=disabled"
    );
    drop(disabled);
    assert_eq!(server.get("/").await.body, "1");
}
