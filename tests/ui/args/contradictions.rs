use cache_runtime::{cached, memoize};

#[memoize(max_entries = 5, unbounded, key = x, skip(x), cache_none = false, none_timeout = 5)]
fn one(x: u32) -> Option<u32> {
    Some(x)
}

#[memoize(route = "/{x}")]
fn two(x: u32) -> u32 {
    x
}

#[cached(route = "/{x}", skip(x))]
fn three(x: u32) -> u32 {
    x
}

#[cached(route = "/{x}", key = x)]
fn four(x: u32) -> u32 {
    x
}

fn main() {}
