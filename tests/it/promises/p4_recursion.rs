//! 4. Functions that call themselves, or each other in a circle, do not deadlock.

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
fn fib_of_90_by_many_threads_at_once() {
    #[memoize]
    fn fib(n: usize) -> usize {
        if n < 2 { n } else { fib(n - 2) + fib(n - 1) }
    }
    crowd(8, |thread| assert!(fib(90 - thread) > 0));
    assert_eq!(fib(90), 2_880_067_194_370_816_120);
}

#[test]
fn fib_of_90_without_siblings() {
    #[memoize(helpers = false)]
    fn fib(n: u64) -> u64 {
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }
    assert_eq!(fib(90), 2_880_067_194_370_816_120);
}

#[test]
fn mutual_recursion() {
    #[memoize]
    fn even(n: u32) -> bool {
        n == 0 || odd(n - 1)
    }
    #[memoize]
    fn odd(n: u32) -> bool {
        n != 0 && even(n - 1)
    }
    assert!(even(300) && odd(301) && !even(301));
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
fn the_same_key_inside_its_own_load_returns_as_a_task() {
    static RUNS: Count = Count::new();
    #[memoize]
    async fn own(x: u32) -> Result<u32, String> {
        if RUNS.add() == 0 {
            Ok(Box::pin(own(x)).await? + 1)
        } else {
            Ok(x)
        }
    }
    let answer = futures::executor::block_on(own(1)).unwrap();
    assert!([1, 2].contains(&answer));
}

#[test]
fn helpers_may_be_called_inside_the_own_load() {
    #[memoize]
    fn of(x: u32) -> u32 {
        if peek_of(x).is_some() || x > 5 {
            return x;
        }
        invalidate_of(x);
        put_of(x, 7);
        refresh_of(x + 5) + detailed_of(x + 6).value
    }
    assert_eq!(of(1), 13);
    assert_eq!(
        of(1),
        7,
        "what was put supersedes the load that began before"
    );
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

#[test]
fn circles_of_three_threads_and_two_functions_do_not_deadlock() {
    static MET: Barrier = Barrier::new(3);
    static RUNS: Count = Count::new();
    #[memoize]
    fn one(x: usize) -> usize {
        if RUNS.add() < 3 {
            MET.wait();
            two((x + 1) % 3)
        } else {
            x
        }
    }
    #[memoize]
    fn two(x: usize) -> usize {
        one(x) + 1
    }
    assert_eq!(crowd(3, one).len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loads_that_wait_for_each_other_across_tasks_do_not_deadlock() {
    static RUNS: Count = Count::new();
    #[memoize]
    async fn circle(x: usize) -> usize {
        if RUNS.add() < 2 {
            RUNS.reach(2).await;
            Box::pin(circle(1 - x)).await + 1
        } else {
            x
        }
    }
    let (a, b) = (tokio::spawn(circle(0)), tokio::spawn(circle(1)));
    a.await.unwrap();
    b.await.unwrap();
}

#[tokio::test]
async fn a_circle_through_joined_calls_on_one_thread_does_not_deadlock() {
    static RUNS: Count = Count::new();
    #[memoize]
    async fn circle(x: usize) -> usize {
        if RUNS.add() < 3 {
            RUNS.reach(3).await;
            let (a, b) =
                futures::join!(Box::pin(circle((x + 1) % 3)), Box::pin(circle((x + 2) % 3)));
            return a + b;
        }
        x
    }
    let all = futures::future::join_all((0..3).map(circle)).await;
    assert_eq!(all.len(), 3);
}

#[test]
fn a_circle_of_a_thread_and_a_task_does_not_deadlock() {
    static RUNS: Count = Count::new();
    #[memoize]
    fn sync_one(x: u32) -> u32 {
        if RUNS.add() < 2 {
            RUNS.wait_for(2);
            return futures::executor::block_on(async_one(x));
        }
        x
    }
    #[memoize]
    async fn async_one(x: u32) -> u32 {
        if RUNS.add() < 2 {
            RUNS.reach(2).await;
            return sync_one(x);
        }
        x
    }
    let answers = crowd(2, |thread| match thread {
        0 => sync_one(1),
        _ => futures::executor::block_on(async_one(1)),
    });
    assert_eq!(answers, [1, 1]);
}
