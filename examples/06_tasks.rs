//! A crowd of tasks costs one computation, and an error is not kept: `cargo run --bin tasks`.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use cache_runtime::{Config, Error, memoize};
use tokio::time::sleep;

static QUERIES: AtomicU32 = AtomicU32::new(0);

/// Asks a remote service, which is slow, and at first is down.
#[memoize(timeout = "30s")]
async fn forecast(city: &str) -> Result<String, &'static str> {
    sleep(Duration::from_millis(50)).await;
    match QUERIES.fetch_add(1, Relaxed) {
        0 => Err("the service is down"),
        _ => Ok(format!("sunny in {city}")),
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    Config::from_env()?.install()?;
    // A shared store may still have what an earlier run was told.
    invalidate_all_forecast().await.into_result()?;
    println!("{:?}", forecast("Bonn").await);

    let crowd: Vec<_> = (0..100).map(|_| tokio::spawn(forecast("Bonn"))).collect();
    for visitor in crowd {
        assert_eq!(
            visitor.await.expect("no task panics").as_deref(),
            Ok("sunny in Bonn")
        );
    }
    let stats = stats_forecast();
    println!("100 tasks, {} more query", QUERIES.load(Relaxed) - 1);
    println!(
        "{} computed, {} waited for it, {} hits",
        stats.misses.total(),
        stats.coalesced,
        stats.hits
    );
    assert_eq!(QUERIES.load(Relaxed), 2);

    // The service changes its mind.
    invalidate_forecast("Bonn").await;
    println!("{:?}", forecast("Bonn").await);
    assert_eq!(QUERIES.load(Relaxed), 3);
    Ok(())
}
