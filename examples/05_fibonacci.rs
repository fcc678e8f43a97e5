//! A costly route that tracks how often the cache helped: `cargo run --bin fibonacci`.

use cache_runtime::{Config, Error, cached, memoize};

/// A Fibonacci number by its definition; without the cache this would take some 2^90 calls.
#[memoize(timeout = never)]
fn fibonacci(n: u64) -> u64 {
    match n {
        0 | 1 => n,
        _ => fibonacci(n - 1) + fibonacci(n - 2),
    }
}

/// Answers a request.
#[cached(timeout = "1h", route = "/fibonacci/{n}")]
fn answer(n: u64) -> String {
    format!("F({n}) = {}", fibonacci(n))
}

fn main() -> Result<(), Error> {
    Config::from_env()?.install()?;
    // A shared store may still have what an earlier run has computed; answers go with the numbers they are made of.
    invalidate_all_fibonacci().into_result()?;
    for n in [90, 80, 90, 90] {
        println!("GET /fibonacci/{n}: {}", answer(n));
    }
    for (route, stats) in [
        ("/fibonacci/{n}", stats_answer()),
        ("fibonacci(n)", stats_fibonacci()),
    ] {
        let helped = stats.calls() - stats.misses.total();
        let percent = 100.0 * stats.hit_ratio();
        println!(
            "{route}: {} calls, the cache helped {helped} times ({percent:.0} %)",
            stats.calls()
        );
    }
    assert_eq!(answer(90), "F(90) = 2880067194370816120");
    assert_eq!(stats_fibonacci().misses.total(), 91);
    Ok(())
}
