//! Methods and associated functions, inherent and of traits.

use std::sync::Arc;

use cache_runtime::{invalidates, memoize};
use cache_tests::Count;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Shop(u32);

static RUNS: Count = Count::new();

impl Shop {
    #[memoize]
    fn price(&self, sku: &str) -> usize {
        RUNS.add();
        self.0 as usize * 100 + sku.len()
    }

    #[memoize(skip(self))]
    fn tax(&self, rate: u32) -> u32 {
        self.0 + rate
    }

    #[memoize(key = self.0)]
    fn keyed(self: &Arc<Self>) -> u32 {
        self.0
    }

    #[memoize]
    fn plain(x: u32) -> u32 {
        x + 1
    }

    #[memoize]
    async fn made(x: u32) -> Self {
        Self(x)
    }

    #[invalidates(Self::price(self, sku), Self::plain, self.tax_of(3))]
    fn change(&self, sku: &str) {
        let _ = (self, sku);
    }

    fn invalidate_tax_of(&self, rate: u32) -> cache_runtime::Invalidation {
        let _ = self;
        Self::invalidate_tax(rate)
    }
}

trait Prices {
    fn list(&self, sku: u32) -> u32;
    async fn later(&self, sku: u32) -> u32;
    fn default_list(&self, sku: u32) -> u32;
}

impl Prices for Shop {
    #[memoize(helpers = false)]
    fn list(&self, sku: u32) -> u32 {
        RUNS.add();
        self.0 + sku
    }

    #[memoize(helpers = false)]
    async fn later(&self, sku: u32) -> u32 {
        self.0 + sku
    }

    #[memoize(helpers = false, skip(self))]
    fn default_list(&self, sku: u32) -> u32 {
        Self(sku).0
    }
}

#[test]
fn self_is_part_of_the_key_unless_it_is_skipped() {
    assert_eq!(
        (Shop(1).price("a"), Shop(2).price("a"), Shop(1).price("a")),
        (101, 201, 101)
    );
    assert_eq!(
        (Shop(1).tax(3), Shop(2).tax(3), Shop::peek_tax(3)),
        (4, 4, Some(4))
    );
    assert_eq!(
        (Arc::new(Shop(5)).keyed(), Arc::new(Shop(6)).keyed()),
        (5, 6)
    );
    assert_eq!(
        (Shop(1).peek_price("a"), Shop(3).peek_price("a")),
        (Some(101), None)
    );
    Shop(1).change("a");
    assert_eq!(
        (
            Shop(1).peek_price("a"),
            Shop(2).peek_price("a"),
            Shop::peek_tax(3)
        ),
        (None, Some(201), None)
    );
}

#[test]
fn associated_functions_with_and_without_self() {
    assert_eq!((Shop::plain(1), Shop::peek_plain(1)), (2, Some(2)));
    assert_eq!(futures::executor::block_on(Shop::made(4)), Shop(4));
}

#[test]
fn trait_methods() {
    assert_eq!(
        (Shop(7).list(1), Shop(8).list(1), Shop(7).list(1)),
        (8, 9, 8)
    );
    assert_eq!(futures::executor::block_on(Shop(7).later(1)), 8);
    assert_eq!((Shop(7).default_list(1), Shop(8).default_list(1)), (1, 1));
}
