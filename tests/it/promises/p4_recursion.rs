//! Functions that call themselves, or each other in a circle, do not deadlock.

use std::sync::Barrier;

use cache_runtime::memoize;
use cache_tests::{Count, crowd};

#[test]
fn fib_of_90_by_recursion() {
    #[memoize]
    fn fib(n: u64) -> u64 {
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }
    assert_eq!(fib(90), 2_880_067_194_370_816_120);
    assert_eq!(stats_fib().misses.total(), 91);
}

#[test]
fn fib_of_90_by_recursion_as_a_task() {
    #[memoize]
    async fn fib(n: u64) -> u64 {
        if n < 2 {
            return n;
        }
        Box::pin(fib(n - 1)).await + Box::pin(fib(n - 2)).await
    }
    assert_eq!(
        futures::executor::block_on(fib(90)),
        2_880_067_194_370_816_120
    );
}

#[test]
fn the_same_key_inside_its_own_load_returns() {
    static RUNS: Count = Count::new();
    #[memoize]
    fn own(x: u32) -> u32 {
        if RUNS.add() == 0 { own(x) + 1 } else { x }
    }
    assert!([1, 2].contains(&own(1)));
}

#[test]
fn loads_that_wait_for_each_other_across_threads_do_not_deadlock() {
    static MET: Barrier = Barrier::new(2);
    static RUNS: Count = Count::new();
    #[memoize]
    fn circle(x: usize) -> usize {
        if RUNS.add() < 2 {
            MET.wait();
            circle(1 - x) + 1
        } else {
            x
        }
    }
    assert_eq!(crowd(2, circle).len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loads_that_wait_for_each_other_across_tasks_do_not_deadlock() {
    static RUNS: Count = Count::new();
    #[memoize]
    async fn circle(x: usize) -> usize {
        if RUNS.add() < 2 {
            while RUNS.get() < 2 {
                tokio::task::yield_now().await;
            }
            Box::pin(circle(1 - x)).await + 1
        } else {
            x
        }
    }
    let (a, b) = (tokio::spawn(circle(0)), tokio::spawn(circle(1)));
    a.await.unwrap();
    b.await.unwrap();
}
