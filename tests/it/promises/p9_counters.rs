//! Every call has exactly one outcome, and the counters add up to the calls.

use cache_runtime::memoize;
use cache_tests::crowd;

#[test]
fn every_call_has_one_outcome() {
    #[memoize(unless = x == 0)]
    fn of(x: usize) -> usize {
        x
    }
    crowd(8, |thread| {
        (0..500).for_each(|n| _ = of((n * 7 + thread) % 50))
    });
    let stats = stats_of();
    assert_eq!(stats.calls(), 4_000);
    assert_eq!(
        stats.hits + stats.coalesced + stats.misses.total() + stats.bypasses,
        4_000
    );
    assert!(stats.hit_ratio() > 0.9 && stats.stores == 49);
}
