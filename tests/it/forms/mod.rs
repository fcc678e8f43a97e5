//! Functions of every form.

mod functions;
mod generics;
mod methods;
mod results;
