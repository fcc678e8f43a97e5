//! What could change an argument would change nothing on a hit.
use cache_runtime::memoize;

#[memoize(skip(x))]
fn one(x: &mut u32, y: u32) -> u32 {
    *x + y
}

#[memoize]
async fn two(x: &mut Vec<u32>) -> usize {
    x.len()
}

struct Shop;

impl Shop {
    #[memoize(skip(self))]
    fn three(&mut self) -> u32 {
        3
    }

    #[memoize(skip(self))]
    fn four(self: &mut Self) -> u32 {
        4
    }
}

fn main() {}
