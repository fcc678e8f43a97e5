//! Parts of a page.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use cache_runtime::http::{fragment, invalidate_fragment, try_fragment};
use cache_runtime::{future, invalidate_tag, memoize, testing};
use cache_tests::Count;

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_fragment_is_rendered_once_for_each_name_and_what_it_varies_with() {
    let (_isolated, runs) = (testing::isolate(), Count::new());
    let card = |name: &str, vary: &[&str]| {
        fragment(name, vary, MINUTE, || {
            format!("{name} {vary:?} {}", runs.add())
        })
    };
    let first = card("card", &["1", "en"]);
    assert_eq!(card("card", &["1", "en"]), first);
    for other in [&["1"][..], &["1", "de"], &["1e", "n"], &[]] {
        assert_ne!(card("card", other), first);
    }
    assert_ne!(card("row", &["1", "en"]), first);
    assert_eq!(runs.get(), 6);
}

#[test]
fn a_fragment_has_its_own_time_to_live() {
    let (_isolated, runs) = (testing::isolate(), Count::new());
    let show = |name: &str, timeout| fragment(name, &[], timeout, || runs.add().to_string());
    let (short, ever) = (show("short", MINUTE), show("ever", Duration::ZERO));
    testing::advance(Duration::from_secs(61));
    assert_ne!(show("short", MINUTE), short);
    testing::advance(Duration::from_secs(1_000_000));
    assert_eq!(show("ever", Duration::ZERO), ever);
}

#[test]
fn a_fragment_goes_with_what_it_was_computed_from_by_name_or_one_by_one() {
    #[memoize]
    fn price(sku: u32) -> u32 {
        sku
    }
    let (_isolated, runs) = (testing::isolate(), Count::new());
    let card = |sku: u32| {
        fragment("card", &[&sku.to_string()], MINUTE, || {
            format!("{} {}", price(sku), runs.add())
        })
    };
    let (one, two) = (card(1), card(2));
    invalidate_price(1);
    assert_ne!(card(1), one);
    assert_eq!(card(2), two);
    let one = card(1);
    assert!(invalidate_fragment("card", &["2"]).existed());
    assert_eq!(card(1), one);
    assert_ne!(card(2), two);
    invalidate_tag("fragment:card");
    assert_ne!(card(1), one);
}

#[test]
fn a_page_that_shows_a_fragment_goes_with_it() {
    #[memoize]
    fn page() -> String {
        fragment("menu", &[], MINUTE, || "menu".to_owned())
    }
    let _isolated = testing::isolate();
    page();
    invalidate_fragment("menu", &[]);
    assert_eq!(peek_page(), None);
}

#[tokio::test]
async fn threads_and_tasks_have_the_same_fragments() {
    let _isolated = testing::isolate();
    let blocking = fragment("both", &[], MINUTE, || "blocking".to_owned());
    let awaited = future::fragment("both", &[], MINUTE, || async { "awaited".to_owned() }).await;
    assert_eq!((&*blocking, &*awaited), ("blocking", "blocking"));
    assert!(future::invalidate_fragment("both", &[]).await.existed());
    let awaited = future::fragment("both", &[], MINUTE, || async { "awaited".to_owned() }).await;
    assert_eq!(awaited, "awaited");
}

#[test]
fn a_crowd_renders_once() {
    let (runs, barrier) = (Count::new(), Barrier::new(8));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                barrier.wait();
                fragment("crowd", &[], MINUTE, || {
                    thread::yield_now();
                    runs.add().to_string()
                })
            });
        }
    });
    assert_eq!(runs.get(), 1);
}

#[test]
fn a_failure_is_given_and_not_kept() {
    let _isolated = testing::isolate();
    let failed = try_fragment("fails", &[], MINUTE, || Err("no template"));
    assert_eq!(failed.expect_err("it fails").to_string(), "no template");
    let again = try_fragment("fails", &[], MINUTE, || Ok::<_, String>("fine".to_owned()));
    assert_eq!(again.expect("it works"), "fine");
}
