//! A span for each load, and none for a hit.

use std::panic::catch_unwind;
use std::time::Duration;

use cache_runtime::{memoize, testing};
use tracing::subscriber::with_default;

use crate::lines::Lines;

#[memoize(timeout = 60)]
fn price(sku: u32) -> u32 {
    tracing::info!("asking");
    sku * 100
}

#[memoize]
fn total(a: u32, b: u32) -> u32 {
    price(a) + price(b)
}

#[memoize]
async fn slow(x: u32) -> u32 {
    tokio::task::yield_now().await;
    tracing::info!("awake");
    x
}

#[memoize]
fn fails(text: &str) -> Result<u32, std::num::ParseIntError> {
    text.parse()
}

#[memoize(batch)]
fn many(ids: &[u32]) -> std::collections::HashMap<u32, u32> {
    ids.iter().map(|id| (*id, *id)).collect()
}

#[test]
fn a_load_has_a_span_and_a_hit_has_none() {
    let _isolated = testing::isolate();
    let (subscriber, lines) = Lines::new();
    with_default(subscriber, || {
        price(1);
        price(1);
        testing::advance(Duration::from_secs(61));
        price(1);
    });
    assert_eq!(
        lines.take(),
        [
            r#"INFO asking in ["cache.load"]"#,
            "cache.load code.function.name=watch::spans::price cache.reason=cold",
            r#"INFO asking in ["cache.load"]"#,
            "cache.load code.function.name=watch::spans::price cache.reason=expired",
        ]
    );
}

#[test]
fn loads_inside_a_load_have_their_spans_inside_its_own() {
    let _isolated = testing::isolate();
    let (subscriber, lines) = Lines::new();
    with_default(subscriber, || total(11, 12));
    let lines = lines.take();
    let inner = "cache.load code.function.name=watch::spans::price cache.reason=cold inside";
    let outer = "cache.load code.function.name=watch::spans::total cache.reason=cold";
    assert_eq!([&lines[1], &lines[3], &lines[4]], [inner, inner, outer]);
}

#[tokio::test]
async fn the_span_is_there_after_an_await() {
    let _isolated = testing::isolate();
    let (subscriber, lines) = Lines::new();
    let _default = tracing::subscriber::set_default(subscriber);
    slow(1).await;
    assert_eq!(lines.take()[0], r#"INFO awake in ["cache.load"]"#);
}

#[test]
fn a_span_says_how_its_load_failed() {
    let _isolated = testing::isolate();
    let (subscriber, lines) = Lines::new();
    with_default(subscriber, || fails("x")).expect_err("no number");
    let span =
        "cache.load code.function.name=watch::spans::fails cache.reason=cold error.type=error";
    assert_eq!(lines.take(), [span]);
}

#[tokio::test]
async fn a_load_that_is_dropped_was_cancelled() {
    let _isolated = testing::isolate();
    let (subscriber, lines) = Lines::new();
    let _default = tracing::subscriber::set_default(subscriber);
    {
        let mut load = std::pin::pin!(slow(2));
        assert!(futures::poll!(&mut load).is_pending());
    }
    let span =
        "cache.load code.function.name=watch::spans::slow cache.reason=cold error.type=cancelled";
    assert_eq!(lines.take(), [span]);
}

#[test]
fn many_ids_in_one_run_are_one_load() {
    let _isolated = testing::isolate();
    let (subscriber, lines) = Lines::new();
    with_default(subscriber, || many(&[1, 2, 3]));
    let span = "cache.load code.function.name=watch::spans::many cache.reason=cold";
    assert_eq!(lines.take(), [span]);
}

#[test]
fn a_panic_is_told_once_inside_the_span() {
    #[memoize]
    fn panics(x: u32) -> u32 {
        assert!(x > 1, "one");
        x
    }
    let _isolated = testing::isolate();
    let (subscriber, lines) = Lines::new();
    with_default(subscriber, || catch_unwind(|| panics(1))).expect_err("it panics");
    let [event, span] = &lines.take()[..] else {
        panic!("an event and a span");
    };
    let message = "ERROR the function has panicked code.function.name=watch::spans::";
    assert!(event.starts_with(message), "{event}");
    assert!(event.ends_with(r#" in ["cache.load"]"#), "{event}");
    assert!(
        span.ends_with("cache.reason=cold error.type=panic"),
        "{span}"
    );
}
