//! Behaviour. Files are named after the promises and the forms that they show.

mod args;
mod forms;
mod helpers;
mod invalidates;
mod keys;
mod observation;
mod promises;
mod testing_kit;
