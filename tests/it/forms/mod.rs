//! Functions of every form.

mod attributes;
mod functions;
mod generics;
mod lifetimes;
mod macros;
mod methods;
mod results;
mod traits;
mod values;
