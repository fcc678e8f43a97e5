//! `refresh_ahead`: a hit past a part of the timeout starts one refresh before the entry expires.

use std::time::Duration;

use cache_runtime::{Outcome, memoize, testing};
use cache_tests::{Count, wait_until};

#[test]
fn a_late_hit_starts_one_refresh_and_is_a_hit() {
    static RUNS: Count = Count::new();
    #[memoize(timeout = 100, refresh_ahead = 0.8)]
    fn load(x: u8) -> usize {
        RUNS.add()
    }
    let _caches = testing::isolate();
    load(1);
    testing::advance(Duration::from_secs(79));
    load(1);
    assert_eq!(stats_load().refreshes, 0);
    testing::advance(Duration::from_secs(2));
    let late = detailed_load(1);
    assert_eq!((late.value, late.outcome), (0, Outcome::Hit));
    wait_until(|| peek_load(1) == Some(1));
    testing::advance(Duration::from_secs(79));
    assert_eq!(
        (load(1), RUNS.get()),
        (1, 2),
        "the refreshed entry has a timeout of its own"
    );
}

#[tokio::test]
async fn tasks_are_refreshed_ahead_too() {
    static RUNS: Count = Count::new();
    #[memoize(timeout = 100, refresh_ahead = 0.5)]
    async fn load(x: u8) -> usize {
        RUNS.add()
    }
    let _caches = testing::isolate();
    load(1).await;
    testing::advance(Duration::from_secs(51));
    assert_eq!(load(1).await, 0);
    while peek_load(1).await != Some(1) {
        tokio::task::yield_now().await;
    }
}

#[test]
fn without_a_hit_nothing_is_refreshed() {
    static RUNS: Count = Count::new();
    #[memoize(timeout = 10, refresh_ahead = 0.5)]
    fn load() -> usize {
        RUNS.add()
    }
    let _caches = testing::isolate();
    load();
    testing::advance(Duration::from_secs(11));
    assert_eq!(load(), 1, "it has expired");
    assert_eq!(stats_load().misses.expired, 1);
}
