//! A page that is rendered at most every five seconds: `cargo run --bin route`.

use std::time::Duration;

use cache_runtime::{Outcome, cached, testing};

/// Renders a user's page.
#[cached(timeout = 5, route = "/users/{id}")]
fn user_page(id: u64) -> String {
    format!("<h1>User {id}</h1>")
}

fn visit(id: u64) -> bool {
    let page = detailed_user_page(id);
    let fresh = page.outcome != Outcome::Hit;
    println!(
        "GET /users/{id}: {} {}",
        page.value,
        if fresh { "fresh" } else { "cached" }
    );
    fresh
}

fn main() {
    assert!(visit(7));
    assert!(!visit(7));
    assert!(visit(8), "another route is another page");

    println!("five seconds later");
    testing::advance(Duration::from_secs(5));
    assert!(visit(7));
    assert!(!visit(7));
}
