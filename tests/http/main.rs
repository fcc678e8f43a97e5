//! The response cache over real sockets: a table of cases after the RFCs, and what must never happen.

mod bodies;
mod cases;
mod cost;
mod crowd;
mod failures;
mod fragments;
mod handlers;
mod invalidation;
mod people;
mod server;
mod tables;
