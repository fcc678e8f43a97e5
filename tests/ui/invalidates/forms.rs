//! Each item says which form it wants.
use cache_runtime::{invalidates, memoize};

#[memoize]
fn f(id: u8) -> u8 {
    id
}

#[invalidates(on = always)]
fn one() {}

#[invalidates(crate = cache_runtime)]
fn two() {}

#[invalidates(f(1), crate = "cache_runtime", on = "always")]
fn three() {}

#[invalidates(|| f(1), |a, b| f(a), |(a, _): &(u8, u8)| f(*a), |a)]
fn four() -> (u8, u8) {
    (4, 4)
}

#[invalidates(route(x), route(), tag(x, y), f!, f!(1), , 5, "f")]
fn five() {}

#[invalidates(f(1) f(2))]
fn six() {}

#[invalidates(|v: &u8| f(*v), |&v| f(v))]
fn seven() -> u8 {
    7
}

#[memoize(crate = "cache_runtime")]
fn eight(a: u8) -> u8 {
    a
}

fn main() {
    seven();
}
