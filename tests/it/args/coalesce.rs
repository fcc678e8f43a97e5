//! `coalesce = false`: every caller computes.

use cache_runtime::memoize;
use cache_tests::{Count, crowd};

#[test]
fn without_coalescing_every_caller_computes() {
    static RUNS: Count = Count::new();
    #[memoize(coalesce = false)]
    fn slow(x: u32) -> u32 {
        RUNS.add();
        RUNS.wait_for(4);
        x
    }
    crowd(4, |_| slow(1));
    assert_eq!(RUNS.get(), 4);
    assert_eq!((slow(1), RUNS.get()), (1, 4), "one of them was stored");
}

#[tokio::test]
async fn tasks_compute_side_by_side_too() {
    static RUNS: Count = Count::new();
    #[memoize(coalesce = false)]
    async fn slow(x: u32) -> u32 {
        RUNS.add();
        RUNS.reach(4).await;
        x
    }
    futures::future::join_all((0..4).map(|_| slow(1))).await;
    assert_eq!((RUNS.get(), stats_slow().coalesced), (4, 0));
}
