//! A program with caches that do something.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use cache_runtime::http::CacheLayer;
use cache_runtime::{cached, memoize};
use cache_tests::random::Random;
use tokio::net::TcpListener;
use tower::ServiceExt;

/// A name that is not to be taken for anything else.
pub(crate) const HOSTILE: &str = "<img src=x onerror=\"document.title='broken'\">::&amp;";

pub(crate) mod prices {
    use super::{Duration, memoize, thread};

    #[memoize(
        timeout = 20,
        max_entries = 5000,
        local,
        tags("sku:{sku}"),
        namespace = "shop::prices::price"
    )]
    pub(crate) fn price(sku: u32, currency: &str) -> u64 {
        thread::sleep(Duration::from_micros(300 + u64::from(sku % 17) * 90));
        u64::from(sku) * 100 + currency.len() as u64
    }

    #[memoize(
        timeout = 5,
        stale_while_revalidate = 30,
        namespace = "shop::prices::exchange_rate"
    )]
    pub(crate) fn exchange_rate(from: String, to: String) -> usize {
        thread::sleep(Duration::from_millis(12));
        [from, to].concat().len()
    }
}

pub(crate) mod catalog {
    use super::{Duration, memoize, thread};

    #[memoize(timeout = "1m", max_weight = 20_000, local, weigher = |text: &String| text.len() as u32, namespace = "shop::catalog::description")]
    pub(crate) fn description(id: u32) -> String {
        thread::sleep(Duration::from_millis(2 + u64::from(id % 5)));
        "x".repeat(64 + id as usize % 64)
    }

    #[memoize(
        timeout = "10m",
        max_entries = 60,
        local,
        namespace = "shop::catalog::search"
    )]
    pub(crate) fn search(words: &str) -> Vec<usize> {
        thread::sleep(Duration::from_millis(4 + words.len() as u64 % 9));
        (0..words.len()).collect()
    }

    #[memoize(
        timeout = 8,
        refresh_ahead = 0.8,
        namespace = "shop::catalog::in_stock"
    )]
    pub(crate) fn in_stock(sku: u32) -> Option<u32> {
        thread::sleep(Duration::from_micros(700));
        (!sku.is_multiple_of(7)).then_some(sku % 50)
    }
}

#[cached(
    timeout = 30,
    route = "/users/{id}",
    namespace = "shop::users::profile"
)]
pub(crate) fn profile(id: u64) -> Result<String, String> {
    thread::sleep(Duration::from_millis(1));
    if id.is_multiple_of(9) {
        Err("no such user".to_owned())
    } else {
        Ok(format!("user {id}"))
    }
}

#[cached(timeout = never, namespace = "shop::settings")]
pub(crate) fn settings() -> Vec<String> {
    thread::sleep(Duration::from_millis(25));
    vec!["dark".to_owned()]
}

#[memoize(
    timeout = 60,
    namespace = "<img src=x onerror=\"document.title='broken'\">::&amp;"
)]
pub(crate) fn hostile(text: &str) -> usize {
    text.len()
}

#[memoize]
pub(crate) fn never_called(a: u32) -> u32 {
    a
}

/// Calls until it is told to stop.
#[derive(Debug)]
pub(crate) struct Load {
    goes_on: Arc<AtomicBool>,
    calls: Arc<AtomicU64>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Load {
    pub(crate) fn begin() -> Self {
        let (goes_on, calls) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU64::new(0)));
        let run = |seed| {
            let (goes_on, calls) = (Arc::clone(&goes_on), Arc::clone(&calls));
            thread::spawn(move || call(seed, &goes_on, &calls))
        };
        let threads = (1..=2).map(run).collect();
        Self {
            goes_on,
            calls,
            threads,
        }
    }

    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Relaxed)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.goes_on.store(false, Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().expect("the load goes on");
        }
    }
}

/// Some calls every few milliseconds, in waves.
fn call(seed: u64, goes_on: &AtomicBool, calls: &AtomicU64) {
    let (mut random, began) = (Random::new(seed), Instant::now());
    // Small numbers more often than large ones.
    let mut often = |most: u32| random.below(most) * random.below(most) / most.max(1);
    while goes_on.load(Relaxed) {
        let wave = began.elapsed().as_secs() % 90;
        for _ in 0..4 + wave.min(90 - wave) / 2 {
            let currency = ["EUR", "USD", "JPY"][often(3) as usize];
            prices::price(often(1500), currency);
            catalog::in_stock(often(90));
        }
        catalog::description(often(260));
        catalog::search(
            ["tea", "black tea", "cup", "kettle", "filter", "spoon"][often(6) as usize],
        );
        catalog::search(&format!("tea {}", often(200)));
        prices::exchange_rate(
            "EUR".to_owned(),
            ["USD", "CHF", "NOK"][often(3) as usize].to_owned(),
        );
        let _ = profile(u64::from(often(40)));
        settings();
        calls.fetch_add(1, Relaxed);
        thread::sleep(Duration::from_millis(4));
    }
}

/// A router with a layer of this name, which has answered.
pub(crate) async fn layered(name: &str) -> Router {
    let layer = CacheLayer::new(Duration::from_secs(60)).name(name);
    let router = Router::new()
        .route("/", get(|| async { "here" }))
        .layer(layer);
    let request = axum::extract::Request::get("/").body(axum::body::Body::empty());
    let answer = router.clone().oneshot(request.expect("a request")).await;
    assert_eq!(answer.expect("an answer").status(), 200);
    router
}

/// Serves a router on a free port; answers where.
pub(crate) async fn serve(router: Router) -> (String, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        axum::serve(listener, router).await.expect("it serves");
    });
    (format!("http://{address}"), server)
}
