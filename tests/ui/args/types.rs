//! What only the compiler can judge is judged at the user's own tokens.
use cache_runtime::memoize;

#[memoize(timeout = String::new())]
fn one(x: u32) -> u32 {
    x
}

#[memoize(max_entries = "many".len() as u8)]
fn two(x: u32) -> u32 {
    x
}

#[memoize(none_timeout = 5)]
fn three(x: u32) -> u32 {
    x
}

#[memoize(err_timeout = 5)]
fn four(x: u32) -> u32 {
    x
}

#[memoize(unless = x)]
fn five(x: u32) -> u32 {
    x
}

fn main() {}
