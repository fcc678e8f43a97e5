//! 2. One load per key at a time; different keys never wait for each other.

use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use cache_runtime::{Outcome, memoize};
use cache_tests::{Count, crowd, poll_once};

const SLOW: Duration = Duration::from_millis(50);
const VERY_SLOW: Duration = Duration::from_millis(300);

#[test]
fn fifty_threads_on_a_cold_key_run_the_function_once() {
    static RUNS: Count = Count::new();
    #[memoize]
    fn slow(x: u32) -> u32 {
        RUNS.add();
        sleep(SLOW);
        x + 1
    }
    assert!(crowd(50, |_| slow(1)).into_iter().all(|answer| answer == 2));
    assert_eq!(RUNS.get(), 1);
    let stats = stats_slow();
    assert_eq!((stats.calls(), stats.misses.cold), (50, 1));
}

#[test]
fn fifty_threads_that_block_on_a_future_run_the_function_once() {
    static RUNS: Count = Count::new();
    #[memoize]
    async fn slow(x: u32) -> u32 {
        RUNS.add();
        sleep(SLOW);
        x + 1
    }
    let answers = crowd(50, |_| futures::executor::block_on(slow(1)));
    assert!(answers.into_iter().all(|answer| answer == 2));
    assert_eq!(RUNS.get(), 1);
}

async fn five_hundred_tasks_run_once(
    runs: &Count,
    slow: impl AsyncFn(u32) -> Result<u32, &'static str>,
) {
    let tasks = futures::future::join_all((0..500).map(|_| slow(1)));
    assert!(tasks.await.into_iter().all(|answer| answer == Ok(2)));
    assert_eq!(runs.get(), 1);
}

#[tokio::test]
async fn five_hundred_tasks_on_one_thread_run_the_function_once() {
    static RUNS: Count = Count::new();
    #[memoize]
    async fn slow(x: u32) -> Result<u32, &'static str> {
        RUNS.add();
        tokio::time::sleep(SLOW).await;
        Ok(x + 1)
    }
    five_hundred_tasks_run_once(&RUNS, slow).await;
    assert_eq!(stats_slow().coalesced, 499);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_tasks_on_many_threads_run_the_function_once() {
    static RUNS: Count = Count::new();
    #[memoize]
    async fn slow(x: u32) -> Result<u32, &'static str> {
        RUNS.add();
        tokio::time::sleep(SLOW).await;
        Ok(x + 1)
    }
    five_hundred_tasks_run_once(&RUNS, async |x| tokio::spawn(slow(x)).await.unwrap()).await;
}

#[test]
fn tasks_need_no_particular_executor() {
    static RUNS: Count = Count::new();
    static GO_ON: Count = Count::new();
    #[memoize]
    async fn slow(x: u32) -> Result<u32, &'static str> {
        RUNS.add();
        GO_ON.reach(1).await;
        Ok(x + 1)
    }
    thread::spawn(|| {
        RUNS.wait_for(1);
        GO_ON.add();
    });
    futures::executor::block_on(five_hundred_tasks_run_once(&RUNS, slow));
}

#[test]
fn two_cold_keys_are_computed_side_by_side() {
    #[memoize]
    fn slow(x: usize) -> usize {
        sleep(VERY_SLOW);
        x
    }
    let start = Instant::now();
    assert_eq!(crowd(2, slow), [0, 1]);
    assert!(start.elapsed() < Duration::from_millis(500));
}

#[tokio::test]
async fn tasks_compute_two_cold_keys_side_by_side() {
    #[memoize]
    async fn slow(x: usize) -> usize {
        tokio::time::sleep(VERY_SLOW).await;
        x
    }
    let start = Instant::now();
    assert_eq!(futures::join!(slow(0), slow(1)), (0, 1));
    assert!(start.elapsed() < Duration::from_millis(500));
}

#[test]
fn hits_do_not_wait_for_a_load_of_another_key_or_a_refresh_of_their_own() {
    static LOADING: Count = Count::new();
    static GO_ON: Count = Count::new();
    #[memoize]
    fn of(x: u32, hold: bool) -> u32 {
        if hold && LOADING.get() < 2 {
            LOADING.add();
            GO_ON.wait_for(1);
        }
        x
    }
    put_of(1, true, 10);
    of(2, false);
    thread::scope(|scope| {
        scope.spawn(|| of(3, true));
        scope.spawn(|| refresh_of(1, true));
        LOADING.wait_for(2);
        assert_eq!(detailed_of(2, false).outcome, Outcome::Hit);
        assert_eq!(of(1, true), 10, "the old value, until the refresh is done");
        assert_eq!(of(4, false), 4);
        GO_ON.add();
    });
    assert_eq!(of(1, true), 1);
}

#[test]
fn who_waits_is_coalesced() {
    static LOADING: Count = Count::new();
    #[memoize]
    fn of(x: u32) -> u32 {
        LOADING.add();
        // One leads and the others wait: they are not counted before they have an answer.
        sleep(SLOW);
        x
    }
    let outcomes = crowd(8, |_| detailed_of(1).outcome);
    let coalesced = outcomes
        .iter()
        .filter(|outcome| **outcome == Outcome::Coalesced);
    assert_eq!(coalesced.count() as u64, stats_of().coalesced);
    assert_eq!((LOADING.get(), stats_of().calls()), (1, 8));
}

#[test]
fn a_waiter_that_gives_up_disturbs_nobody() {
    static RUNS: Count = Count::new();
    #[memoize]
    async fn of(x: u32) -> u32 {
        RUNS.add();
        futures::pending!();
        x
    }
    let mut calls: Vec<_> = (0..3).map(|_| Box::pin(of(1))).collect();
    assert!(calls.iter_mut().all(|call| poll_once(call).is_pending()));
    drop(calls.remove(1));
    assert!(poll_once(&mut calls[0]).is_ready());
    assert!(poll_once(&mut calls[1]).is_ready());
    assert_eq!((RUNS.get(), stats_of().calls()), (1, 2));
}
