//! What the layer itself costs: `cargo test --release --features http --test http cost -- --nocapture`.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, Response};
use cache_runtime::http::CacheLayer;
use tower::{Layer, Service, ServiceExt, service_fn};

use crate::server::text;

/// The fastest of many short rounds, by call: other work on the machine disturbs some of them only.
async fn per_call<S, B>(service: S, request: impl Fn() -> Request<Body>) -> Duration
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible> + Clone,
{
    const CALLS: u32 = 500;
    // Without optimisation the figures say nothing.
    let rounds = if cfg!(debug_assertions) { 1 } else { 400 };
    let mut fastest = Duration::MAX;
    for _ in 0..rounds {
        let began = Instant::now();
        for _ in 0..CALLS {
            drop(service.clone().oneshot(request()).await);
        }
        fastest = fastest.min(began.elapsed() / CALLS);
    }
    fastest
}

fn get() -> Request<Body> {
    let request = Request::get("http://localhost/users/7?page=1");
    let request = request
        .header("accept", "text/html")
        .header("user-agent", "x");
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn the_layer_costs_less_than_five_microseconds_where_nothing_is_stored() {
    let handler = |headers: &'static [(&'static str, &'static str)]| {
        service_fn(async move |_: Request<Body>| Ok::<_, Infallible>(text("page", headers)))
    };
    let layer = CacheLayer::new(Duration::from_secs(60));
    let plain = per_call(handler(&[]), get).await;
    let unstored = per_call(layer.layer(handler(&[("cache-control", "no-store")])), get).await;
    let hit = per_call(layer.clone().name("hits").layer(handler(&[])), get).await;
    let post = || {
        let (mut parts, body) = get().into_parts();
        parts.method = axum::http::Method::OPTIONS;
        Request::from_parts(parts, body)
    };
    let passed = per_call(layer.clone().name("passed").layer(handler(&[])), post).await;
    println!(
        "the handler alone {plain:?}; unstored {unstored:?}; other methods {passed:?}; hit {hit:?}"
    );
    // A machine that takes longer for the handler alone takes longer for the layer.
    let busy = (plain.as_secs_f64() / 500e-9).max(1.0);
    let own = unstored.saturating_sub(plain);
    let most = Duration::from_micros(5).mul_f64(busy);
    assert!(cfg!(debug_assertions) || own < most, "{own:?} of {most:?}");
}
