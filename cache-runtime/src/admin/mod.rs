//! A page that shows what the caches of this process do, and the same as JSON (feature `admin`).
//!
//! ```
//! use axum::Router;
//! use cache_runtime::admin::Admin;
//!
//! let app: Router = Router::new().nest("/cache", Admin::new().into_router());
//! ```
//!
//! It works at any path: `nest("/cache", ..)` answers at `/cache`, `nest_service("/cache", ..)` at `/cache/` as well,
//! `merge(..)` at the root.
//!
//! The page shows every cached function of the program, called or not, and every `CacheLayer` from its first request
//! on: calls, hit ratio over the last ten minutes, entries, how long the function takes, why it ran, and the state of
//! a shared back end. It needs nothing from outside the program.
//!
//! **It is read-only, and shows no keys,** unless it is asked to ([`allow_invalidation`](Admin::allow_invalidation),
//! [`show_keys`](Admin::show_keys)); values are never shown. It knows no users: whoever may see it is for a layer in
//! front of it to say.
//!
//! # JSON
//!
//! Numbers are numbers, durations and ages are seconds, what is not known is `null`. Fields may be added, and keep
//! their names and meanings. All paths are relative to where the router is mounted.
//!
//! | request | answer |
//! |---|---|
//! | `GET api/functions` | everything but details |
//! | `GET api/functions?since=TICK` | the same; of the functions only those of which something is new since that `tick`, with the history since then |
//! | `GET api/functions/NAME` | one function with details; the name percent-encoded |
//! | `POST api/invalidate` | drops what the body says |
//!
//! | `GET api/functions` | |
//! |---|---|
//! | `process` | `id` (another one after a restart), `pid`, `version` of this crate |
//! | `tick`, `tick_seconds`, `ticks` | the number of the last point of the history, how far points are apart, how many are kept |
//! | `allows_invalidation`, `shows_keys` | what the router was built with |
//! | `backend` | `null`, or `name`, `state` (`"closed"`: it is asked; `"open"`: it has failed, and is not asked for the time being), `failures` in a row, `undelivered` invalidations, `operations`, `median_seconds`, `p99_seconds`, `last_failure` (`age_seconds`, `message`) |
//! | `count` | how many functions there are |
//! | `functions` | a list |
//!
//! | of each function | |
//! |---|---|
//! | `name`, `kind`, `file`, `line` | `kind` is `"function"` or `"responses"` (of a `CacheLayer`) |
//! | `lives` | `"process"`, or the name of the shared back end |
//! | `policy` | `timeout`, `max_entries` (texts as the attribute has them), `enabled`, `local`, and from the first call on `idle_seconds`, `jitter`, `stale_while_revalidate_seconds`, `stale_if_error_seconds`, `refresh_ahead`, `max_weight`, `coalesce`, `depends` |
//! | `calls`, `hit_ratio`, `hits`, `stale_hits`, `coalesced`, `bypasses`, `stores`, .. | as in [`Stats`](crate::Stats), since the process began |
//! | `misses` | `cold`, `expired`, `invalidated`, `evicted`, `forced`, `undecodable` |
//! | `loads` | runs through the cache: `count`, `median_seconds`, `p99_seconds`, `max_seconds`. Median and percentile are of all runs since the process began, and off by at most 3.2 % |
//! | `entries`, `weight` | in this process; `weight` if entries are weighed, of a `CacheLayer` in bytes |
//! | `history` | `[tick, answered, misses, bypasses]` for each tick in which there was a call |
//!
//! | with details | |
//! |---|---|
//! | `oldest_age_seconds` | of the entries in this process |
//! | `runs` | the last 64 runs, the latest first: `age_seconds`, `why` (a reason for a miss, `"refresh"`), `came_to` (`"value"`, `"error"`, `"old_value"`, `"nothing"`: it panicked or was dropped), `took_seconds`, `arguments` if keys are shown and known |
//! | `changes` | what was counted beside: `age_seconds`, `what`, `count`, in a tick. Hits are in here too; no hit is noted by itself |
//! | `keys` | `state` (`"shown"`, `"hidden"`, `"opaque"`: an argument is not `serde::Serialize`), `entries`: at most 200, the latest first, with `id`, `arguments`, `age_seconds`, `expires_in_seconds` |
//!
//! # Invalidation
//!
//! The body is one of these, sent with `Content-Type: application/json` and a header `x-cache-admin` of any value, from
//! the page's own origin:
//!
//! | body | drops |
//! |---|---|
//! | `{"function": "shop::price", "arguments": [7, "en"]}` | one entry; the arguments of the key in order, as `serde_json` writes them. For a route, its text |
//! | `{"function": "shop::price", "entry": "9f.."}` | one entry, by the `id` that was shown |
//! | `{"function": "shop::price"}` | every entry of the function |
//! | `{"tag": "team:7"}` | every entry with the label |
//! | `{"route": "/users/7"}` | the entries of the route, in all functions and layers |
//!
//! The answer has `existed`, `delivered` (whether a shared back end has confirmed it; else it is retried), and a
//! `message`. Arguments are compared with those of the last 10 000 keys of the function that this process has computed
//! since the router was made; others are `404`, and so is a function with arguments that are not `serde::Serialize`.
//! Drop all its entries, or use its `invalidate_f`.
//!
//! # Cost
//!
//! A hit does nothing for this. A run of a function adds to a histogram (4.7 kB for each function that was run) and to
//! a list of 64; where keys are shown or may be invalidated, it also notes its key. While there is a router, a thread
//! reads the counters every two seconds.

mod answers;
mod change;
mod page;
mod report;
mod router;
mod subjects;

use axum::Router;

use crate::record::{history, want_keys};

/// What the page may show and do.
///
/// ```
/// use cache_runtime::admin::Admin;
///
/// let router: axum::Router = Admin::new().show_keys().allow_invalidation().into_router();
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "it is mounted as a router: `into_router`"]
pub struct Admin {
    show_keys: bool,
    allow_invalidation: bool,
}

impl Admin {
    /// A page that changes nothing, and shows no keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// Shows the arguments that entries are kept for. They may be personal, or secret.
    pub fn show_keys(mut self) -> Self {
        self.show_keys = true;
        self
    }

    /// Lets whoever sees the page drop entries.
    pub fn allow_invalidation(mut self) -> Self {
        self.allow_invalidation = true;
        self
    }

    /// The page and its JSON, to be mounted anywhere: `.nest("/cache", ..)`, or at the root.
    pub fn into_router<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        if self.show_keys || self.allow_invalidation {
            want_keys();
        }
        router::router(self, history::look(subjects::counters))
    }
}

/// The read-only page: [`Admin::new`] as a router.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Admin::new().into_router()
}
