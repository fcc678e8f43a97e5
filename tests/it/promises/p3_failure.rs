//! A load that fails, panics or is dropped stores nothing and poisons nothing.

use std::panic::catch_unwind;
use std::pin::pin;
use std::task::{Context, Waker};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use cache_runtime::memoize;
use cache_tests::{Count, crowd};

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
    assert!(
        leader
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    );
    let follower = thread::spawn(|| futures::executor::block_on(first_hangs(1)));
    let mut waiting = pin!(first_hangs(1));
    assert!(
        waiting
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    );
    drop(leader);
    assert_eq!(follower.join().unwrap(), 1);
    assert_eq!(futures::executor::block_on(waiting), 1);
    assert_eq!(RUNS.get(), 2);
}
