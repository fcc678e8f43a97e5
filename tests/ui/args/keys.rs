//! A key is made of the arguments; a condition is an expression.
use cache_runtime::{cached, memoize};

fn tenant() -> u32 {
    1
}

#[memoize(key = "{a}")]
fn one(a: u32) -> u32 {
    a
}

#[memoize(key = "/users/{a}/{b}")]
fn two(a: u32, b: u32) -> u32 {
    a + b
}

#[memoize(key = 5)]
fn three(a: u32, _: u32) -> u32 {
    a
}

#[cached(key = (tenant(), "a"))]
fn four(a: u32) -> u32 {
    a
}

#[memoize(key = |a| a, unless = |a| a.len() == 3, forced_update = move |b: &bool| *b)]
fn five(a: &str, b: bool) -> u32 {
    a.len() as u32 + u32::from(b)
}

#[cached(key = tenant())]
fn six() -> u32 {
    6
}

fn main() {
    six();
}
