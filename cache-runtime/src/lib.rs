#![doc = include_str!("../../README.md")]
//!
//! # Map of the crate
//!
//! Dependencies point one way:
//! `site → {store → policy, invalidate} → {key, value, entry → lineage} → {clock, error}`.
//! Counters are leaves: anyone may count, nobody asks them.
//!
//! | module | holds |
//! |---|---|
//! | `private` | what generated code names |
//! | `site` | one cached function: the decision, the computation, the wait |
//! | `key`, `value`, `entry` | what is looked up, what is stored, and how long |
//! | `lineage` | what a result was computed from: labels, and entries of other functions |
//! | `store`, `policy` | entries, bounded and expiring; who leaves when it is full |
//! | `invalidate` | what drops entries |
//! | `hold` | arguments that outlive the call, for refreshes |
//! | `options`, `outcome`, `stats`, `registry` | what an attribute says, how a call was answered, how often, in which functions |
//! | `http` | answers of a web server: what may be stored, and a layer that stores it |
//! | `watch` | what those who watch are told: spans, events, metrics |
//! | `record` | what is collected of each function beside its counters, for the page |
//! | `admin` | the page that shows it, and the same as JSON |
//! | `sweeper` | gives back the memory of expired entries |
//! | `config` | where settings come from, and what they mean |
//! | `clock`, `realm`, `sync`, `error` | time, what caches share, locks, the error type |
//! | `biased`, `threads` | the lock that readers do not write, and what each thread has to itself |
//! | `carry`, [`future`] | a computation's recording on another thread; the async twins |
//! | `testing` | for tests of code that uses cached functions |

#[cfg(feature = "admin")]
pub mod admin;
#[cfg(feature = "shared")]
pub mod backend;
mod biased;
mod carry;
mod clock;
#[cfg(feature = "shared")]
mod codec;
mod config;
#[cfg(feature = "shared")]
mod direct;
mod entry;
mod error;
pub mod future;
mod hold;
#[cfg(feature = "axum")]
pub mod http;
mod invalidate;
mod key;
mod lineage;
mod options;
mod outcome;
mod policy;
mod prefetch;
mod realm;
#[cfg(feature = "admin")]
mod record;
mod registry;
mod rules;
#[cfg(feature = "shared")]
mod shared;
mod site;
mod stats;
mod store;
mod sweeper;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod threads;
mod value;
mod watch;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

#[cfg(all(fuzzing, feature = "shared"))]
#[doc(hidden)]
#[path = "codec/fuzz.rs"]
pub mod __fuzz;

pub use cache_macros::{cached, invalidates, memoize};
pub use carry::carry;
pub use config::{Config, FunctionConfig};
#[cfg(feature = "shared")]
pub use direct::{Cache, cache};
pub use error::{Error, ErrorKind};
pub use invalidate::{Invalidation, clear_all, invalidate_route, invalidate_tag};
pub use options::{Bound, Timeout};
pub use outcome::{Detailed, MissReason, Outcome};
pub use registry::{Function, Lives, MorePolicy, Policy, functions};
pub use stats::{Misses, Stats};
#[cfg(feature = "metrics")]
pub use watch::numbers::publish_metrics;
