//! Four worker processes that share one store.
//!
//! The workers are this binary again (see [`worker`]); their parent starts the servers, tells the workers what to do,
//! and disturbs both.
//!
//! | module | shows |
//! |---|---|
//! | [`together`] | what one stores all hit; what one drops nobody reads again |
//! | [`races`] | no read that begins after an invalidation shows what was written before it |
//! | [`down`] | a server that is down costs little, and loses nothing |
//!
//! [`races`] has few rounds by default. This runs 10 000, and prints what was verified:
//!
//! ```text
//! WORKERS_ROUNDS=10000 cargo test -p cache-tests --features shared --test workers races -- --nocapture --test-threads 1
//! ```

mod checker;
mod crew;
mod database;
mod down;
mod event;
mod functions;
mod races;
mod store;
mod together;
mod worker;
