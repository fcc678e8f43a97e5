//! One load per key at a time; different keys never wait for each other.

use std::thread::sleep;
use std::time::{Duration, Instant};

use cache_runtime::memoize;
use cache_tests::{Count, crowd};

#[test]
fn fifty_threads_on_a_cold_key_run_the_function_once() {
    static RUNS: Count = Count::new();
    #[memoize]
    fn slow(x: u32) -> u32 {
        RUNS.add();
        sleep(Duration::from_millis(50));
        x + 1
    }
    assert!(crowd(50, |_| slow(1)).into_iter().all(|answer| answer == 2));
    assert_eq!(RUNS.get(), 1);
    let stats = stats_slow();
    assert_eq!((stats.calls(), stats.misses.cold), (50, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_tasks_on_a_cold_key_run_the_function_once() {
    static RUNS: Count = Count::new();
    #[memoize]
    async fn slow(x: u32) -> Result<u32, &'static str> {
        RUNS.add();
        tokio::time::sleep(Duration::from_millis(50)).await;
        Ok(x + 1)
    }
    let tasks: Vec<_> = (0..500).map(|_| tokio::spawn(slow(1))).collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Ok(2));
    }
    assert_eq!(RUNS.get(), 1);
}

#[test]
fn two_cold_keys_are_computed_side_by_side() {
    #[memoize]
    fn slow(x: usize) -> usize {
        sleep(Duration::from_millis(300));
        x
    }
    let start = Instant::now();
    assert_eq!(crowd(2, slow), [0, 1]);
    assert!(start.elapsed() < Duration::from_millis(500));
}

#[test]
fn without_coalescing_every_caller_computes() {
    static RUNS: Count = Count::new();
    #[memoize(coalesce = false)]
    fn slow(x: u32) -> u32 {
        RUNS.add();
        RUNS.wait_for(4);
        x
    }
    crowd(4, |_| slow(1));
    assert_eq!(RUNS.get(), 4);
}
