//! No lost invalidation: a value whose computation began before is neither returned nor stored afterwards.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;

use cache_runtime::{invalidates, memoize};
use cache_tests::Count;

/// Starts a load that reads the source, changes the source, invalidates by `$invalidate`, asks anew while the
/// load still runs, lets it end, and asks again.
macro_rules! race {
    ($($name:ident: $invalidate:expr;)*) => {$(
        #[test]
        fn $name() {
            static SOURCE: AtomicU64 = AtomicU64::new(1);
            static READ: Count = Count::new();
            static GO_ON: Count = Count::new();

            #[memoize]
            #[allow(dead_code, reason = "each race uses one of the helpers")]
            fn load(x: u64) -> u64 {
                let value = SOURCE.load(SeqCst);
                if READ.add() == 0 {
                    GO_ON.wait_for(1);
                }
                value + x
            }

            #[invalidates(load(0))]
            fn write(value: u64) {
                SOURCE.store(value, SeqCst);
            }

            let early = thread::spawn(|| load(0));
            READ.wait_for(1);
            write_with(write, |value| SOURCE.store(value, SeqCst), $invalidate as Invalidate, || {
                let _ = invalidate_load(0);
            }, || _ = invalidate_all_load(), || put_load(0, 2), || _ = refresh_load(0));
            assert_eq!(load(0), 2, "while the early load still runs");
            GO_ON.add();
            early.join().unwrap();
            assert_eq!(load(0), 2, "after the early load has ended");
            assert_eq!(peek_load(0), Some(2));
        }
    )*};
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Invalidate {
    One,
    All,
    Put,
    Refresh,
    Writer,
}

fn write_with(
    writer: fn(u64),
    store: fn(u64),
    how: Invalidate,
    one: impl FnOnce(),
    all: impl FnOnce(),
    put: impl FnOnce(),
    refresh: impl FnOnce(),
) {
    if how != Invalidate::Writer {
        store(2);
    }
    match how {
        Invalidate::One => one(),
        Invalidate::All => all(),
        Invalidate::Put => put(),
        Invalidate::Refresh => refresh(),
        Invalidate::Writer => writer(2),
    }
}

race! {
    an_invalidated_load_is_not_seen_again: Invalidate::One;
    no_load_survives_the_invalidation_of_everything: Invalidate::All;
    a_put_value_supersedes_a_load: Invalidate::Put;
    a_refresh_supersedes_a_load: Invalidate::Refresh;
    a_writer_supersedes_a_load: Invalidate::Writer;
}

/// The same for tasks: an early load is suspended after it has read the source.
macro_rules! task_race {
    ($($name:ident: $invalidate:expr;)*) => {$(
        #[test]
        #[allow(dead_code, reason = "each race uses one of the helpers")]
        fn $name() {
            static SOURCE: AtomicU64 = AtomicU64::new(1);

            #[memoize]
            async fn load(x: u64) -> u64 {
                let value = SOURCE.load(SeqCst);
                if value == 1 {
                    futures::pending!();
                }
                value + x
            }

            #[invalidates(load(0))]
            async fn write() {}

            futures::executor::block_on(async {
                let mut early = Box::pin(load(0));
                assert!(futures::poll!(&mut early).is_pending());
                SOURCE.store(2, SeqCst);
                $invalidate;
                assert_eq!(load(0).await, 2, "while the early load is suspended");
                assert_eq!(early.await, 1, "its own caller had asked before");
                assert_eq!(load(0).await, 2, "after the early load has ended");
                assert_eq!(stats_load().rejected_stores, 1);
            });
        }
    )*};
}

task_race! {
    a_task_does_not_see_an_invalidated_load: invalidate_load(0).await;
    a_task_sees_no_load_after_the_invalidation_of_everything: invalidate_all_load().await;
    a_task_sees_what_was_put_after_a_load_began: put_load(0, 2).await;
    a_task_sees_the_refresh_after_a_load_began: refresh_load(0).await;
    a_task_sees_no_load_after_a_writer: write().await;
}

#[test]
fn readers_and_a_writer_at_full_speed_never_disagree() {
    static SOURCE: AtomicU64 = AtomicU64::new(0);
    #[memoize]
    fn load(x: u64) -> u64 {
        let value = SOURCE.load(SeqCst);
        thread::yield_now();
        value + x
    }
    let stop = Count::new();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while stop.get() == 0 {
                    load(0);
                }
            });
        }
        for value in 1..2_000 {
            SOURCE.store(value, SeqCst);
            invalidate_load(0);
            assert_eq!(load(0), value);
        }
        stop.add();
    });
}
