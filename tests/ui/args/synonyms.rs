//! The words of other caches lead to ours.
use cache_runtime::{cached, memoize};

#[memoize(ttl = 5, capacity = 3, args_to_ignore(a), convert = a, name = "x", sync_writes = true, cache_err = true)]
fn one(a: u32) -> u32 {
    a
}

#[memoize(expires = 5, size = 3, limit = 4, threshold = 5, key_prefix = "x", force_refresh = true, cache_if = f)]
fn two(a: u32) -> u32 {
    a
}

#[cached(tiemout = 5, rout = "/", skp(a), Timeout = 5, response_filtre = f, max_entrys = 1)]
fn three(a: u32) -> u32 {
    a
}

#[memoize(completely_different, "text", 5)]
fn four(a: u32) -> u32 {
    a
}

fn main() {}
