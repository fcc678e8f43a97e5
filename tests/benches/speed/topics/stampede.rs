//! A crowd that asks for one cold key.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use dashmap::DashMap;
use futures::future::{BoxFuture, FutureExt, join_all};
use tokio::runtime::{Builder, Runtime};

use crate::measure::median;
use crate::options::Options;
use crate::report::Report;
use cache_tests::table::{Column, Table};

const LOAD: Duration = Duration::from_millis(20);
const THREADS: usize = 8;
const TASKS: usize = 64;

/// How often something was loaded.
static RUNS: AtomicUsize = AtomicUsize::new(0);

fn load(key: u64) -> u64 {
    RUNS.fetch_add(1, SeqCst);
    thread::sleep(LOAD);
    key
}

async fn load_async(key: u64) -> u64 {
    RUNS.fetch_add(1, SeqCst);
    tokio::time::sleep(LOAD).await;
    key
}

/// Functions that take a while.
mod slow {
    use super::{load, load_async};

    pub(super) mod ours {
        #[cache_runtime::memoize(timeout = 60)]
        pub(in super::super) fn f(key: u64) -> u64 {
            super::load(key)
        }

        #[cache_runtime::memoize(timeout = 60)]
        pub(in super::super) async fn task(key: u64) -> u64 {
            super::load_async(key).await
        }
    }

    pub(super) mod plain {
        #[cached::macros::cached]
        pub(in super::super) fn f(key: u64) -> u64 {
            super::load(key)
        }

        #[cached::macros::cached]
        pub(in super::super) async fn task(key: u64) -> u64 {
            super::load_async(key).await
        }
    }

    pub(super) mod by_key {
        #[cached::macros::cached(sync_writes = "by_key")]
        pub(in super::super) fn f(key: u64) -> u64 {
            super::load(key)
        }

        #[cached::macros::cached(sync_writes = "by_key")]
        pub(in super::super) async fn task(key: u64) -> u64 {
            super::load_async(key).await
        }
    }

    pub(super) mod memoize {
        #[memoize::memoize(SharedCache)]
        pub(in super::super) fn f(key: u64) -> u64 {
            super::load(key)
        }
    }
}

pub(crate) fn run(options: &Options, report: &mut Report) {
    let rounds = options.rounds(7, 2);
    let crowds = threads().map(|(name, call)| (name, crowd(rounds, &*call)));
    let runtime = Builder::new_multi_thread()
        .enable_time()
        .build()
        .expect("tokio's runtime starts");
    let tasks = tasks().map(|(name, call)| (name, task_crowd(rounds, &runtime, &*call)));
    let columns = [
        Column::new(
            "8 threads: runs",
            crowds
                .iter()
                .map(|&(name, (runs, _))| (name, format!("{runs}"))),
        ),
        Column::new(
            "ms",
            crowds
                .iter()
                .map(|&(name, (_, time))| (name, format!("{time:.1}"))),
        ),
        Column::new(
            "64 tasks: runs",
            tasks
                .iter()
                .map(|&(name, (runs, _))| (name, format!("{runs}"))),
        ),
        Column::new(
            "ms",
            tasks
                .iter()
                .map(|&(name, (_, time))| (name, format!("{time:.1}"))),
        ),
    ];
    let note = "All ask at once for a key that takes 20 ms to load. Medians.";
    report.table(
        "Stampede",
        note,
        &Table::of_columns("loads of one key", &columns),
    );
}

type Call = Box<dyn Fn(u64) -> u64 + Sync>;
type AsyncCall = Box<dyn Fn(u64) -> BoxFuture<'static, u64>>;

fn threads() -> [(&'static str, Call); 7] {
    let dash = DashMap::<u64, u64>::new();
    let quick = quick_cache::sync::Cache::<u64, u64>::new(100);
    let moka = moka::sync::Cache::<u64, u64>::new(100);
    [
        ("ours", Box::new(slow::ours::f)),
        ("cached", Box::new(slow::plain::f)),
        (
            "cached, `sync_writes = \"by_key\"`",
            Box::new(slow::by_key::f),
        ),
        ("memoize, shared", Box::new(slow::memoize::f)),
        (
            "dashmap: look up, compute, insert",
            Box::new(move |key| {
                let known = dash.get(&key).map(|value| *value);
                known.unwrap_or_else(|| {
                    let value = load(key);
                    dash.insert(key, value);
                    value
                })
            }),
        ),
        (
            "quick_cache",
            Box::new(move |key| {
                let Ok(value) = quick.get_or_insert_with(&key, || Ok::<_, Infallible>(load(key)));
                value
            }),
        ),
        (
            "moka",
            Box::new(move |key| moka.get_with(key, || load(key))),
        ),
    ]
}

fn tasks() -> [(&'static str, AsyncCall); 5] {
    let quick = Arc::new(quick_cache::sync::Cache::<u64, u64>::new(100));
    let moka = moka::future::Cache::<u64, u64>::new(100);
    [
        ("ours", Box::new(|key| slow::ours::task(key).boxed())),
        ("cached", Box::new(|key| slow::plain::task(key).boxed())),
        (
            "cached, `sync_writes = \"by_key\"`",
            Box::new(|key| slow::by_key::task(key).boxed()),
        ),
        (
            "quick_cache",
            Box::new(move |key| {
                let cache = Arc::clone(&quick);
                let load = async move { Ok::<_, Infallible>(load_async(key).await) };
                async move {
                    let Ok(value) = cache.get_or_insert_async(&key, load).await;
                    value
                }
                .boxed()
            }),
        ),
        (
            "moka",
            Box::new(move |key| {
                let cache = moka.clone();
                async move { cache.get_with(key, load_async(key)).await }.boxed()
            }),
        ),
    ]
}

/// A key that nobody has asked for.
fn cold() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, SeqCst)
}

/// The median number of runs, and of milliseconds.
fn crowd(rounds: usize, call: &(dyn Fn(u64) -> u64 + Sync)) -> (f64, f64) {
    of_rounds(rounds, |key| {
        let start = Barrier::new(THREADS);
        let ask = || {
            start.wait();
            assert_eq!(call(key), key);
        };
        thread::scope(|scope| (0..THREADS).for_each(|_| drop(scope.spawn(ask))));
    })
}

/// The same with tasks.
fn task_crowd(
    rounds: usize,
    runtime: &Runtime,
    call: &dyn Fn(u64) -> BoxFuture<'static, u64>,
) -> (f64, f64) {
    of_rounds(rounds, |key| {
        let tasks: Vec<_> = (0..TASKS).map(|_| runtime.spawn(call(key))).collect();
        for answer in runtime.block_on(join_all(tasks)) {
            assert_eq!(answer.expect("no task panics"), key);
        }
    })
}

fn of_rounds(rounds: usize, crowd: impl Fn(u64)) -> (f64, f64) {
    let round = |_| {
        let (runs, start) = (RUNS.load(SeqCst), Instant::now());
        crowd(cold());
        let time = start.elapsed().as_secs_f64() * 1e3;
        ((RUNS.load(SeqCst) - runs) as f64, time)
    };
    let (runs, times): (Vec<_>, Vec<_>) = (0..rounds).map(round).unzip();
    (median(runs), median(times))
}
