//! What a response cache brings to slow pages, and what it costs the others: this crate beside `axum-response-cache`.
//!
//! `cargo bench -p cache-tests --bench web` asks servers of this process with `wrk` over real sockets, each for some
//! seconds; a number is for how many. What the layer costs is measured without sockets, in CPU time of calls that take
//! turns.

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use axum::response::IntoResponse;
use axum::{Router, routing::get};
use cache_runtime::http::CacheLayer;
use cache_tests::table::Table;
use tower::{Service as _, ServiceExt};

const MINUTE: Duration = Duration::from_secs(60);
const CONNECTIONS: &str = "64";

/// The layers that are compared.
#[derive(Clone, Copy)]
enum Layer {
    None,
    Ours,
    Peer,
}

impl Layer {
    const ALL: [Self; 3] = [Self::None, Self::Ours, Self::Peer];

    fn name(self) -> &'static str {
        match self {
            Self::None => "without a cache",
            Self::Ours => "`CacheLayer`",
            Self::Peer => "axum-response-cache",
        }
    }

    /// A page that takes 20 ms, one that takes none, and one that no cache may keep.
    fn app(self) -> Router {
        let page = || "<p>a line of the page</p>\n".repeat(160);
        let slow = move || async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            page()
        };
        let private = || async { ([("cache-control", "no-store")], "yours").into_response() };
        let app = Router::new()
            .route("/slow", get(slow))
            .route("/quick", get(move || async move { page() }))
            .route("/private", get(private));
        match self {
            Self::None => app,
            Self::Ours => app.layer(CacheLayer::new(MINUTE)),
            Self::Peer => app.layer(axum_response_cache::CacheLayer::with_lifespan(MINUTE)),
        }
    }
}

/// What `wrk` says of a page.
struct Measured {
    rate: f64,
    median: String,
    p99: String,
}

fn main() -> ExitCode {
    if Command::new("wrk").arg("--version").output().is_err() {
        eprintln!("`wrk` is missing: it is in the package of that name");
        return ExitCode::FAILURE;
    }
    let number = std::env::args().find_map(|argument| argument.parse().ok());
    let seconds: u64 = number.unwrap_or(5);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut table = Table::new(&["page", "requests/s", "x without", "median", "99 %"]);
    for page in ["slow", "quick"] {
        let mut without = None;
        for layer in Layer::ALL {
            let measured = runtime.block_on(asked(layer.app(), page, seconds));
            let without = *without.get_or_insert(measured.rate);
            let ratio = measured.rate / without;
            table.row([
                format!("{page}, {}", layer.name()),
                format!("{:.0}", measured.rate),
                format!("{ratio:.1}"),
                measured.median,
                measured.p99,
            ]);
        }
    }
    println!("{}", table.text());
    println!("{}", table.markdown());
    let cost = cost(&runtime);
    println!("{}", cost.text());
    println!("{}", cost.markdown());
    ExitCode::SUCCESS
}

/// Serves an app on a socket, and asks for a page.
async fn asked(app: Router, page: &str, seconds: u64) -> Measured {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let (url, time) = (format!("http://{address}/{page}"), format!("{seconds}s"));
    let wrk = move || {
        let arguments = ["-t1", "-c", CONNECTIONS, "-d", &time, "--latency", &url];
        Command::new("wrk").args(arguments).output()
    };
    let output = tokio::task::spawn_blocking(wrk).await.expect("no panic");
    server.abort();
    let output = output.expect("`wrk` runs").stdout;
    let output = String::from_utf8_lossy(&output);
    let after = |label: &str| {
        let line = output.lines().find(|line| line.trim().starts_with(label));
        let value = line.and_then(|line| line.split_whitespace().last());
        value
            .unwrap_or_else(|| panic!("{label} in {output}"))
            .to_owned()
    };
    Measured {
        rate: after("Requests/sec:").parse().expect("a number"),
        median: after("50%"),
        p99: after("99%"),
    }
}

/// What the layers add to a request that they let through, and what a hit takes.
fn cost(runtime: &tokio::runtime::Runtime) -> Table {
    const ROUNDS: usize = 21;
    let pages = ["private", "quick"];
    let mut apps = Layer::ALL.map(|layer| (layer, layer.app(), pages.map(|_| Vec::new())));
    for _ in 0..ROUNDS {
        for (_, app, times) in &mut apps {
            for (page, times) in pages.iter().zip(times) {
                times.push(runtime.block_on(one(app, page)));
            }
        }
    }
    let mut head = vec!["microseconds per request, without sockets"];
    head.extend(["may not be kept", "a page of 4 KB"]);
    let mut table = Table::new(&head);
    for (layer, _, times) in apps {
        let median = |mut times: Vec<f64>| {
            times.sort_by(f64::total_cmp);
            format!("{:.2}", times[times.len() / 2])
        };
        let [private, quick] = times.map(median);
        table.row([layer.name().to_owned(), private, quick]);
    }
    table
}

/// The microseconds that a request takes.
async fn one(app: &mut Router, page: &str) -> f64 {
    const REQUESTS: u32 = 2000;
    let began = Instant::now();
    for _ in 0..REQUESTS {
        let request = Request::get(format!("/{page}")).header("host", "shop");
        let request = request.body(Body::empty()).expect("a request");
        let ready = ServiceExt::<Request<Body>>::ready(app).await;
        let answer = ready.expect("it is ready").call(request).await;
        let body = answer.expect("an answer").into_body();
        axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    }
    began.elapsed().as_secs_f64() * 1e6 / f64::from(REQUESTS)
}
