//! Keeping it fresh: windows, refreshes, labels, dependencies.

#![allow(
    unused_variables,
    reason = "an argument may be there only to be part of the key"
)]

mod dependencies;
mod lifetimes;
mod races;
mod refresh_ahead;
mod stale_if_error;
mod stale_while_revalidate;
mod tags;
mod weight;
