//! What is set for single functions.

use std::time::Duration;

use cache_runtime::{Bound, Config, FunctionConfig, Outcome, Timeout, memoize, testing};

use crate::{alone, known};

#[memoize(timeout = 7, max_entries = 3)]
fn price(x: u32) -> u32 {
    x
}

#[memoize(namespace = "weighed", max_weight = 10, weigher = |_| 1, timeout_with = |_| Duration::from_secs(1))]
fn weighed(x: u32) -> u32 {
    x
}

#[memoize(namespace = "of-version", version = 4)]
fn of_version(x: u32) -> u32 {
    x
}

#[memoize(namespace = "row")]
fn row(x: u32) -> u32 {
    x
}

#[memoize(namespace = "page")]
fn page(x: u32) -> u32 {
    row(x)
}

#[test]
fn it_holds_whatever_the_attribute_says() {
    alone(&[], || {
        let price_config = FunctionConfig::new()
            .timeout(Duration::from_secs(60))
            .max_entries(5);
        Config::simple()
            .function("config::functions::price", price_config)
            .install()
            .unwrap();
        let policy = known("config::functions::price").policy;
        assert_eq!(
            (policy.timeout, policy.max_entries),
            (Timeout::After(Duration::from_secs(60)), Bound::Entries(5))
        );
        for x in 0..10 {
            price(x);
        }
        testing::advance(Duration::from_secs(59));
        assert_eq!(known("config::functions::price").entries, 5);
        assert_eq!(detailed_price(9).outcome, Outcome::Hit);
        assert_eq!(
            known("weighed").policy.timeout,
            Timeout::After(Duration::from_secs(300))
        );
    });
}

#[test]
fn a_timeout_and_a_bound_take_the_place_of_what_is_asked_of_values() {
    alone(&[], || {
        let config = FunctionConfig::new()
            .timeout(Duration::ZERO)
            .max_entries(20);
        Config::simple()
            .function("weighed", config)
            .install()
            .unwrap();
        for x in 0..15 {
            weighed(x);
        }
        testing::advance(Duration::from_secs(1_000));
        assert_eq!(known("weighed").entries, 15);
        assert_eq!(detailed_weighed(0).outcome, Outcome::Hit);
    });
}

#[test]
fn a_version_may_be_left_out_of_the_name() {
    for name in ["of-version", "of-version#4"] {
        let error = Config::simple()
            .function(name, FunctionConfig::new())
            .function("of-versoin", FunctionConfig::new())
            .install()
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "no cached function is called `of-versoin`; did you mean `of-version`?"
        );
    }
    alone(&[], || {
        let off = FunctionConfig::new().enabled(false);
        let on = FunctionConfig::new();
        Config::simple()
            .function("of-version", off)
            .function("of-version#4", on)
            .install()
            .unwrap();
        assert!(
            known("of-version").policy.enabled,
            "the whole name counts for more"
        );
    });
}

#[test]
fn one_that_is_switched_off_runs_and_still_is_depended_on() {
    alone(&[], || {
        let off = FunctionConfig::new().enabled(false);
        Config::simple().function("row", off).install().unwrap();
        page(1);
        assert_eq!(detailed_page(1).outcome, Outcome::Hit);
        assert_eq!(detailed_row(1).outcome, Outcome::Bypassed);
        assert_eq!(refresh_row(1), 1);
        invalidate_row(1);
        assert_eq!(peek_page(1), None, "promise 7");
        page(1);
        put_row(1, 5);
        assert_eq!((peek_row(1), peek_page(1)), (None, None), "promise 7");
        let function = known("row");
        assert!(!function.policy.enabled && known("page").policy.enabled);
        assert_eq!((function.entries, function.stats.stores), (0, 0));
        assert_eq!(function.stats.bypasses, function.stats.calls());
    });
}

#[test]
fn a_name_that_no_function_has_is_an_error() {
    let refused = |name: &str| {
        let config = Config::simple().function(name, FunctionConfig::new());
        config.install().unwrap_err().to_string()
    };
    assert_eq!(
        refused("functions::price"),
        "no cached function is called `functions::price`; did you mean `config::functions::price`?"
    );
    assert_eq!(
        refused("rows"),
        "no cached function is called `rows`; did you mean `row`?"
    );
    let listed = refused("something-else-altogether");
    let beginning = "no cached function is called `something-else-altogether`; there are `any`, ";
    assert!(listed.starts_with(beginning), "{listed}");
    assert!(listed.ends_with(" more"), "{listed}");
}
