//! `timeout_with`, `idle`, `jitter`: how long an entry lives.

use std::collections::BTreeSet;
use std::time::Duration;

use cache_runtime::{MissReason, Outcome, memoize, testing};
use cache_tests::{Count, wait_until};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_value_chooses_its_timeout_and_zero_is_not_to_store() {
    #[memoize(timeout_with = |value: &u64| Duration::from_secs(*value))]
    fn load(x: u64) -> Result<u64, String> {
        Ok(x)
    }
    let _caches = testing::isolate();
    for x in [0, 5, 50] {
        load(x).unwrap();
    }
    put_load(60, 0);
    assert_eq!((peek_load(0), peek_load(60)), (None, None));
    testing::advance(seconds(6));
    assert_eq!((peek_load(5), peek_load(50)), (None, Some(50)));
}

#[test]
fn an_entry_that_is_read_stays_and_one_that_is_not_leaves() {
    #[memoize(timeout = "1h", idle = 10)]
    fn load(x: u8) -> u8 {
        x
    }
    let _caches = testing::isolate();
    (load(1), load(2));
    for _ in 0..5 {
        testing::advance(seconds(8));
        assert_eq!(detailed_load(1).outcome, Outcome::Hit);
    }
    assert_eq!(
        detailed_load(2).outcome,
        Outcome::Computed(MissReason::Expired)
    );
    assert_eq!(peek_load(1), Some(1));
    testing::advance(seconds(9));
    assert_eq!(peek_load(1), Some(1));
    testing::advance(seconds(2));
    assert_eq!(peek_load(1), None, "a peek is not a read");
}

#[test]
fn idle_entries_give_their_memory_back_unread_and_the_timeout_still_holds() {
    #[memoize(timeout = 25, idle = 10, namespace = "idle entries")]
    fn load(x: u8) -> u8 {
        x
    }
    let entries = || {
        let functions = cache_runtime::functions();
        functions
            .iter()
            .find(|f| f.name == "idle entries")
            .unwrap()
            .entries
    };
    let _caches = testing::isolate();
    (load(1), load(2));
    testing::advance(seconds(8));
    load(1);
    testing::advance(seconds(8));
    wait_until(|| entries() == 1);
    load(1);
    testing::advance(seconds(8));
    assert_eq!(load(1), 1);
    testing::advance(seconds(2));
    assert_ne!(detailed_load(1).outcome, Outcome::Hit, "25 s are over");
}

#[test]
fn idle_entries_may_be_for_ever_otherwise() {
    #[memoize(timeout = never, idle = "1m")]
    fn load() -> u8 {
        1
    }
    let _caches = testing::isolate();
    load();
    for _ in 0..100 {
        testing::advance(seconds(59));
        assert_eq!(detailed_load().outcome, Outcome::Hit);
    }
    testing::advance(seconds(61));
    assert_eq!(peek_load(), None);
}

#[test]
fn chance_shortens_timeouts_within_its_bounds() {
    static RUNS: Count = Count::new();
    #[memoize(timeout = 1000, jitter = 0.5)]
    fn load(x: u32) -> u32 {
        RUNS.add();
        x
    }
    let _caches = testing::isolate();
    (0..100).for_each(|x| _ = load(x));
    let mut left = BTreeSet::new();
    for step in 0..=10 {
        let live = (0..100).filter(|&x| peek_load(x).is_some()).count();
        left.insert(live);
        match step {
            0..=9 if step < 10 => testing::advance(seconds(if step == 0 { 499 } else { 50 })),
            _ => {}
        }
        if step == 0 {
            assert_eq!(live, 100);
        }
    }
    testing::advance(seconds(60));
    assert!(
        (0..100).all(|x| peek_load(x).is_none()),
        "none lives longer than the timeout"
    );
    assert!(left.len() > 6, "they leave one after the other: {left:?}");
}
