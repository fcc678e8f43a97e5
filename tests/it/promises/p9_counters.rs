//! 9. Every call has exactly one outcome, and the counters add up to the calls.

use std::collections::HashMap;
use std::panic::catch_unwind;
use std::time::Duration;

use cache_runtime::{MissReason, Outcome, Stats, memoize, testing};
use cache_tests::{Count, crowd, poll_once};

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

/// What the counters must be, if these were the outcomes.
fn tally(outcomes: impl IntoIterator<Item = Outcome>) -> HashMap<String, u64> {
    let mut tally = HashMap::new();
    for outcome in outcomes {
        *tally.entry(format!("{outcome:?}")).or_default() += 1;
    }
    tally
}

fn counted(stats: &Stats) -> HashMap<String, u64> {
    let reasons = [
        (MissReason::Cold, stats.misses.cold),
        (MissReason::Expired, stats.misses.expired),
        (MissReason::Invalidated, stats.misses.invalidated),
        (MissReason::Evicted, stats.misses.evicted),
        (MissReason::Forced, stats.misses.forced),
    ];
    let mut counted: HashMap<_, _> = reasons
        .map(|(reason, count)| (format!("{:?}", Outcome::Computed(reason)), count))
        .into();
    counted.insert("Hit".into(), stats.hits);
    counted.insert("Coalesced".into(), stats.coalesced);
    counted.insert("Bypassed".into(), stats.bypasses);
    counted.retain(|_, count| *count > 0);
    counted
}

#[test]
fn the_counters_tell_what_the_calls_were_told() {
    #[memoize(max_entries = 20, skip(how), unless = how == 0, forced_update = how == 1)]
    fn of(x: usize, how: usize) -> Result<usize, String> {
        std::thread::yield_now();
        if x.is_multiple_of(7) {
            Err("seven".into())
        } else {
            Ok(x)
        }
    }
    let outcomes = crowd(8, |thread| {
        let call = |n: usize| {
            let x = (n * 13 + thread) % 40;
            if n.is_multiple_of(9) {
                invalidate_of(x);
            }
            detailed_of(x, n % 11).outcome
        };
        (0..500).map(call).collect::<Vec<_>>()
    });
    let outcomes = outcomes.into_iter().flatten();
    assert_eq!(counted(&stats_of()), tally(outcomes));
    assert_eq!(stats_of().calls(), 4_000);
}

#[tokio::test]
async fn the_counters_tell_what_the_tasks_were_told() {
    #[memoize]
    async fn of(x: usize) -> Result<usize, std::io::Error> {
        tokio::task::yield_now().await;
        if x.is_multiple_of(5) {
            Err(std::io::Error::other("five"))
        } else {
            Ok(x)
        }
    }
    let calls = (0..2_000).map(|n| async move { detailed_of(n * 13 % 90).await.outcome });
    let outcomes = futures::future::join_all(calls).await;
    assert_eq!(counted(&stats_of()), tally(outcomes));
}

#[test]
fn a_miss_knows_its_reason() {
    static RUNS: Count = Count::new();
    #[memoize(timeout = 10, max_entries = 3)]
    fn of(x: u32) -> Result<u32, ()> {
        if RUNS.add() == 0 { Err(()) } else { Ok(x) }
    }
    let _caches = testing::isolate();
    let reason = |x| detailed_of(x).outcome;
    assert_eq!(reason(1), Outcome::Computed(MissReason::Cold));
    assert_eq!(
        reason(1),
        Outcome::Computed(MissReason::Cold),
        "nothing was stored"
    );
    testing::advance(Duration::from_secs(10));
    assert_eq!(reason(1), Outcome::Computed(MissReason::Expired));
    invalidate_of(1);
    assert_eq!(reason(1), Outcome::Computed(MissReason::Invalidated));
    (10..30).for_each(|x| _ = of(x));
    assert_eq!(reason(1), Outcome::Computed(MissReason::Evicted));
    invalidate_all_of();
    assert_eq!(reason(1), Outcome::Computed(MissReason::Invalidated));
    refresh_of(1).unwrap();
    assert_eq!(stats_of().misses.forced, 1);
}

#[test]
fn calls_that_panic_or_give_up_are_counted_once_at_most() {
    #[memoize]
    fn panics(x: u32) -> u32 {
        panic!("{x}")
    }
    assert!(catch_unwind(|| panics(1)).is_err());
    assert_eq!((stats_panics().calls(), stats_panics().misses.cold), (1, 1));

    #[memoize]
    async fn hangs(x: u32) -> u32 {
        std::future::pending::<()>().await;
        x
    }
    let (mut leader, mut follower) = (Box::pin(hangs(1)), Box::pin(hangs(1)));
    assert!(poll_once(&mut leader).is_pending() && poll_once(&mut follower).is_pending());
    drop((follower, leader));
    assert_eq!(stats_hangs().calls(), 1);
}

#[test]
fn helpers_other_than_refresh_and_detailed_count_no_call() {
    #[memoize]
    fn of(x: u32) -> u32 {
        x
    }
    (
        peek_of(1),
        invalidate_of(1),
        put_of(1, 1),
        uncached_of(1),
        invalidate_all_of(),
    );
    let stats = stats_of();
    assert_eq!(
        (stats.calls(), stats.stores, stats.invalidations),
        (0, 1, 1)
    );
    (refresh_of(1), detailed_of(1));
    assert_eq!((stats_of().calls(), stats_of().hits), (2, 1));
}

#[test]
fn load_times_are_kept() {
    #[memoize(timeout = never)]
    fn of(seconds: u64) -> u64 {
        testing::advance(Duration::from_secs(seconds));
        seconds
    }
    let _caches = testing::isolate();
    (of(1), of(3), of(2), of(2));
    let stats = stats_of();
    assert_eq!(stats.load_time_total.as_secs(), 6);
    assert_eq!(stats.load_time_max.as_secs(), 3);
    assert!((stats.hit_ratio() - 0.25).abs() < 1e-9);
}

#[test]
fn a_bypassed_call_that_panics_is_counted() {
    #[memoize(unless = true)]
    fn of(x: u32) -> u32 {
        assert!(x > 0);
        x
    }
    assert!(std::panic::catch_unwind(|| of(0)).is_err());
    of(1);
    assert_eq!((stats_of().bypasses, stats_of().calls()), (2, 2));
}
