//! Inherent methods and associated functions.

use std::sync::Arc;

use cache_runtime::{invalidates, memoize};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Shop(u32);

impl Shop {
    #[memoize]
    fn price(&self, sku: &str) -> usize {
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
fn receivers_of_every_kind() {
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    struct By(u32);
    impl By {
        #[memoize]
        fn value(self) -> u32 {
            self.0
        }

        #[memoize]
        fn changed(mut self, by: u32) -> Self {
            self.0 += by;
            self
        }

        #[memoize]
        fn boxed(self: Box<Self>) -> u32 {
            self.0
        }

        #[memoize]
        async fn shared(self: Arc<Self>) -> u32 {
            self.0
        }

        #[memoize]
        fn reference(self: &Self) -> u32 {
            self.0
        }
    }
    assert_eq!(
        (By(1).value(), By(2).value(), By(1).peek_value()),
        (1, 2, Some(1))
    );
    assert_eq!((By(1).changed(1), By(2).changed(1)), (By(2), By(3)));
    assert_eq!((Box::new(By(1)).boxed(), Box::new(By(2)).boxed()), (1, 2));
    assert_eq!((By(1).reference(), By(2).reference()), (1, 2));
    assert_eq!(futures::executor::block_on(Arc::new(By(3)).shared()), 3);
}

#[test]
fn methods_of_one_name_on_two_types_do_not_share() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    enum Other {
        Shop,
    }
    impl Other {
        #[memoize]
        fn plain(x: u32) -> u32 {
            x + 2
        }

        #[memoize]
        fn is_shop(&self) -> bool {
            matches!(self, Self::Shop)
        }
    }
    assert_eq!((Shop::plain(5), Other::plain(5)), (6, 7));
    assert!(Other::Shop.is_shop() && Other::Shop.peek_is_shop() == Some(true));
}

#[test]
fn associated_constants_and_types_can_be_named() {
    struct Limits;
    impl Limits {
        const MOST: usize = 2;
        const LIFE: std::time::Duration = std::time::Duration::from_secs(5);

        #[memoize(max_entries = Self::MOST, timeout = Self::LIFE, unless = x > Self::MOST)]
        fn of(x: usize) -> usize {
            x
        }
    }
    (0..5).for_each(|x| _ = Limits::of(x));
    assert_eq!(
        (Limits::stats_of().bypasses, Limits::stats_of().evictions),
        (2, 1)
    );
}
