//! `forced_update`: when true, the function runs and its result replaces the entry.

use cache_runtime::{MissReason, Outcome, memoize};
use cache_tests::Count;

#[test]
fn it_replaces_the_entry() {
    static RUNS: Count = Count::new();
    #[memoize(skip(reload), forced_update = reload)]
    fn of(id: u32, reload: bool) -> usize {
        RUNS.add() + id as usize
    }
    assert_eq!((of(0, false), of(0, true), of(0, false)), (0, 1, 1));
    assert_eq!(
        detailed_of(0, true).outcome,
        Outcome::Computed(MissReason::Forced)
    );
}

#[tokio::test]
async fn an_error_leaves_the_entry() {
    #[memoize(skip(fail), forced_update = fail)]
    async fn of(id: u32, fail: bool) -> Result<u32, String> {
        if fail { Err("down".into()) } else { Ok(id) }
    }
    assert_eq!(of(1, false).await, Ok(1));
    assert!(of(1, true).await.is_err());
    assert_eq!(peek_of(1).await, Some(1));
}

#[test]
fn it_yields_to_unless() {
    static RUNS: Count = Count::new();
    #[memoize(skip(both), unless = both, forced_update = both)]
    fn of(id: u32, both: bool) -> usize {
        RUNS.add() + id as usize
    }
    assert_eq!((of(0, false), of(0, true), of(0, false)), (0, 1, 0));
}
