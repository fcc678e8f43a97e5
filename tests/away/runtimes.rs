//! Callers on runtimes of every kind: what one does to its runtime costs nobody else anything.

use std::future::ready;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::mpsc;
use std::task::Poll;
use std::thread;

use cache_runtime::memoize;
use cache_tests::{Count, poll_once};
use tokio::runtime::{Builder, Runtime};

use crate::install;

/// A runtime as applications have it.
fn threaded(threads: usize) -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// A runtime that runs only while somebody blocks on it.
fn single() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

static TRUTH: AtomicU64 = AtomicU64::new(1);

#[memoize(shared)]
async fn truth(_of: u8) -> u64 {
    ready(TRUTH.load(SeqCst)).await
}

#[test]
fn an_invalidation_on_one_runtime_is_seen_on_all() {
    install();
    let runtimes = [threaded(1), threaded(2), single()];
    for round in 0..30 {
        for writer in &runtimes {
            let written = TRUTH.fetch_add(1, SeqCst) + 1;
            let told = writer.block_on(invalidate_truth(1));
            told.into_result().expect("it is told");
            for reader in &runtimes {
                assert_eq!(reader.block_on(truth(1)), written, "round {round}");
            }
        }
    }
}

#[memoize(shared)]
async fn double(x: u64) -> u64 {
    tokio::task::yield_now().await;
    2 * x
}

/// A call that has begun; none if it has ended at once.
fn begun_call(x: u64) -> Option<(u64, Pin<Box<impl Future<Output = u64>>>)> {
    let mut call = Box::pin(double(x));
    match poll_once(&mut call) {
        Poll::Ready(answer) => {
            assert_eq!(answer, 2 * x);
            None
        }
        Poll::Pending => Some((x, call)),
    }
}

/// Makes calls, one after the other, as a task.
fn calls(runtime: &Runtime, keys: u64, rounds: u64) -> tokio::task::JoinHandle<()> {
    runtime.spawn(async move {
        for x in (0..rounds).flat_map(|_| 0..keys) {
            assert_eq!(double(x).await, 2 * x);
        }
    })
}

#[test]
fn a_runtime_that_ends_amid_its_calls_takes_nobody_along() {
    install();
    let stays = threaded(2);
    let others: Vec<_> = (0..4).map(|_| calls(&stays, 8, 50)).collect();
    for _ in 0..10 {
        let goes = threaded(2);
        for _ in 0..16 {
            drop(calls(&goes, 8, 1_000));
        }
        goes.block_on(double(1));
        goes.shutdown_background();
    }
    for other in others {
        stays.block_on(other).expect("its calls are answered");
    }
    assert_eq!(stays.block_on(double(3)), 6);
}

/// A future that began on a runtime, and is waited for elsewhere when that is gone.
#[test]
fn a_call_outlives_the_runtime_that_it_began_on() {
    install();
    for _ in 0..10 {
        let goes = threaded(1);
        let begun = {
            let _inside = goes.enter();
            begun_call(5)
        };
        goes.shutdown_background();
        if let Some((x, call)) = begun {
            assert_eq!(futures::executor::block_on(call), 2 * x);
        }
    }
}

#[test]
fn a_runtime_of_one_thread_that_blocks_blocks_nobody_else() {
    install();
    let (go, waits) = mpsc::channel::<()>();
    let (tell, hears) = mpsc::channel();
    let blocked = thread::spawn(move || {
        single().block_on(async move {
            let calls: Vec<_> = (0..8).filter_map(|x| begun_call(100 + x)).collect();
            tell.send(()).expect("somebody listens");
            waits.recv().expect("it may go on");
            for (x, call) in calls {
                assert_eq!(call.await, 2 * x);
            }
        });
    });
    hears.recv().expect("it has begun");
    let other = threaded(2);
    for x in 200..208 {
        assert_eq!(other.block_on(double(x)), 2 * x);
    }
    go.send(()).expect("it waits");
    blocked.join().expect("its calls are answered");
}

static SYNC: Count = Count::new();

#[memoize(shared)]
fn triple(x: u64) -> u64 {
    SYNC.add();
    3 * x
}

#[test]
fn a_sync_call_needs_no_thread_of_the_runtime_that_it_is_made_on() {
    install();
    let runtime = threaded(1);
    // The only thread sleeps for the answer.
    let as_task = runtime.spawn(async { (0..300).map(|_| triple(1)).sum::<u64>() });
    assert_eq!(runtime.block_on(as_task).expect("no panic"), 900);
    let aside = runtime.spawn_blocking(|| triple(1));
    assert_eq!(runtime.block_on(aside).expect("no panic"), 3);
    let both = runtime.spawn(async {
        let before = double(300).await;
        let aside = tokio::task::spawn_blocking(|| triple(2));
        (before, aside.await.expect("no panic"), double(300).await)
    });
    assert_eq!(runtime.block_on(both).expect("no panic"), (600, 6, 600));
    // Where a machine is so busy that the store does not answer in time, the function runs.
    let unanswered = usize::try_from(stats_triple().backend_errors).expect("few calls");
    assert_eq!(SYNC.get(), 2 + unanswered);
}

#[memoize(shared)]
async fn square(x: u64) -> u64 {
    ready(x * x).await
}

/// Not a thing to do, but no reason to stand still: the only thread of the runtime waits for what it should do itself.
#[test]
fn a_task_that_sleeps_until_a_call_is_answered_wakes_up() {
    install();
    let runtime = threaded(1);
    let asleep = runtime.spawn(async {
        let answers = (0..100).map(|x| futures::executor::block_on(square(x)));
        answers.collect::<Vec<_>>()
    });
    let answers = runtime.block_on(asleep).expect("no panic");
    assert!((0..).zip(answers).all(|(x, answer)| answer == x * x));
    assert_eq!(runtime.block_on(square(4)), 16);
}

#[test]
fn calls_that_are_given_up_cost_others_nothing() {
    install();
    let runtime = threaded(2);
    runtime.block_on(async {
        for x in 0..8 {
            double(500 + x).await;
        }
        for round in 0..100_u64 {
            let calls: Vec<_> = (0..32_u64)
                .map(|n| tokio::spawn(async move { double(500 + n % 8).await }))
                .collect();
            for _ in 0..round % 4 {
                tokio::task::yield_now().await;
            }
            for (n, call) in (0_u64..).zip(calls) {
                if n % 2 == round % 2 {
                    call.abort();
                } else {
                    assert_eq!(call.await.expect("nobody gave it up"), 2 * (500 + n % 8));
                }
            }
        }
    });
}
