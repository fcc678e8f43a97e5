//! What was computed from an entry goes when that goes.

use cache_runtime::memoize;
use cache_tests::Count;

use crate::install;

macro_rules! chain {
    ($inner:ident, $middle:ident, $outer:ident, $runs:ident, ($($inner_args:tt)*), ($($outer_args:tt)*)) => {
        static $runs: Count = Count::new();

        #[memoize($($inner_args)*)]
        fn $inner(x: u64) -> u64 {
            $runs.add();
            x
        }

        #[memoize]
        fn $middle(x: u64) -> u64 {
            $inner(x) + 1
        }

        #[memoize($($outer_args)*)]
        fn $outer(x: u64) -> u64 {
            $middle(x) + 1
        }
    };
}

chain!(price, quote, offer, PRICES, (timeout = 60), (timeout = 60));
chain!(
    any_price,
    any_quote,
    any_offer,
    ANY_PRICES,
    (timeout = 60),
    (timeout = 60)
);
chain!(
    local_price,
    local_quote,
    local_offer,
    LOCAL_PRICES,
    (local),
    (timeout = 60)
);
chain!(
    far_price,
    far_quote,
    far_offer,
    FAR_PRICES,
    (timeout = 60),
    (local)
);

#[test]
fn transitively() {
    install();
    assert_eq!(offer(1), 3);
    assert!(peek_offer(1).is_some() && peek_quote(1).is_some());
    invalidate_price(1);
    assert_eq!((peek_offer(1), peek_quote(1)), (None, None));
    assert_eq!(offer(1), 3);
    assert!(peek_offer(1).is_some());
}

#[test]
fn through_entries_that_were_hits() {
    install();
    quote(2);
    assert_eq!(offer(2), 4);
    invalidate_price(2);
    assert_eq!(peek_offer(2), None);
}

#[test]
fn when_all_entries_go() {
    install();
    any_offer(3);
    invalidate_all_any_price();
    assert_eq!(peek_any_offer(3), None);
}

#[test]
fn when_a_value_is_put() {
    install();
    offer(4);
    put_price(4, 40);
    assert_eq!(offer(4), 42);
}

#[test]
fn from_entries_of_this_process() {
    install();
    local_offer(1);
    assert!(peek_local_offer(1).is_some());
    invalidate_local_price(1);
    assert_eq!((peek_local_offer(1), peek_local_quote(1)), (None, None));
}

#[test]
fn into_entries_of_this_process() {
    install();
    far_offer(1);
    assert!(peek_far_offer(1).is_some());
    invalidate_far_price(1);
    assert_eq!((peek_far_offer(1), peek_far_quote(1)), (None, None));
}

#[memoize]
async fn leaf(x: u64) -> u64 {
    tokio::task::yield_now().await;
    x
}

#[memoize]
async fn tree(x: u64) -> u64 {
    leaf(x).await + leaf(x + 1).await
}

#[tokio::test]
async fn across_waits() {
    install();
    assert_eq!(tree(10).await, 21);
    invalidate_leaf(11).await;
    assert_eq!(peek_tree(10).await, None);
    assert_eq!(tree(10).await, 21);
    assert_eq!(peek_tree(10).await, Some(21));
}
