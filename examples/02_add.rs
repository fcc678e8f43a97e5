//! Arguments are the key: `cargo run --bin add`.

use cache_runtime::{MissReason, Outcome, memoize};

/// Adds two numbers.
#[memoize(timeout = "1m")]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {
    let expected = [
        (2, 3, Outcome::Computed(MissReason::Cold)),
        (2, 3, Outcome::Hit),
        (10, 1, Outcome::Computed(MissReason::Cold)),
    ];
    for (a, b, outcome) in expected {
        let answer = detailed_add(a, b);
        println!("add({a}, {b}) = {} ({:?})", answer.value, answer.outcome);
        assert_eq!((answer.value, answer.outcome), (a + b, outcome));
    }
}
