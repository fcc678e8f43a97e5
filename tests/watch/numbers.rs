//! Numbers for a recorder of the `metrics` facade.

use std::collections::BTreeMap;
use std::time::Duration;

use cache_runtime::{memoize, publish_metrics, testing};
use metrics::with_local_recorder;
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};

/// What a recorder has for a function: `name label=value..` with the number, or with how many numbers.
fn of(function: &str, snapshotter: &Snapshotter) -> BTreeMap<String, f64> {
    let all = snapshotter.snapshot().into_vec().into_iter();
    all.filter_map(|(key, _, _, value)| {
        let key = key.key();
        let mut labels = key.labels();
        (labels.next()?.value() == function).then_some(())?;
        let labels = labels.map(|label| format!(" {}={}", label.key(), label.value()));
        let name = format!("{}{}", key.name(), labels.collect::<String>());
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let value = match value {
            DebugValue::Counter(count) => count as f64,
            DebugValue::Gauge(value) => value.into_inner(),
            DebugValue::Histogram(values) => values.len() as f64,
        };
        Some((name, value))
    })
    .collect()
}

#[memoize(timeout = 60)]
fn price(sku: u32) -> Result<u32, String> {
    (sku < 100).then_some(sku).ok_or_else(|| "unknown".into())
}

#[test]
fn calls_misses_entries_and_loads_are_counted_by_function() {
    let _isolated = testing::isolate();
    let recorder = DebuggingRecorder::new();
    with_local_recorder(&recorder, || {
        for sku in [1, 2, 1, 1] {
            price(sku).expect("it is known");
        }
        price(100).expect_err("it is not");
        testing::advance(Duration::from_secs(61));
        price(1).expect("it is known");
        invalidate_price(1);
        publish_metrics();
    });
    let of = of("watch::numbers::price", &recorder.snapshotter());
    for (name, value) in [
        ("cache.calls cache.outcome=hit", 2.0),
        ("cache.calls cache.outcome=computed", 4.0),
        ("cache.calls cache.outcome=bypassed", 0.0),
        ("cache.misses cache.reason=cold", 3.0),
        ("cache.misses cache.reason=expired", 1.0),
        ("cache.stores cache.outcome=stored", 3.0),
        ("cache.removals cache.reason=invalidated", 1.0),
        ("cache.backend.errors", 0.0),
        ("cache.load.duration", 3.0),
        ("cache.load.duration error.type=error", 1.0),
    ] {
        assert_eq!(of.get(name), Some(&value), "{name} in {of:#?}");
    }
}

#[test]
fn no_label_holds_a_key() {
    #[memoize]
    fn greeting(name: &str) -> String {
        format!("hello {name}")
    }
    let _isolated = testing::isolate();
    let recorder = DebuggingRecorder::new();
    with_local_recorder(&recorder, || {
        greeting("a secret");
        publish_metrics();
    });
    let all = recorder.snapshotter().snapshot().into_vec();
    assert!(!all.is_empty());
    for (key, ..) in all {
        assert!(
            key.key()
                .labels()
                .all(|label| !label.value().contains("secret"))
        );
    }
}

#[tokio::test]
async fn a_response_cache_is_counted_by_its_name() {
    use axum::{Router, body::Body, routing::get};
    use tower::ServiceExt as _;

    let _isolated = testing::isolate();
    let layer = cache_runtime::http::CacheLayer::new(Duration::from_secs(60)).name("pages");
    let app = Router::new()
        .route("/", get(|| async { "hello" }))
        .layer(layer);
    let recorder = DebuggingRecorder::new();
    let _local = metrics::set_default_local_recorder(&recorder);
    for _ in 0..3 {
        let request = http::Request::get("/").body(Body::empty()).unwrap();
        app.clone().oneshot(request).await.unwrap();
    }
    publish_metrics();
    let of = of("CacheLayer pages", &recorder.snapshotter());
    assert_eq!(
        of.get("cache.calls cache.outcome=hit"),
        Some(&2.0),
        "{of:#?}"
    );
    assert_eq!(of.get("cache.load.duration"), Some(&1.0), "{of:#?}");
}
