//! Handlers that fail, and clients that go away.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use cache_runtime::http::CacheLayer;
use cache_runtime::testing;
use cache_tests::Count;
use http_body_util::BodyExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tower::{Layer, Service, ServiceExt, service_fn};

use crate::server::{Server, text};

fn layer() -> CacheLayer {
    CacheLayer::new(Duration::from_secs(60))
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

/// A server whose first run waits until the second request is there, and then does as it is told.
async fn second_in_line(first: impl Fn() + Clone + Send + Sync + 'static) -> (Server, Arc<Count>) {
    let (runs, gate) = (Arc::new(Count::new()), Arc::new(Count::new()));
    let (counted, open) = (Arc::clone(&runs), Arc::clone(&gate));
    let handle = move || {
        let (run, open, first) = (counted.add() + 1, Arc::clone(&open), first.clone());
        async move {
            if run == 1 {
                open.reach(1).await;
                first();
            }
            text(format!("run {run}"), &[])
        }
    };
    let router = axum::Router::new().fallback(handle).layer(layer());
    (Server::start(router, runs).await, gate)
}

#[tokio::test]
async fn a_handler_that_panics_hands_over_to_the_next_who_waits() {
    let (server, gate) = second_in_line(|| panic!("the first run fails")).await;
    let (first, second, third) = tokio::join!(
        server.send("GET", "/", &[]),
        async {
            server.runs.reach(1).await;
            server.send("GET", "/", &[]).await
        },
        async {
            server.runs.reach(1).await;
            gate.add();
            server.send("GET", "/", &[]).await
        }
    );
    assert!(first.is_err(), "the connection of the first breaks");
    assert_eq!(second.unwrap().body, "run 2");
    assert_eq!(third.unwrap().body, "run 2");
    assert_eq!(server.runs.get(), 2);
}

#[tokio::test]
async fn a_client_that_goes_away_hands_over_to_the_next_who_waits() {
    let (server, _gate) = second_in_line(|| ()).await;
    let mut gone = TcpStream::connect(server.address).await.unwrap();
    gone.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    server.runs.reach(1).await;
    let waits = server.send("GET", "/", &[("host", "x")]);
    let (answer, ()) = tokio::join!(waits, async move { drop(gone) });
    assert_eq!(answer.unwrap().body, "run 2");
    assert_eq!(
        server
            .send("GET", "/", &[("host", "x")])
            .await
            .unwrap()
            .body,
        "run 2"
    );
}

#[tokio::test]
async fn errors_go_to_the_one_who_ran_and_the_others_run_side_by_side() {
    let runs = Arc::new(Count::new());
    let counted = Arc::clone(&runs);
    let fails = service_fn(move |_: Request<Body>| {
        let runs = Arc::clone(&counted);
        async move {
            // The first run fails when the others wait for it; theirs fail when all of them run.
            let round = if runs.add() == 0 { 1 } else { 4 };
            tokio::task::yield_now().await;
            runs.reach(round).await;
            Err::<Response<Body>, io::Error>(io::Error::other("down"))
        }
    });
    let service = layer().layer(fails);
    let ask = || service.clone().oneshot(get("/"));
    let (a, b, c, d) = tokio::join!(ask(), ask(), ask(), ask());
    assert!([a, b, c, d].iter().all(Result::is_err));
    assert_eq!(runs.get(), 4);
}

#[tokio::test]
async fn a_stale_answer_stands_in_for_errors_and_panics() {
    let _caches = testing::isolate();
    let runs = Arc::new(Count::new());
    let counted = Arc::clone(&runs);
    let handle = service_fn(move |_: Request<Body>| {
        let run = counted.add() + 1;
        async move {
            match run {
                1 => Ok(text(
                    "good",
                    &[("cache-control", "max-age=10, stale-if-error=60")],
                )),
                2 => panic!("the second run fails"),
                _ => Err(io::Error::other("down")),
            }
        }
    });
    let mut service = layer().layer(handle);
    for (run, status) in [
        (1, "cache-runtime; fwd=uri-miss; ttl=10; stored"),
        (2, "cache-runtime; fwd=stale; ttl=-1; detail=stale-if-error"),
        (
            3,
            "cache-runtime; fwd=stale; ttl=-12; detail=stale-if-error",
        ),
    ] {
        let response = service.ready().await.unwrap().call(get("/")).await.unwrap();
        assert_eq!(response.headers()["cache-status"], status, "run {run}");
        assert_eq!(
            response.into_body().collect().await.unwrap().to_bytes(),
            "good"
        );
        testing::advance(Duration::from_secs(11));
    }
    assert_eq!(runs.get(), 3);
}

#[tokio::test]
async fn every_request_has_one_outcome() {
    let _caches = testing::isolate();
    let cache = layer();
    let handle = service_fn(async |request: Request<Body>| {
        let unstored = [("cache-control", "no-store")];
        let headers = &unstored[..usize::from(request.uri().path() == "/unstored")];
        Ok::<_, Infallible>(text("page", headers))
    });
    let service = cache.layer(handle);
    for path in ["/a", "/a", "/b", "/unstored", "/unstored"] {
        drop(service.clone().oneshot(get(path)).await.unwrap());
    }
    let post = Request::post("/a").body(Body::empty()).unwrap();
    drop(service.clone().oneshot(post).await.unwrap());
    let stats = cache.stats();
    assert_eq!(
        (stats.hits, stats.misses.total(), stats.bypasses),
        (1, 4, 1),
        "{stats:?}"
    );
    assert_eq!(stats.calls(), 6);
}
