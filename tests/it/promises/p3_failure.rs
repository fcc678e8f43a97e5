//! 3. A load that fails, panics or is dropped stores nothing and poisons nothing.

use std::panic::catch_unwind;
use std::pin::pin;
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use cache_runtime::{Outcome, memoize};
use cache_tests::{Count, crowd, poll_once};

const SLOW: Duration = Duration::from_millis(100);

#[derive(Debug)]
struct NotClone;

#[test]
fn a_shared_error_reaches_every_waiter_and_is_not_stored() {
    static RUNS: Count = Count::new();
    #[memoize]
    fn failing(x: u32) -> Result<u32, String> {
        sleep(SLOW);
        Err(format!("{x} failed {}", RUNS.add()))
    }
    let start = Instant::now();
    crowd(20, |_| assert!(failing(1).is_err()));
    assert!(start.elapsed() < 5 * SLOW);
    let before = RUNS.get();
    assert!(failing(1).is_err());
    assert_eq!(RUNS.get(), before + 1);
}

#[test]
fn an_error_that_is_not_clone_is_met_side_by_side() {
    #[memoize]
    fn failing(_x: u32) -> Result<u32, NotClone> {
        sleep(SLOW);
        Err(NotClone)
    }
    let start = Instant::now();
    crowd(20, |_| assert!(failing(1).is_err()));
    assert!(
        start.elapsed() < 8 * SLOW,
        "twenty in a row would take twenty times as long"
    );
}

#[tokio::test]
async fn tasks_share_an_error_that_is_clone() {
    static RUNS: Count = Count::new();
    #[memoize]
    async fn failing(x: u32) -> Result<u32, String> {
        tokio::time::sleep(SLOW).await;
        Err(format!("{x} failed {}", RUNS.add()))
    }
    let start = Instant::now();
    let all = futures::future::join_all((0..20).map(|_| failing(1))).await;
    assert!(all.iter().all(|answer| *answer == Err("1 failed 0".into())));
    assert!(start.elapsed() < 5 * SLOW && RUNS.get() == 1);
    assert_eq!(failing(1).await, Err("1 failed 1".into()));
}

#[tokio::test]
async fn tasks_meet_errors_side_by_side() {
    #[memoize]
    async fn failing(_x: u32) -> Result<u32, NotClone> {
        tokio::time::sleep(SLOW).await;
        Err(NotClone)
    }
    let start = Instant::now();
    let all = futures::future::join_all((0..20).map(|_| failing(1))).await;
    assert!(all.iter().all(Result::is_err));
    assert!(start.elapsed() < 8 * SLOW);
}

#[test]
fn after_an_error_the_next_call_tries_again() {
    static RUNS: Count = Count::new();
    #[memoize]
    fn of(x: u32) -> Result<u32, NotClone> {
        if RUNS.add() < 2 { Err(NotClone) } else { Ok(x) }
    }
    let outcomes: Vec<_> = (0..4).map(|_| of(1).is_ok()).collect();
    assert_eq!(outcomes, [false, false, true, true]);
    assert_eq!((RUNS.get(), stats_of().stores), (3, 1));
}

#[test]
fn a_leader_that_panics_hands_over() {
    static RUNS: Count = Count::new();
    #[memoize]
    fn first_panics(x: u32) -> u32 {
        let run = RUNS.add();
        sleep(Duration::from_millis(20));
        assert_ne!(run, 0, "the first run panics");
        x
    }
    let answers = crowd(8, |_| catch_unwind(|| first_panics(1)).ok());
    assert_eq!(
        answers.iter().filter(|answer| **answer == Some(1)).count(),
        7
    );
    assert_eq!(first_panics(1), 1);
    assert_eq!(RUNS.get(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_panics_hands_over() {
    static RUNS: Count = Count::new();
    #[memoize]
    async fn first_panics(x: u32) -> Result<u32, NotClone> {
        let run = RUNS.add();
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_ne!(run, 0, "the first run panics");
        Ok(x)
    }
    let tasks = (0..50).map(|_| tokio::spawn(first_panics(1)));
    let answers = futures::future::join_all(tasks).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_err()).count(), 1);
    assert_eq!(first_panics(1).await.ok(), Some(1));
    assert_eq!(RUNS.get(), 2);
}

#[test]
fn a_panic_keeps_its_message() {
    #[memoize]
    fn panics(x: u32) -> u32 {
        panic!("{x} is too much")
    }
    for _ in 0..2 {
        let panic = catch_unwind(|| panics(7)).unwrap_err();
        assert_eq!(panic.downcast_ref::<String>().unwrap(), "7 is too much");
    }
}

#[test]
fn a_leader_whose_future_is_dropped_hands_over() {
    static RUNS: Count = Count::new();
    #[memoize]
    async fn first_hangs(x: u32) -> u32 {
        if RUNS.add() == 0 {
            std::future::pending::<()>().await;
        }
        x
    }
    let mut leader = Box::pin(first_hangs(1));
    assert!(poll_once(&mut leader).is_pending());
    let follower = thread::spawn(|| futures::executor::block_on(first_hangs(1)));
    let mut waiting = Box::pin(first_hangs(1));
    assert!(poll_once(&mut waiting).is_pending());
    drop(leader);
    assert_eq!(follower.join().unwrap(), 1);
    assert_eq!(futures::executor::block_on(waiting), 1);
    assert_eq!(RUNS.get(), 2);
}

#[tokio::test]
async fn an_aborted_task_hands_over() {
    static RUNS: Count = Count::new();
    #[memoize]
    async fn first_hangs(x: u32) -> u32 {
        if RUNS.add() == 0 {
            std::future::pending::<()>().await;
        }
        x
    }
    let leader = tokio::spawn(first_hangs(1));
    RUNS.reach(1).await;
    let followers: Vec<_> = (0..20).map(|_| tokio::spawn(first_hangs(1))).collect();
    tokio::task::yield_now().await;
    leader.abort();
    for follower in followers {
        assert_eq!(follower.await.unwrap(), 1);
    }
    assert_eq!(RUNS.get(), 2);
}

#[test]
fn a_future_that_is_never_polled_does_nothing() {
    #[memoize]
    async fn of(x: u32) -> u32 {
        x
    }
    drop(of(1));
    let unpolled = pin!(of(1));
    assert_eq!(futures::executor::block_on(of(1)), 1);
    assert_eq!(stats_of().calls(), 1);
    assert_eq!(futures::executor::block_on(unpolled), 1);
}

#[test]
fn a_refresh_that_panics_or_fails_leaves_the_entry() {
    static RUNS: Count = Count::new();
    #[memoize]
    fn of(x: u32) -> Result<u32, NotClone> {
        match RUNS.add() {
            0 => Ok(x),
            1 => Err(NotClone),
            _ => panic!("the third run panics"),
        }
    }
    assert_eq!(of(1).ok(), Some(1));
    assert!(refresh_of(1).is_err());
    assert!(catch_unwind(|| refresh_of(1)).is_err());
    assert_eq!(detailed_of(1).outcome, Outcome::Hit);
}
