//! What those who watch are told: spans and events by `tracing`, numbers by `metrics`.

mod events;
mod lines;
mod numbers;
mod spans;
