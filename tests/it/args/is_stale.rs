//! `is_stale`: asked on a hit; when true, the hit counts as a miss.

use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use cache_runtime::{Outcome, memoize};
use cache_tests::Count;

#[test]
fn what_it_refuses_is_computed_again() {
    static RUNS: Count = Count::new();
    #[memoize(is_stale = |text: &String| text == "old")]
    fn of(text: &str) -> Result<String, ()> {
        RUNS.add();
        Ok(text.to_owned())
    }
    for (text, runs) in [("old", 3), ("new", 1)] {
        let before = RUNS.get();
        (0..3).for_each(|_| _ = of(text));
        assert_eq!(RUNS.get() - before, runs, "{text:?}");
    }
    assert_eq!((stats_of().hits, stats_of().misses.total()), (2, 4));
}

#[test]
fn it_is_asked_once_per_hit() {
    static ASKED: Count = Count::new();
    #[memoize(is_stale = |_| ASKED.add() == 1)]
    fn of(x: u32) -> u32 {
        x
    }
    assert_eq!((of(1), ASKED.get()), (1, 0));
    assert_eq!((detailed_of(1).outcome, ASKED.get()), (Outcome::Hit, 1));
    assert_ne!(detailed_of(1).outcome, Outcome::Hit);
    assert_eq!(ASKED.get(), 2);
}

#[test]
fn a_panic_in_it_poisons_nothing() {
    static BROKEN: AtomicBool = AtomicBool::new(true);
    #[memoize(is_stale = |_| { assert!(!BROKEN.load(SeqCst)); false })]
    fn of(x: u32) -> u32 {
        x
    }
    of(1);
    assert!(catch_unwind(|| of(1)).is_err());
    BROKEN.store(false, SeqCst);
    assert_eq!(detailed_of(1).outcome, Outcome::Hit);
}
