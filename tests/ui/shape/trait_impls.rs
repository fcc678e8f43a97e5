//! The impl of a trait has no room for siblings.
use cache_runtime::memoize;

trait Prices {
    fn price(&self, sku: u32) -> u32;
    fn tax(sku: u32) -> u32;
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Shop;

impl Prices for Shop {
    #[memoize]
    fn price(&self, sku: u32) -> u32 {
        sku
    }

    #[memoize(timeout = 5)]
    fn tax(sku: u32) -> u32 {
        sku
    }
}

fn main() {}
