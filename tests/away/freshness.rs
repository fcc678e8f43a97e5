//! Times, in a store whose clock cannot be moved.

use std::thread::sleep;
use std::time::Duration;

use cache_runtime::{MissReason, Outcome, memoize};
use cache_tests::{Count, wait_until};

use crate::install;

#[memoize(timeout = 2)]
fn short(x: u64) -> u64 {
    x
}

#[memoize(timeout = 2, stale_while_revalidate = 60)]
fn stale(x: u64) -> usize {
    static RUNS: Count = Count::new();
    let _ = x;
    RUNS.add()
}

#[memoize(timeout = 2, stale_if_error = 60)]
fn excused(x: u64) -> Result<u64, String> {
    static RUNS: Count = Count::new();
    if RUNS.add() == 0 {
        Ok(x)
    } else {
        Err("down".to_owned())
    }
}

#[memoize(timeout = 60, response_filter = |value| *value > 1)]
fn filtered(x: u64) -> u64 {
    x
}

#[memoize(timeout = 60, is_stale = |value| *value == 1)]
fn picky(x: u64) -> u64 {
    x
}

/// Memcached counts whole seconds.
const LATER: Duration = Duration::from_millis(3300);

#[test]
fn entries_expire_and_windows_open() {
    install();
    short(1);
    assert_eq!(stale(1), 0);
    assert_eq!(excused(1), Ok(1));
    assert_eq!(detailed_short(1).outcome, Outcome::Hit);
    sleep(LATER);
    assert_eq!(peek_short(1), None);
    let old = detailed_stale(1);
    assert_eq!((old.value, old.outcome), (0, Outcome::Stale));
    wait_until(|| detailed_stale(1).value > 0);
    let old = detailed_excused(1);
    assert_eq!((old.value, old.outcome), (Ok(1), Outcome::Stale));
}

#[test]
fn values_are_judged_as_in_process() {
    install();
    filtered(1);
    filtered(2);
    assert_eq!((peek_filtered(1), peek_filtered(2)), (None, Some(2)));
    picky(1);
    assert_eq!(
        detailed_picky(1).outcome,
        Outcome::Computed(MissReason::Expired)
    );
}
