//! A configuration that is installed after functions were called.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use cache_runtime::{Bound, Config, FunctionConfig, Outcome, Timeout, memoize};
use cache_tests::Count;

use crate::{alone, known};

static RUNS: Count = Count::new();

#[memoize(namespace = "called")]
fn called(x: u32) -> u32 {
    RUNS.add();
    x
}

#[memoize(namespace = "generic")]
fn generic<T: 'static>(x: usize) -> usize {
    size_of::<T>() * x
}

#[test]
fn entries_of_before_are_dropped_and_counters_are_kept() {
    alone(&[], || {
        _ = [1, 1, 2].map(called);
        let config = Config::simple()
            .threshold(2)
            .default_timeout(Duration::from_secs(5));
        config.install().unwrap();
        let function = known("called");
        assert_eq!(
            (
                function.entries,
                function.stats.calls(),
                function.stats.hits
            ),
            (0, 3, 1)
        );
        assert_eq!(
            function.policy.timeout,
            Timeout::After(Duration::from_secs(5))
        );
        assert_eq!(function.policy.max_entries, Bound::Entries(2));
        assert_eq!(peek_called(1), None);
        for _ in 0..10 {
            called(1);
        }
        assert_eq!(RUNS.get(), 3, "the new entry is hit");
        (10..20).for_each(|x| _ = called(x));
        assert_eq!(known("called").entries, 2);
        let stats = stats_called();
        assert_eq!((stats.calls(), stats.hits), (23, 10));
    });
}

/// Calls three instantiations.
fn all_of(x: usize) {
    _ = (generic::<u8>(x), generic::<u16>(x), generic::<u32>(x));
}

#[test]
fn every_instantiation_begins_anew() {
    alone(&[], || {
        all_of(1);
        assert_eq!(known("generic").entries, 3);
        let config = Config::simple().threshold(1);
        config.install().unwrap();
        assert_eq!(known("generic").entries, 0);
        for x in 0..3 {
            all_of(x);
        }
        assert_eq!(known("generic").entries, 3, "one each");
        assert_eq!(detailed_generic::<u16>(2).outcome, Outcome::Hit);
    });
}

#[test]
fn what_is_switched_off_is_not_hit_any_more() {
    alone(&[], || {
        _ = [1, 1].map(called);
        let off = FunctionConfig::new().enabled(false);
        Config::simple().function("called", off).install().unwrap();
        assert_eq!(detailed_called(1).outcome, Outcome::Bypassed);
        assert_eq!(RUNS.get(), 2);
    });
}

/// Promise 5 holds while the configuration takes effect, which may take as long as it takes to drop a value.
#[test]
fn no_invalidation_is_lost_while_it_takes_effect() {
    static SOURCE: AtomicU64 = AtomicU64::new(0);
    static STOP: AtomicBool = AtomicBool::new(false);
    /// Dropped when a good deal more has been written.
    #[derive(Clone)]
    struct Slow;
    impl Drop for Slow {
        fn drop(&mut self) {
            let so_far = SOURCE.load(SeqCst);
            cache_tests::wait_until(|| SOURCE.load(SeqCst) > so_far + 1_000 || STOP.load(SeqCst));
        }
    }
    #[memoize]
    fn before() -> Arc<Slow> {
        Arc::new(Slow)
    }
    #[memoize]
    fn inner(_key: u8) -> u64 {
        SOURCE.load(SeqCst)
    }
    #[memoize]
    fn outer(key: u8) -> u64 {
        inner(key)
    }
    #[memoize]
    fn after() -> Arc<Slow> {
        Arc::new(Slow)
    }
    /// Goes on until it is told to stop; if it fails, all do.
    fn until_stopped(step: fn()) {
        struct StopAll;
        impl Drop for StopAll {
            fn drop(&mut self) {
                STOP.store(true, SeqCst);
            }
        }
        let _guard = StopAll;
        while !STOP.load(SeqCst) {
            step();
        }
    }
    fn read() {
        // What was written last may still be on its way.
        let least = SOURCE.load(SeqCst);
        assert!(inner(0) + 1 >= least && outer(0) + 1 >= least);
    }
    fn write() {
        let written = SOURCE.fetch_add(1, SeqCst) + 1;
        invalidate_inner(0);
        assert_eq!((inner(0), outer(0)), (written, written));
    }
    alone(&[], || {
        _ = (before(), after());
        thread::scope(|scope| {
            for step in [write as fn(), read, read] {
                scope.spawn(move || until_stopped(step));
            }
            let enough = || {
                let so_far = SOURCE.load(SeqCst);
                cache_tests::wait_until(|| {
                    SOURCE.load(SeqCst) > so_far + 1_000 || STOP.load(SeqCst)
                });
            };
            enough();
            Config::simple().threshold(5).install().unwrap();
            enough();
            STOP.store(true, SeqCst);
        });
    });
}
