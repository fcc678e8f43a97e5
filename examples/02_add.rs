//! Arguments are the key: `cargo run --bin add`.

use cache_runtime::{Config, Error, Outcome, memoize};

/// Adds two numbers.
#[memoize(timeout = "1m")]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() -> Result<(), Error> {
    Config::from_env()?.install()?;
    // A shared store may still have what an earlier run has computed.
    invalidate_all_add().into_result()?;
    for (a, b, is_known) in [(2, 3, false), (2, 3, true), (10, 1, false)] {
        let answer = detailed_add(a, b);
        println!("add({a}, {b}) = {} ({:?})", answer.value, answer.outcome);
        assert_eq!(answer.value, a + b);
        assert_eq!(answer.outcome == Outcome::Hit, is_known);
    }
    Ok(())
}
