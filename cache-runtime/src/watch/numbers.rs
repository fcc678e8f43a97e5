//! Numbers for the recorder of the `metrics` facade: how long loads take, at once; counters, which threads count for
//! themselves, once a second.

use std::borrow::Cow;
use std::thread;
use std::time::Duration;

use metrics::{Label, Unit, describe_counter, describe_gauge, describe_histogram};
use once_cell::sync::OnceCell;

use crate::registry;
use crate::stats::Stats;

/// How often counters are published.
const PERIOD: Duration = Duration::from_secs(1);

const FUNCTION: &str = "code.function.name";

/// Publishes the counters of all cached functions and response caches to the recorder of the `metrics` facade, now.
///
/// A thread of this crate does the same every second from the first call of a cached function on, so that a hit need
/// not tell anybody: what a recorder shows is at most a second old. This is for those who need it to the moment, such
/// as a handler that renders it, a test, or the end of `main`.
///
/// ```
/// cache_runtime::publish_metrics();
/// ```
pub fn publish_metrics() {
    describe();
    for function in registry::functions() {
        publish(function.name.into(), &function.stats, function.entries);
    }
    #[cfg(feature = "axum")]
    for (name, (stats, entries)) in crate::http::totals() {
        publish(super::Subject::Layer(&name).name(), &stats, entries);
    }
}

/// Publishes from now on, once a second.
pub(crate) fn keep_publishing() {
    static STARTED: OnceCell<()> = OnceCell::new();
    STARTED.get_or_init(|| {
        let publish = || {
            loop {
                thread::sleep(PERIOD);
                publish_metrics();
            }
        };
        // Without a thread there are the numbers that are asked for.
        let _ = thread::Builder::new()
            .name("cache-metrics".into())
            .spawn(publish);
    });
}

/// Records how long a load took.
pub(super) fn load_took(function: Cow<'static, str>, error: Option<&'static str>, time: Duration) {
    let function = Label::new(FUNCTION, function);
    let error = error.map(|error| Label::new("error.type", error));
    let labels: Vec<_> = [function].into_iter().chain(error).collect();
    metrics::histogram!("cache.load.duration", labels).record(time.as_secs_f64());
}

fn describe() {
    describe_counter!(
        "cache.calls",
        Unit::Count,
        "Calls, by how they were answered."
    );
    describe_counter!(
        "cache.misses",
        Unit::Count,
        "Calls that ran the function, by why."
    );
    describe_counter!(
        "cache.refreshes",
        Unit::Count,
        "Refreshes in the background."
    );
    describe_counter!(
        "cache.stores",
        Unit::Count,
        "Values that were to be stored."
    );
    describe_counter!("cache.removals", Unit::Count, "Entries that left, by why.");
    describe_counter!(
        "cache.backend.errors",
        Unit::Count,
        "Failures of the shared store."
    );
    describe_gauge!("cache.entries", Unit::Count, "Entries in this process.");
    describe_histogram!(
        "cache.load.duration",
        Unit::Seconds,
        "Runs of the function."
    );
}

fn publish(function: Cow<'static, str>, stats: &Stats, entries: usize) {
    let misses = &stats.misses;
    let by = |name: &'static str, label, values: &[(&'static str, u64)]| {
        for &(by, value) in values {
            let labels = vec![
                Label::new(FUNCTION, function.clone()),
                Label::new(label, by),
            ];
            metrics::counter!(name, labels).absolute(value);
        }
    };
    let calls = [
        ("hit", stats.hits),
        ("stale", stats.stale_hits),
        ("coalesced", stats.coalesced),
        ("computed", misses.total()),
        ("bypassed", stats.bypasses),
    ];
    let reasons = [
        ("cold", misses.cold),
        ("expired", misses.expired),
        ("invalidated", misses.invalidated),
        ("evicted", misses.evicted),
        ("forced", misses.forced),
        ("undecodable", misses.undecodable),
    ];
    let refreshes = [
        ("stored", stats.refreshes),
        ("failed", stats.failed_refreshes),
    ];
    let stores = [
        ("stored", stats.stores),
        ("rejected", stats.rejected_stores),
    ];
    let removals = [
        ("evicted", stats.evictions),
        ("expired", stats.expirations),
        ("invalidated", stats.invalidations),
    ];
    by("cache.calls", "cache.outcome", &calls);
    by("cache.misses", "cache.reason", &reasons);
    by("cache.refreshes", "cache.outcome", &refreshes);
    by("cache.stores", "cache.outcome", &stores);
    by("cache.removals", "cache.reason", &removals);
    let labels = vec![Label::new(FUNCTION, function)];
    metrics::counter!("cache.backend.errors", labels.clone()).absolute(stats.backend_errors);
    #[expect(clippy::cast_precision_loss, reason = "fewer entries than 2^52")]
    metrics::gauge!("cache.entries", labels).set(entries as f64);
}
