//! 5. No lost invalidation: a value whose computation began before is neither returned nor stored afterwards.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;

use cache_runtime::{cached, invalidates, memoize};
use cache_tests::{Count, crowd, poll_once};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_that_read_and_write_at_full_speed_never_disagree() {
    static SOURCE: AtomicU64 = AtomicU64::new(0);
    static STOP: Count = Count::new();
    #[memoize]
    async fn load(x: u64) -> Result<u64, String> {
        let value = SOURCE.load(SeqCst);
        tokio::task::yield_now().await;
        Ok(value + x)
    }
    #[invalidates(load(0))]
    async fn write(value: u64) -> Result<(), String> {
        tokio::task::yield_now().await;
        SOURCE.store(value, SeqCst);
        Ok(())
    }
    let reader = || async {
        while STOP.get() == 0 {
            load(0).await.unwrap();
        }
    };
    let readers: Vec<_> = (0..3).map(|_| tokio::spawn(reader())).collect();
    for value in 1..2_000 {
        write(value).await.unwrap();
        assert_eq!(load(0).await, Ok(value));
    }
    STOP.add();
    for reader in readers {
        reader.await.unwrap();
    }
}

#[test]
fn four_writers_and_four_readers_never_see_time_run_backwards() {
    static SOURCE: AtomicU64 = AtomicU64::new(0);
    #[memoize]
    fn load(x: u64) -> u64 {
        let value = SOURCE.load(SeqCst);
        thread::yield_now();
        value + x
    }
    crowd(8, |thread| {
        for _ in 0..500 {
            if thread < 4 {
                let written = SOURCE.fetch_add(1, SeqCst) + 1;
                match thread {
                    0 => drop(invalidate_load(0)),
                    1 => drop(invalidate_all_load()),
                    2 => drop(refresh_load(0)),
                    _ => drop(invalidate_load(0)),
                }
                assert!(load(0) >= written, "its own write");
            } else {
                let written = SOURCE.load(SeqCst);
                invalidate_load(0);
                assert!(load(0) >= written);
            }
        }
    });
}

#[test]
fn without_coalescing_no_invalidation_is_lost_either() {
    #[memoize(coalesce = false)]
    async fn load(x: u32, old: bool) -> bool {
        if old {
            futures::pending!();
        }
        old && x == 0
    }
    futures::executor::block_on(async {
        let mut early = Box::pin(load(0, true));
        assert!(poll_once(&mut early).is_pending());
        invalidate_load(0, true).await;
        assert!(poll_once(&mut early).is_ready());
        assert_eq!(peek_load(0, true).await, None);
    });
}

#[test]
fn a_load_that_invalidates_its_own_key_is_not_stored() {
    #[memoize]
    fn of(x: u32) -> u32 {
        invalidate_of(x);
        x
    }
    assert_eq!((of(1), peek_of(1)), (1, None));
    assert_eq!(stats_of().rejected_stores, 1);
}

#[test]
fn a_route_that_is_invalidated_while_it_loads_is_not_stored() {
    #[cached(route = "/p5/{id}")]
    async fn page(id: u32) -> u32 {
        futures::pending!();
        id
    }
    #[invalidates(route("/p5/{id}"))]
    fn write(id: u32) {
        let _ = id;
    }
    let mut early = Box::pin(page(7));
    assert!(poll_once(&mut early).is_pending());
    write(7);
    assert!(poll_once(&mut early).is_ready());
    assert_eq!(futures::executor::block_on(peek_page(7)), None);
}

#[test]
fn of_two_refreshes_the_one_that_began_later_wins() {
    static RUNS: Count = Count::new();
    #[memoize]
    async fn load(x: usize) -> usize {
        let value = RUNS.add() + x;
        futures::pending!();
        value
    }
    let (mut older, mut newer) = (Box::pin(refresh_load(0)), Box::pin(refresh_load(0)));
    assert!(poll_once(&mut older).is_pending() && poll_once(&mut newer).is_pending());
    assert!(poll_once(&mut newer).is_ready());
    assert!(poll_once(&mut older).is_ready());
    assert_eq!(futures::executor::block_on(peek_load(0)), Some(1));
}

#[test]
fn a_put_supersedes_a_refresh_that_began_before() {
    #[memoize]
    async fn load(x: u32) -> u32 {
        futures::pending!();
        x
    }
    let mut refresh = Box::pin(refresh_load(0));
    assert!(poll_once(&mut refresh).is_pending());
    futures::executor::block_on(put_load(0, 2));
    assert!(poll_once(&mut refresh).is_ready());
    assert_eq!(futures::executor::block_on(peek_load(0)), Some(2));
}

#[test]
fn an_invalidated_refresh_is_not_stored_and_the_old_entry_is_gone() {
    #[memoize]
    async fn load(x: u32) -> u32 {
        futures::pending!();
        x
    }
    futures::executor::block_on(put_load(0, 1));
    let mut refresh = Box::pin(refresh_load(0));
    assert!(poll_once(&mut refresh).is_pending());
    assert!(futures::executor::block_on(invalidate_all_load()).existed());
    assert!(poll_once(&mut refresh).is_ready());
    assert_eq!(futures::executor::block_on(peek_load(0)), None);
}

#[test]
fn an_invalidated_leader_that_is_dropped_does_not_harm_its_successor() {
    static RUNS: Count = Count::new();
    #[memoize]
    async fn load(x: usize) -> usize {
        let value = RUNS.add() + x;
        futures::pending!();
        value
    }
    let (mut first, mut second) = (Box::pin(load(0)), Box::pin(load(0)));
    assert!(poll_once(&mut first).is_pending());
    futures::executor::block_on(invalidate_load(0));
    assert!(
        poll_once(&mut second).is_pending(),
        "it leads a load of its own"
    );
    drop(first);
    assert!(poll_once(&mut second).is_ready());
    assert_eq!(futures::executor::block_on(peek_load(0)), Some(1));
}

#[test]
fn other_keys_keep_their_loads_and_entries() {
    #[memoize]
    async fn load(x: u32) -> u32 {
        futures::pending!();
        x
    }
    futures::executor::block_on(put_load(2, 2));
    let mut other = Box::pin(load(1));
    assert!(poll_once(&mut other).is_pending());
    assert!(!futures::executor::block_on(invalidate_load(0)).existed());
    assert!(poll_once(&mut other).is_ready());
    let kept = futures::executor::block_on(async { (peek_load(1).await, peek_load(2).await) });
    assert_eq!(kept, (Some(1), Some(2)));
}
