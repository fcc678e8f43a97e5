//! `stale_if_error`: past the timeout a computation that fails answers with the old value.

use std::panic::catch_unwind;
use std::sync::atomic::{AtomicU8, Ordering::SeqCst};
use std::time::Duration;

use cache_runtime::{Outcome, memoize, testing};
use cache_tests::{Count, crowd};

fn advance(seconds: u64) {
    testing::advance(Duration::from_secs(seconds));
}

#[test]
fn an_outage_is_invisible_until_its_window_ends() {
    static STATE: AtomicU8 = AtomicU8::new(0);
    #[memoize(timeout = 10, stale_if_error = "1m")]
    fn load(x: u8) -> Result<u8, String> {
        match STATE.load(SeqCst) {
            0 => Ok(x),
            1 => Err("down".into()),
            _ => panic!("on fire"),
        }
    }
    let _caches = testing::isolate();
    assert_eq!(load(1), Ok(1));
    for state in [1, 2] {
        STATE.store(state, SeqCst);
        advance(15);
        let answer = detailed_load(1);
        assert_eq!((answer.value, answer.outcome), (Ok(1), Outcome::Stale));
        assert!(answer.age >= Some(Duration::from_secs(15)));
    }
    advance(41);
    assert!(catch_unwind(|| load(1)).is_err(), "the window has ended");
    STATE.store(1, SeqCst);
    assert_eq!(load(1), Err("down".into()));
    let stats = stats_load();
    assert_eq!((stats.calls(), stats.stale_hits), (5, 2));
}

#[test]
fn a_fresh_entry_does_not_excuse_a_refresh_that_fails() {
    static RUNS: Count = Count::new();
    #[memoize(timeout = 10, stale_if_error = 60)]
    fn load() -> Result<u8, String> {
        if RUNS.add() == 0 {
            Ok(1)
        } else {
            Err("down".into())
        }
    }
    let _caches = testing::isolate();
    assert_eq!(load(), Ok(1));
    assert_eq!(refresh_load(), Err("down".into()));
    advance(11);
    assert_eq!(refresh_load(), Ok(1), "past the timeout it does");
}

#[test]
fn who_waits_for_a_failed_load_gets_the_old_value_too() {
    static RUNS: Count = Count::new();
    static GO_ON: Count = Count::new();
    #[derive(Debug, PartialEq)]
    struct NotClone;
    #[memoize(
        timeout = 10,
        stale_if_error = 60,
        namespace = "waiters get the old value"
    )]
    fn load() -> Result<u8, NotClone> {
        if RUNS.add() == 0 {
            return Ok(1);
        }
        GO_ON.wait_for(1);
        Err(NotClone)
    }
    load().unwrap();
    advance(11);
    std::thread::spawn(|| {
        RUNS.wait_for(2);
        std::thread::sleep(Duration::from_millis(20));
        GO_ON.add();
    });
    let answers = crowd(10, |_| detailed_load());
    assert!(
        answers
            .iter()
            .all(|answer| answer.value == Ok(1) && answer.outcome == Outcome::Stale)
    );
}

#[test]
fn an_invalidation_ends_the_excuse() {
    static RUNS: Count = Count::new();
    #[memoize(timeout = 10, stale_if_error = 60)]
    fn load() -> Result<u8, String> {
        if RUNS.add() == 0 {
            Ok(1)
        } else {
            Err("down".into())
        }
    }
    let _caches = testing::isolate();
    load().unwrap();
    advance(11);
    assert_eq!(load(), Ok(1));
    let _ = invalidate_load();
    assert_eq!(load(), Err("down".into()));
}

#[tokio::test]
async fn tasks_are_excused_too() {
    static RUNS: Count = Count::new();
    #[memoize(timeout = 10, stale_if_error = 60)]
    async fn load() -> Result<u8, String> {
        match RUNS.add() {
            0 => Ok(1),
            1 => Err("down".into()),
            _ => panic!("on fire"),
        }
    }
    let _caches = testing::isolate();
    load().await.unwrap();
    advance(11);
    assert_eq!((load().await, load().await), (Ok(1), Ok(1)));
}

#[test]
fn errors_that_are_stored_do_not_replace_an_old_value_in_its_window() {
    static RUNS: Count = Count::new();
    #[memoize(timeout = 10, stale_if_error = 60, err_timeout = 1000)]
    fn load() -> Result<u8, String> {
        if RUNS.add() == 0 {
            Ok(1)
        } else {
            Err("down".into())
        }
    }
    let _caches = testing::isolate();
    load().unwrap();
    advance(11);
    assert_eq!(load(), Ok(1));
    advance(60);
    assert_eq!(load(), Err("down".into()));
    let runs = RUNS.get();
    assert_eq!(
        (load(), RUNS.get()),
        (Err("down".into()), runs),
        "now the error is stored"
    );
}
