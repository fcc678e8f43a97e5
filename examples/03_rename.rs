//! A write that evicts what it changed: `cargo run --bin rename`.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{LazyLock, Mutex, PoisonError};

use cache_runtime::{Config, invalidates, memoize};

/// The database.
static USERS: LazyLock<Mutex<HashMap<u64, String>>> =
    LazyLock::new(|| Mutex::new(HashMap::from([(1, "Ada".into()), (2, "Grace".into())])));

/// Reads a user's name from the database.
#[memoize(timeout = "10m")]
fn name_of(id: u64) -> Option<String> {
    println!("  the database is asked for user {id}");
    USERS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&id)
        .cloned()
}

/// Renames a user; the next `name_of(id)` asks the database again.
#[invalidates(name_of(id))]
fn rename(id: u64, name: &str) -> Result<(), String> {
    let mut users = USERS.lock().unwrap_or_else(PoisonError::into_inner);
    let user = users
        .get_mut(&id)
        .ok_or_else(|| format!("there is no user {id}"))?;
    name.clone_into(user);
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    Config::from_env()?.install()?;
    // A shared store may still have what an earlier run has read.
    invalidate_all_name_of().into_result()?;
    for id in [1, 1, 2] {
        println!("user {id}: {:?}", name_of(id));
    }
    rename(1, "Augusta")?;
    println!("user 1 is renamed");
    for id in [1, 2] {
        println!("user {id}: {:?}", name_of(id));
    }
    assert_eq!(name_of(1).as_deref(), Some("Augusta"));
    assert_eq!(
        stats_name_of().misses.total(),
        3,
        "1 and 2 once, 1 again after its renaming"
    );
    Ok(())
}
