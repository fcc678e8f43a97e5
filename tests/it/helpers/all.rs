//! The functions that stand beside a cached one.

use cache_runtime::{MissReason, Outcome, memoize};
use cache_tests::Count;

#[test]
fn every_helper_of_a_sync_function() {
    static RUNS: Count = Count::new();
    #[memoize]
    fn of(x: usize) -> usize {
        RUNS.add() + x
    }
    assert_eq!(peek_of(10), None);
    assert!(!invalidate_of(10).existed());
    assert_eq!(of(10), 10);
    assert_eq!(detailed_of(10).outcome, Outcome::Hit);
    assert!(detailed_of(10).age.is_some());
    assert_eq!((refresh_of(10), of(10)), (11, 11));
    assert_eq!((uncached_of(10), of(10)), (12, 11));
    put_of(10, 99);
    assert_eq!((of(10), peek_of(10)), (99, Some(99)));
    assert!(invalidate_of(10).existed());
    assert_eq!(
        detailed_of(10).outcome,
        Outcome::Computed(MissReason::Invalidated)
    );
    assert!(
        invalidate_all_of()
            .into_result()
            .is_ok_and(|all| all.existed())
    );
    assert_eq!(peek_of(10), None);
}

#[tokio::test]
async fn every_helper_of_an_async_function() {
    static RUNS: Count = Count::new();
    #[memoize]
    async fn of(x: usize, value: &str) -> Result<usize, ()> {
        Ok(RUNS.add() + x + value.len())
    }
    assert_eq!(peek_of(10, "").await, None);
    assert_eq!(of(10, "").await, Ok(10));
    assert_eq!(detailed_of(10, "").await.outcome, Outcome::Hit);
    assert_eq!(
        (refresh_of(10, "").await, of(10, "").await),
        (Ok(11), Ok(11))
    );
    assert_eq!(
        (uncached_of(10, "").await, of(10, "").await),
        (Ok(12), Ok(11))
    );
    put_of(10, "", 99).await;
    assert_eq!(
        (of(10, "").await, peek_of(10, "").await),
        (Ok(99), Some(99))
    );
    assert!(invalidate_of(10, "").await.existed());
    assert!(!invalidate_all_of().await.existed());
    assert_eq!(stats_of().invalidations, 1);
}
