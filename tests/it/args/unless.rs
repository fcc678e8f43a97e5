//! `unless`: when true, the cache is neither read nor written.

use std::panic::catch_unwind;

use cache_runtime::{Outcome, memoize};
use cache_tests::Count;

#[test]
fn it_bypasses_the_cache() {
    static RUNS: Count = Count::new();
    #[memoize(unless = id == 0)]
    fn of(id: u32) -> usize {
        RUNS.add()
    }
    assert_eq!((of(0), of(0), of(1), of(1)), (0, 1, 2, 2));
    assert_eq!(detailed_of(0).outcome, Outcome::Bypassed);
    assert_eq!((peek_of(0), stats_of().bypasses), (None, 3));
}

#[tokio::test]
async fn it_sees_every_argument_and_is_asked_once_per_call() {
    static ASKED: Count = Count::new();
    fn ask(yes: bool) -> bool {
        ASKED.add();
        yes
    }
    #[memoize(skip(fresh), unless = ask(*fresh && text.is_empty()))]
    async fn of(text: String, (_, fresh): (u8, bool)) -> usize {
        text.len()
    }
    assert_eq!(
        detailed_of(String::new(), (0, true)).await.outcome,
        Outcome::Bypassed
    );
    assert_eq!(ASKED.get(), 1);
    of(String::new(), (0, false)).await;
    assert_eq!(of("a".into(), (0, true)).await, 1);
    assert_eq!((peek_of("a".into()).await, ASKED.get()), (Some(1), 3));
}

#[test]
fn a_panic_in_it_is_the_callers() {
    #[memoize(unless = 10 / id == 5)]
    fn of(id: u32) -> u32 {
        id
    }
    assert!(catch_unwind(|| of(0)).is_err());
    assert_eq!((of(1), of(1), stats_of().hits), (1, 1, 1));
}
