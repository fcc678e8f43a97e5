//! Writers that evict what they change.

mod always;
mod arguments;
mod items;
mod mixed;
mod writers;
