//! Wrong arguments and a wrong function are reported together.
use cache_runtime::{cached, memoize};

#[memoize(ttl = 5, skip(y), key = x)]
const fn one(x: &mut u32, z: &str) -> &str {
    z
}

#[cached(tiemout = 5)]
extern "C" fn two(x: u32) -> impl Copy {
    x
}

fn main() {
    invalidate_one(&mut 1);
}
