//! Writers that evict what they change.

mod always;
mod items;
mod mixed;
mod writers;
