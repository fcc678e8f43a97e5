//! What is asked about a value is a function of a reference to it.
use cache_runtime::memoize;

#[memoize(response_filter = |value: u32| value > 1)]
fn one(x: u32) -> u32 {
    x
}

#[memoize(response_filter = x > 1)]
fn two(x: u32) -> u32 {
    x
}

#[memoize(is_stale = |value| *value > limit)]
fn three(x: u32, limit: u32) -> u32 {
    x + limit
}

#[memoize(is_stale = |value| value.len())]
fn four(x: u32) -> Result<String, ()> {
    Ok(x.to_string())
}

#[memoize(cache_none = false)]
fn five(x: u32) -> Result<u32, ()> {
    Ok(x)
}

struct NotClone;

#[memoize(err_timeout = 5)]
fn six(x: u32) -> Result<u32, NotClone> {
    Ok(x)
}

#[memoize(forced_update = "yes")]
fn seven(x: u32) -> u32 {
    x
}

#[memoize(key = id)]
fn eight(x: u32) -> u32 {
    x
}

fn main() {}
