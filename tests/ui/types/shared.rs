//! What must leave the process and cannot.
use cache_runtime::{cached, memoize};

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key(u32);

#[derive(Clone)]
struct Value(u32);

#[memoize(shared)]
fn key(key: Key) -> u32 {
    key.0
}

#[memoize(shared)]
fn value(x: u32) -> Value {
    Value(x)
}

#[memoize(shared)]
fn value_of_result(x: u32) -> Result<Value, String> {
    Ok(Value(x))
}

#[memoize(shared)]
fn borrowed_for_ever(x: u32) -> &'static str {
    if x == 0 { "none" } else { "some" }
}

#[cached(shared, local)]
fn both() -> u32 {
    1
}

fn main() {}
