//! Behaviour. Files are named after the promises and the forms that they show.

#![allow(
    clippy::all,
    clippy::pedantic,
    reason = "the cached functions are toys, in every form; `lint` is where lints count"
)]

mod args;
mod batch;
mod forms;
mod fresh;
mod helpers;
mod invalidates;
mod keys;
mod observation;
mod promises;
mod testing_kit;
