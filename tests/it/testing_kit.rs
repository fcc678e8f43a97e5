//! `testing::{disable, isolate, advance}`.

use std::thread;
use std::time::Duration;

use cache_runtime::{Outcome, invalidates, memoize, testing};
use cache_tests::Count;

#[test]
fn disabled_caches_are_neither_read_nor_written() {
    static RUNS: Count = Count::new();
    #[memoize]
    fn of(x: u32) -> usize {
        RUNS.add() + x as usize
    }
    of(0);
    {
        let _off = testing::disable();
        assert_eq!((of(0), of(0), peek_of(0)), (1, 2, None));
        assert_eq!(detailed_of(1).outcome, Outcome::Bypassed);
        let inner = testing::disable();
        drop(inner);
        assert_eq!(of(0), 4, "guards nest");
        assert_eq!(
            thread::spawn(|| of(0)).join().unwrap(),
            0,
            "other threads go on"
        );
    }
    assert_eq!((of(0), peek_of(1)), (0, None));
}

#[test]
fn invalidation_works_while_caches_are_disabled() {
    #[memoize]
    fn of(x: u32) -> u32 {
        x
    }
    #[invalidates(of(x))]
    fn write(x: u32) {
        let _ = x;
    }
    of(1);
    let off = testing::disable();
    write(1);
    drop(off);
    assert_eq!(peek_of(1), None);
}

#[test]
fn isolated_caches_are_fresh_private_and_have_a_clock_of_their_own() {
    #[memoize(timeout = 10)]
    fn of(x: u32) -> u32 {
        x
    }
    of(1);
    {
        let _caches = testing::isolate();
        assert_eq!((peek_of(1), stats_of().calls()), (None, 0));
        of(2);
        testing::advance(Duration::from_secs(9));
        assert_eq!(peek_of(2), Some(2));
        {
            let _inner = testing::isolate();
            assert_eq!(peek_of(2), None);
        }
        testing::advance(Duration::from_secs(1));
        assert_eq!(peek_of(2), None);
        assert_eq!(
            thread::spawn(|| peek_of(1)).join().unwrap(),
            Some(1),
            "others see the shared caches"
        );
        invalidate_all_of();
    }
    assert_eq!((peek_of(1), peek_of(2)), (Some(1), None));
    assert_eq!(stats_of().calls(), 1);
}

#[test]
fn an_isolated_world_leaves_nothing_to_the_next() {
    #[memoize(timeout = 1_000)]
    fn of(x: u32) -> u32 {
        x
    }
    for round in 0..5 {
        let _caches = testing::isolate();
        assert_eq!((peek_of(1), stats_of().calls()), (None, 0), "{round}");
        of(1);
        testing::advance(Duration::from_secs(999));
        assert_eq!(peek_of(1), Some(1), "the clock starts anew");
    }
}

#[tokio::test]
async fn a_test_on_one_thread_is_isolated_across_its_waits() {
    #[memoize(timeout = 10)]
    async fn of(x: u32) -> u32 {
        tokio::task::yield_now().await;
        x
    }
    let _caches = testing::isolate();
    futures::join!(of(1), of(1));
    testing::advance(Duration::from_secs(9));
    tokio::task::yield_now().await;
    assert_eq!((peek_of(1).await, stats_of().calls()), (Some(1), 2));
    testing::advance(Duration::from_secs(1));
    assert_eq!(peek_of(1).await, None);
}

#[test]
fn a_load_that_outlives_its_world_does_no_harm() {
    #[memoize]
    async fn of(x: u32) -> u32 {
        futures::pending!();
        x
    }
    let mut early = Box::pin(of(1));
    {
        let _caches = testing::isolate();
        assert!(cache_tests::poll_once(&mut early).is_pending());
    }
    let _caches = testing::isolate();
    assert!(cache_tests::poll_once(&mut early).is_ready());
    assert_eq!(futures::executor::block_on(peek_of(1)), None);
    assert_eq!(stats_of().calls(), 0);
}

#[test]
fn a_disabled_cache_is_neither_peeked_at_nor_put_into() {
    #[memoize]
    fn of(x: u32) -> u32 {
        x
    }
    let _caches = testing::isolate();
    of(1);
    {
        let _disabled = testing::disable();
        put_of(2, 5);
        assert_eq!(peek_of(1), None);
    }
    assert_eq!((peek_of(1), of(2)), (Some(1), 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn guards_reach_tasks_and_threads_that_are_carried_along() {
    #[memoize]
    fn of(x: u32) -> u32 {
        x
    }
    let _caches = testing::isolate();
    of(1);
    let task = tokio::spawn(cache_runtime::future::carry(async {
        detailed_of(1).outcome
    }));
    assert_eq!(task.await.unwrap(), Outcome::Hit);
    let other = tokio::spawn(async { detailed_of(1).outcome });
    assert_ne!(other.await.unwrap(), Outcome::Hit);
    let _off = testing::disable();
    let thread = thread::spawn(cache_runtime::carry(|| detailed_of(1).outcome));
    assert_eq!(thread.join().unwrap(), Outcome::Bypassed);
}
