//! 5. No lost invalidation, for every producer: background refreshes, labels, dependencies.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use cache_runtime::{invalidate_tag, memoize, testing};
use cache_tests::{Count, wait_until};
use futures::{FutureExt, poll};

/// A refresh in the background reads the source, which then changes and is invalidated while the refresh runs.
macro_rules! overlapped_refresh {
    ($($name:ident: $invalidate:expr;)*) => {$(
        #[test]
        fn $name() {
            static SOURCE: AtomicU64 = AtomicU64::new(1);
            static READ: Count = Count::new();
            static GO_ON: Count = Count::new();

            #[memoize]
            fn row() -> u64 {
                SOURCE.load(SeqCst)
            }

            #[memoize(timeout = 10, stale_while_revalidate = 1000, tags("label"))]
            #[allow(dead_code, reason = "each race uses one of the helpers")]
            fn load() -> u64 {
                let value = row();
                if READ.add() == 1 {
                    GO_ON.wait_for(1);
                }
                value
            }

            let _caches = testing::isolate();
            load();
            testing::advance(Duration::from_secs(11));
            assert_eq!(load(), 1, "the old value, while a refresh runs");
            READ.wait_for(2);
            SOURCE.store(2, SeqCst);
            let invalidate: fn(fn() -> cache_runtime::Invalidation, fn() -> cache_runtime::Invalidation, fn() -> cache_runtime::Invalidation) = $invalidate;
            invalidate(invalidate_load, invalidate_all_load, invalidate_row);
            let _ = invalidate_row();
            assert_eq!(load(), 2, "no stale value after the invalidation");
            GO_ON.add();
            wait_until(|| stats_load().refreshes + stats_load().failed_refreshes == 1);
            assert_eq!((peek_load(), load()), (Some(2), 2), "nor does the refresh store one");
        }
    )*};
}

overlapped_refresh! {
    a_refresh_that_an_invalidation_overlaps_is_dropped: |one, _, _| _ = one();
    a_refresh_that_the_invalidation_of_everything_overlaps_is_dropped: |_, all, _| _ = all();
    a_refresh_that_the_invalidation_of_its_label_overlaps_is_dropped: |_, _, _| _ = invalidate_tag("label");
    a_refresh_goes_with_what_it_was_computed_from: |_, _, row| _ = row();
}

/// A call begins after the invalidation of a label, while a computation from before that is still under way. It waits
/// for that one only if nobody knows yet that it is outdated.
macro_rules! late_call {
    ($($name:ident: $call:ident, $waits:literal, $options:tt, $returns:ty, $result:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            static SOURCE: AtomicU64 = AtomicU64::new(1);
            static READ: Count = Count::new();
            static GO_ON: Count = Count::new();

            #[memoize $options]
            async fn row() -> $returns {
                let value = SOURCE.load(SeqCst);
                if READ.add() == 0 {
                    GO_ON.reach(1).await;
                }
                ($result)(value)
            }

            #[memoize]
            #[allow(dead_code, reason = "half of the races are of its own")]
            async fn page() -> $returns {
                row().await
            }

            let _caches = testing::isolate();
            let (mut early, mut late) = ($call().boxed(), $call().boxed());
            assert!(poll!(&mut early).is_pending());
            SOURCE.store(2, SeqCst);
            invalidate_tag("label 1");
            let at_once = poll!(&mut late);
            assert_eq!(at_once.is_pending(), $waits);
            GO_ON.add();
            assert_eq!(early.await, ($result)(1));
            let late = match at_once {
                Poll::Ready(late) => late,
                Poll::Pending => late.await,
            };
            assert_eq!(late, ($result)(2));
            assert_eq!(READ.get(), 2);
        }
    )*};
}

late_call! {
    no_value_from_before_goes_to_who_comes_later: row, false, (tags("label 1")), u64, |value| value;
    nor_one_that_was_computed_from_one: page, true, (tags("label 1")), u64, |value| value;
    nor_one_whose_label_is_learnt_late: row, true, (tags_with = |value: &u64| [format!("label {value}")]), u64, |value| value;
    nor_an_error: row, false, (tags("label 1")), Result<u64, u64>, Err::<u64, u64>;
    nor_an_error_that_came_from_one: page, true, (tags("label 1")), Result<u64, u64>, Err::<u64, u64>;
}

#[tokio::test]
async fn of_those_who_come_later_one_computes() {
    static READ: Count = Count::new();
    static GO_ON: Count = Count::new();

    #[memoize(tags("label 2"))]
    async fn row() -> usize {
        let run = READ.add();
        GO_ON.reach(run + 1).await;
        run
    }

    let _caches = testing::isolate();
    let mut calls: Vec<_> = (0..4).map(|_| row().boxed()).collect();
    assert!(poll!(&mut calls[0]).is_pending());
    invalidate_tag("label 2");
    for late in &mut calls[1..] {
        assert!(poll!(late).is_pending());
    }
    assert_eq!(READ.get(), 2);
    (GO_ON.add(), GO_ON.add());
    assert_eq!(futures::future::join_all(calls).await, [0, 1, 1, 1]);
    assert_eq!((peek_row().await, READ.get()), (Some(1), 2));
}

/// Readers and a writer run against each other for many rounds; a value that was read after an invalidation is
/// at least as new as the write before it.
macro_rules! storm {
    ($($name:ident: $options:tt, $invalidate:expr;)*) => {$(
        #[test]
        fn $name() {
            static SOURCE: AtomicU64 = AtomicU64::new(0);
            static SETTLED: AtomicU64 = AtomicU64::new(0);
            static DONE: AtomicBool = AtomicBool::new(false);

            #[memoize(max_entries = 8)]
            fn row(id: u64) -> u64 {
                SOURCE.load(SeqCst)
            }

            #[memoize $options]
            fn section(id: u64) -> u64 {
                row(id)
            }

            #[memoize $options]
            fn page(id: u64) -> u64 {
                section(id)
            }

            let readers: Vec<_> = (0..3).map(|reader| thread::spawn(move || {
                let mut calls = 0_u64;
                while !DONE.load(SeqCst) {
                    let settled = SETTLED.load(SeqCst);
                    let seen = page(calls % 3);
                    assert!(seen >= settled, "reader {reader} saw {seen} after {settled} was settled");
                    calls += 1;
                    if calls % 64 == 0 {
                        _ = row(calls % 40);
                    }
                }
            })).collect();
            let invalidate: fn(fn(u64) -> cache_runtime::Invalidation, u64) = $invalidate;
            for round in 1..2_000_u64 {
                SOURCE.store(round, SeqCst);
                (0..3).for_each(|id| invalidate(invalidate_row, id));
                SETTLED.store(round, SeqCst);
            }
            DONE.store(true, SeqCst);
            readers.into_iter().for_each(|reader| reader.join().unwrap());
        }
    )*};
}

storm! {
    no_dependency_is_lost_in_a_storm: (timeout = 60), |row, id| _ = row(id);
    no_dependency_is_lost_in_a_storm_of_refreshes: (timeout = "1ms", stale_while_revalidate = 60), |row, id| _ = row(id);
    no_dependency_is_lost_to_refreshes_ahead: (timeout = "2ms", refresh_ahead = 0.1), |row, id| _ = row(id);
}

#[test]
fn no_label_is_lost_in_a_storm() {
    static SOURCE: AtomicU64 = AtomicU64::new(0);
    static SETTLED: AtomicU64 = AtomicU64::new(0);
    static DONE: AtomicBool = AtomicBool::new(false);

    #[memoize(timeout = "1ms", stale_while_revalidate = 60, tags("a", "b{id}"), tags_with = |value: &u64| [format!("of {}", value % 2)])]
    fn load(id: u64) -> u64 {
        SOURCE.load(SeqCst)
    }
    let readers: Vec<_> = (0..3)
        .map(|_| {
            thread::spawn(|| {
                let mut calls = 0_u64;
                while !DONE.load(SeqCst) {
                    let settled = SETTLED.load(SeqCst);
                    assert!(load(calls % 2) >= settled);
                    calls += 1;
                }
            })
        })
        .collect();
    for round in 1..2_000_u64 {
        let old = SOURCE.swap(round, SeqCst);
        match round % 3 {
            0 => _ = invalidate_tag("a"),
            1 => (0..2).for_each(|id| _ = invalidate_tag(&format!("b{id}"))),
            _ => {
                _ = (
                    invalidate_tag(&format!("of {}", old % 2)),
                    invalidate_tag(&format!("of {}", (old + 1) % 2)),
                )
            }
        }
        SETTLED.store(round, SeqCst);
    }
    DONE.store(true, SeqCst);
    readers
        .into_iter()
        .for_each(|reader| reader.join().unwrap());
}
