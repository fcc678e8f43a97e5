//! 6. Bounds on time and number hold.

use std::time::Duration;

use cache_runtime::{MissReason, Outcome, functions, memoize, testing};
use cache_tests::{Count, crowd, wait_until};

fn entries(name: &str) -> usize {
    let functions = functions();
    functions.iter().find(|f| f.name == name).unwrap().entries
}

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
    let entries = || entries("bounded-by-100");
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

#[test]
fn expired_entries_leave_without_being_read() {
    #[memoize(timeout = 60, namespace = "leaves-by-itself")]
    fn of(x: u32) -> u32 {
        x
    }
    let _caches = testing::isolate();
    (0..1_000).for_each(|x| _ = of(x));
    assert_eq!(entries("leaves-by-itself"), 1_000);
    testing::advance(Duration::from_secs(60));
    wait_until(|| entries("leaves-by-itself") == 0);
    assert_eq!(stats_of().expirations, 1_000);
}

#[test]
fn an_entry_is_never_hit_after_its_timeout_whoever_sweeps() {
    #[memoize(timeout = 1)]
    fn of(x: usize) -> usize {
        x
    }
    let _caches = testing::isolate();
    for round in 0..200 {
        (0..20).for_each(|x| {
            let found = detailed_of(x);
            assert!(
                found.age.is_none_or(|age| age < Duration::from_secs(1)),
                "{round}"
            );
        });
        testing::advance(Duration::from_millis(170));
    }
    assert!(stats_of().misses.expired > 0 && stats_of().hits > 0);
}

#[test]
fn entries_that_never_expire_are_evicted_like_others() {
    #[memoize(max_entries = 50, timeout = never, namespace = "never-but-bounded")]
    fn of(x: u32) -> u32 {
        x
    }
    (0..10_000).for_each(|x| _ = of(x));
    assert!(entries("never-but-bounded") <= 50);
    assert!(stats_of().evictions >= 9_950);
}

#[test]
fn the_bound_holds_under_invalidation_puts_and_refreshes_too() {
    #[memoize(max_entries = 64, namespace = "bounded-by-64")]
    fn of(x: usize) -> usize {
        x
    }
    crowd(4, |thread| {
        for n in 0..2_000 {
            let x = (n * 31 + thread * 7) % 300;
            match n % 5 {
                0 => put_of(x, x),
                1 => _ = invalidate_of(x),
                2 => _ = refresh_of(x),
                3 if n % 400 == 3 => _ = invalidate_all_of(),
                _ => assert_eq!(of(x), x),
            }
            assert!(entries("bounded-by-64") <= 64);
        }
    });
}
