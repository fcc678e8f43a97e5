//! Bounds on time and number hold.

use std::time::Duration;

use cache_runtime::{MissReason, Outcome, functions, memoize, testing};
use cache_tests::{Count, crowd};

#[test]
fn a_value_is_never_returned_after_its_timeout() {
    #[memoize(timeout = "10s 250ms")]
    fn brief(x: u32) -> u32 {
        x
    }
    let _caches = testing::isolate();
    brief(1);
    testing::advance(Duration::from_secs(9));
    assert_eq!(detailed_brief(1).outcome, Outcome::Hit);
    testing::advance(Duration::from_millis(1_250));
    assert_eq!(
        detailed_brief(1).outcome,
        Outcome::Computed(MissReason::Expired)
    );
}

#[test]
fn zero_and_never_last() {
    #[memoize(timeout = 0)]
    fn zero(x: u32) -> u32 {
        x
    }
    #[memoize(timeout = never)]
    fn never(x: u32) -> u32 {
        x
    }
    let _caches = testing::isolate();
    (zero(1), never(1));
    testing::advance(Duration::from_secs(1 << 30));
    assert_eq!((peek_zero(1), peek_never(1)), (Some(1), Some(1)));
}

#[test]
fn four_threads_never_see_more_entries_than_allowed() {
    static DONE: Count = Count::new();
    #[memoize(max_entries = 100, namespace = "bounded-by-100")]
    fn bounded(x: usize) -> usize {
        x
    }
    let entries = || {
        functions()
            .into_iter()
            .find(|f| f.name == "bounded-by-100")
            .unwrap()
            .entries
    };
    crowd(5, |thread| {
        if thread == 4 {
            while DONE.get() < 4 {
                assert!(entries() <= 100);
            }
        } else {
            (0..5_000).for_each(|n| _ = bounded(n * 4 + thread));
            DONE.add();
        }
    });
    assert!((90..=100).contains(&entries()));
    assert!(stats_bounded().evictions > 10_000);
}
