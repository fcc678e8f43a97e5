//! The cached functions of a worker, all of them over the database.

use std::cell::Cell;
use std::process;
use std::thread;
use std::time::Duration;

use cache_runtime::{Error, Invalidation, cache, cached, memoize};

use crate::database;
use crate::event::{Kind, Means, Source};

/// A number of the database, and the process that has loaded it.
type Loaded = (u64, u32);

const LONG: Duration = Duration::from_secs(120);

thread_local! {
    /// How long the next load on this thread waits before and after it reads the database.
    static PAUSES: Cell<(Duration, Duration)> = const { Cell::new((Duration::ZERO, Duration::ZERO)) };
}

/// Slows the next load on this thread down.
pub(crate) fn slow_down(before: Duration, after: Duration) {
    PAUSES.set((before, after));
}

fn pause(time: Duration) {
    if !time.is_zero() {
        thread::sleep(time);
    }
}

fn load(key: u64) -> Loaded {
    let (before, after) = PAUSES.take();
    pause(before);
    let number = database::read(key);
    pause(after);
    (number, process::id())
}

#[memoize(timeout = 120)]
fn row(key: u64) -> Loaded {
    load(key)
}

#[memoize(timeout = 120)]
fn derived(key: u64) -> Loaded {
    let (before, after) = PAUSES.take();
    slow_down(before, Duration::ZERO);
    let row = row(key);
    pause(after);
    row
}

#[memoize(timeout = 120, tags("label:{key}"))]
fn tagged(key: u64) -> Loaded {
    load(key)
}

#[memoize(timeout = 120, tags_with = |late: &(u64, Loaded)| [format!("label:{}", late.0)])]
fn late(key: u64) -> (u64, Loaded) {
    (key, load(key))
}

#[cached(timeout = 120, route = "/rows/{key}")]
fn page(key: u64) -> Loaded {
    load(key)
}

#[memoize(timeout = 120)]
async fn later(key: u64) -> Loaded {
    tokio::task::yield_now().await;
    load(key)
}

fn direct(key: u64) -> (Loaded, Source) {
    let mut source = Source::Store;
    let loaded = cache().get_or_insert_with(&format!("direct:{key}"), LONG, || {
        source = Source::Load;
        load(key)
    });
    (loaded.expect("numbers can be encoded"), source)
}

/// Reads a value in a cached way.
pub(crate) fn read(kind: Kind, key: u64) -> (Loaded, Source) {
    let detailed = match kind {
        Kind::Row => detailed_row(key),
        Kind::Derived => detailed_derived(key),
        Kind::Tagged => detailed_tagged(key),
        Kind::Page => detailed_page(key),
        Kind::Later => futures::executor::block_on(detailed_later(key)),
        Kind::Late => {
            let late = detailed_late(key);
            return (late.value.1, late.outcome.into());
        }
        Kind::Direct => return direct(key),
    };
    (detailed.value, detailed.outcome.into())
}

/// Stores a value that is known.
pub(crate) fn put(key: u64, value: u64) {
    put_row(key, (value, process::id()));
}

/// Drops what is cached.
pub(crate) fn invalidate(means: Means, key: u64) -> Result<(), Error> {
    let told: Invalidation = match means {
        Means::Row => invalidate_row(key),
        Means::AllRows => invalidate_all_row(),
        Means::Tag => cache_runtime::invalidate_tag(&format!("label:{key}")),
        Means::Route => cache_runtime::invalidate_route(&format!("/rows/{key}")),
        Means::Later => futures::executor::block_on(invalidate_later(key)),
        Means::Everything => cache_runtime::clear_all(),
        Means::Direct => return cache().delete(&format!("direct:{key}")).map(drop),
    };
    told.into_result().map(drop)
}
