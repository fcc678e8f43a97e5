//! What functions do whose entries live in a shared store: the same tests for every back end.
//!
//! The back end is the one that the environment names (`CACHE_TYPE` and so on), else one in the memory of this
//! process. [`every`] runs this binary again for each of the others.

mod batch;
mod calls;
mod dependencies;
mod direct;
mod every;
mod failure;
mod freshness;
mod labels;
mod races;
mod requests;
mod runtimes;

use std::sync::Once;

use cache_runtime::Config;
use cache_runtime::backend::Memory;

/// What names begin with in the store: another process can be told it.
fn prefix() -> String {
    std::env::var("AWAY_PREFIX").unwrap_or_else(|_| format!("away {}", std::process::id()))
}

/// Installs the back end, once.
fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let config = match std::env::var_os("CACHE_TYPE") {
            Some(_) => Config::from_env().expect("the environment is right"),
            None => Config::custom(Memory::new()),
        };
        let prefix = prefix();
        let patient = std::time::Duration::from_secs(5);
        config
            .key_prefix(&prefix)
            .backend_timeout(patient)
            .install()
            .expect("it can be installed");
        // The first use of a cluster ever moves the epoch once for each of its primaries.
        for n in 0..32 {
            let _ = cache_runtime::cache().get::<u8>(&format!("warm up {n}"));
        }
    });
}
