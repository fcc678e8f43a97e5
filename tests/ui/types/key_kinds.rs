//! What cannot be a key is named, with the two ways out.
use std::collections::HashMap;

use cache_runtime::memoize;

#[memoize]
fn one(x: &HashMap<u32, u32>, y: &dyn Fn(), z: u32) -> u32 {
    y();
    x[&z]
}

#[memoize]
async fn two(x: std::cell::Cell<u32>, y: impl Fn()) -> u32 {
    y();
    x.get()
}

#[memoize(key = (x.len(), x))]
fn three(x: HashMap<u32, u32>) -> usize {
    x.len()
}

#[memoize(helpers = false)]
fn four<T>(x: T) -> u32 {
    drop(x);
    4
}

fn main() {}
