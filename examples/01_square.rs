//! A function that is computed once: `cargo run --bin square`.

use std::sync::atomic::{AtomicU32, Ordering};

use cache_runtime::{Config, Error, memoize};

static RUNS: AtomicU32 = AtomicU32::new(0);

/// Squares a number, slowly.
#[memoize(timeout = 60)]
fn square(x: u64) -> u64 {
    RUNS.fetch_add(1, Ordering::Relaxed);
    x * x
}

fn main() -> Result<(), Error> {
    Config::from_env()?.install()?;
    // A shared store may still have what an earlier run has computed.
    invalidate_all_square().into_result()?;
    for _ in 0..2 {
        let answer = detailed_square(9);
        println!("square(9) = {} ({:?})", answer.value, answer.outcome);
        assert_eq!(answer.value, 81);
    }
    let runs = RUNS.load(Ordering::Relaxed);
    println!("the function ran {runs} time");
    assert_eq!(runs, 1);
    Ok(())
}
