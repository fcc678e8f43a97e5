//! Every time to live that is none is refused where it stands.
use cache_runtime::memoize;

#[memoize(timeout = -5)]
fn one(x: u32) -> u32 {
    x
}

#[memoize(timeout = "five minutes", none_timeout = "", err_timeout = "-1s")]
fn two(x: u32) -> Result<Option<u32>, String> {
    Ok(Some(x))
}

#[memoize(timeout = 99999999999999999999999999)]
fn three(x: u32) -> u32 {
    x
}

#[memoize(timeout = 1e300)]
fn four(x: u32) -> u32 {
    x
}

#[memoize(timeout = true)]
fn five(x: u32) -> u32 {
    x
}

#[memoize(timeout = 'x')]
fn six(x: u32) -> u32 {
    x
}

#[memoize(timeout)]
fn seven(x: u32) -> u32 {
    x
}

#[memoize(timeout = , max_entries = 0)]
fn eight(x: u32) -> u32 {
    x
}

fn main() {}
