//! Events for failures: those that no caller sees, and those of the shared store.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use cache_runtime::backend::{Answer, Backend, Change, Memory, Read};
use cache_runtime::{Config, Error, ErrorKind, Outcome, memoize, testing};
use tracing::subscriber::with_default;

use crate::lines::Lines;

static BROKEN: AtomicBool = AtomicBool::new(false);

#[memoize(timeout = 10, stale_if_error = 60, local)]
fn rate(x: u32) -> Result<u32, String> {
    if BROKEN.load(SeqCst) {
        Err("no rate".into())
    } else {
        Ok(x)
    }
}

#[test]
fn a_failure_that_an_old_value_hides_is_told() {
    let _isolated = testing::isolate();
    let (subscriber, lines) = Lines::new();
    with_default(subscriber, || {
        rate(1).expect("it works");
        BROKEN.store(true, SeqCst);
        testing::advance(Duration::from_secs(11));
        assert_eq!(detailed_rate(1).outcome, Outcome::Stale);
        BROKEN.store(false, SeqCst);
    });
    let told = "WARN the function has failed, and the old value answers code.function.name=watch::events::rate \
                in [\"cache.load\"]";
    assert!(lines.take().contains(&told.to_owned()));
}

/// A store that can be taken down.
struct Store(Memory);

static DOWN: AtomicBool = AtomicBool::new(true);

impl Store {
    fn up(&self) -> Result<&Memory, Error> {
        let down = || Error::unreachable("the store is down");
        (!DOWN.load(SeqCst)).then_some(&self.0).ok_or_else(down)
    }
}

impl Backend for Store {
    fn name(&self) -> &'static str {
        "store"
    }

    fn get<'a>(&'a self, items: &'a [&'a str], versions: &'a [&'a str]) -> Answer<'a, Read> {
        Box::pin(async move { self.up()?.get(items, versions).await })
    }

    fn change<'a>(&'a self, changes: &'a [Change<'a>]) -> Answer<'a, Vec<bool>> {
        Box::pin(async move { self.up()?.change(changes).await })
    }

    fn clear<'a>(&'a self, prefix: &'a str) -> Answer<'a, ()> {
        Box::pin(async move { self.up()?.clear(prefix).await })
    }
}

#[memoize]
fn shared(x: u32) -> u32 {
    x
}

/// The whole process has this store: the other tests here have caches of their own.
#[test]
fn a_store_that_is_down_is_told_of_once() {
    let config = Config::custom(Store(Memory::new()));
    config.install().expect("it can be installed");
    let (subscriber, lines) = Lines::new();
    with_default(subscriber, || {
        for x in 0..10 {
            shared(x);
        }
        let undelivered = invalidate_shared(1).into_result();
        let undelivered = undelivered.expect_err("nobody was told");
        assert_eq!(undelivered.kind(), ErrorKind::Undelivered);
        DOWN.store(false, SeqCst);
        cache_tests::wait_until(|| {
            shared(1);
            detailed_shared(1).outcome == Outcome::Hit
        });
    });
    let lines = lines.take();
    let told = |what: &str| lines.iter().filter(|line| line.contains(what)).count();
    let down = "WARN the store is down; functions run without it until it is back in []";
    assert_eq!(told(down), 1, "{lines:#?}");
    assert_eq!(
        told("WARN an invalidation has not reached store"),
        1,
        "{lines:#?}"
    );
}
