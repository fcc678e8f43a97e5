#![doc = include_str!("../../README.md")]
//!
//! # Map of the crate
//!
//! Dependencies point one way: `site → {store → policy, invalidate} → {key, value} → {clock, error}`.
//! Counters are leaves: anyone may count, nobody asks them.
//!
//! | module | holds |
//! |---|---|
//! | `private` | what generated code names |
//! | `site` | one cached function: the decision, the computation, the wait |
//! | `key`, `value` | what is looked up, what is stored |
//! | `store`, `policy` | entries, bounded and expiring; who leaves when it is full |
//! | `invalidate` | what drops entries |
//! | `options`, `outcome`, `stats`, `registry` | what an attribute says, how a call was answered, how often, in which functions |
//! | `sweeper` | gives back the memory of expired entries |
//! | `clock`, `sync`, `error` | time, locks, the error type |
//! | `testing` | for tests of code that uses cached functions |

mod clock;
mod error;
mod invalidate;
mod key;
mod options;
mod outcome;
mod policy;
mod registry;
mod site;
mod stats;
mod store;
mod sweeper;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod value;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use cache_macros::{cached, invalidates, memoize};
pub use error::{Error, ErrorKind};
pub use invalidate::Invalidation;
pub use options::{Bound, Timeout};
pub use outcome::{Detailed, MissReason, Outcome};
pub use registry::{Function, Lives, Policy, functions};
pub use stats::{Misses, Stats};
