//! What is part of a key, and what a key may be made of.

mod expressions;
mod parts;
mod routes;
mod shapes;
mod skip;
