//! A page that is rendered at most every two seconds: `cargo run --bin route`.

use std::thread::sleep;
use std::time::Duration;

use cache_runtime::{Config, Error, Outcome, cached};

/// Renders a user's page.
#[cached(timeout = 2, route = "/users/{id}")]
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

fn main() -> Result<(), Error> {
    Config::from_env()?.install()?;
    // A shared store may still have what an earlier run has rendered.
    invalidate_all_user_page().into_result()?;
    assert!(visit(7));
    assert!(!visit(7));
    assert!(visit(8), "another route is another page");

    println!("more than two seconds later");
    sleep(Duration::from_millis(3_100)); // memcached counts whole seconds, and is up to one late
    assert!(visit(7));
    assert!(!visit(7));
    Ok(())
}
