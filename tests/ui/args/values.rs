use cache_runtime::{cached, memoize};

#[memoize(timeout = -5, max_entries = "many", skip, version = "3", namespace = 3)]
fn one(x: u32) -> u32 {
    x
}

#[memoize(timeout = "", helpers = no, unbounded = 3, key, jitter = 0.1, response)]
fn two(x: u32) -> u32 {
    x
}

#[cached(route = "/{x")]
fn three(x: u32) -> u32 {
    x
}

#[cached(route = "/{x:?}")]
fn four(x: u32) -> u32 {
    x
}

#[cached(route = request)]
fn five(x: u32) -> u32 {
    x
}

fn main() {}
