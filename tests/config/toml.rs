//! Configurations from TOML.

use std::time::Duration;

use cache_runtime::{Bound, Config, Outcome, Timeout, memoize};

use crate::{alone, known};

#[memoize(namespace = "tuned", timeout = 1)]
fn tuned(x: u32) -> u32 {
    x
}

#[memoize(namespace = "off")]
fn off(x: u32) -> u32 {
    x
}

#[test]
fn functions_are_tuned_and_switched_off_without_a_build() {
    alone(&[], || {
        let text = r#"
            default_timeout = "1h"

            [functions.tuned]
            timeout = 30
            max_entries = 500

            [functions.off]
            enabled = false
        "#;
        Config::from_toml_str(text).unwrap().install().unwrap();
        let policy = known("tuned").policy;
        assert_eq!(policy.timeout, Timeout::After(Duration::from_secs(30)));
        assert_eq!(policy.max_entries, Bound::Entries(500));
        assert_eq!(
            known("off").policy.timeout,
            Timeout::After(Duration::from_secs(3_600))
        );
        assert_eq!((tuned(1), detailed_tuned(1).outcome), (1, Outcome::Hit));
        assert_eq!(detailed_off(1).outcome, Outcome::Bypassed);
    });
}

#[test]
fn a_name_that_no_function_has_is_an_error() {
    let error = Config::from_toml_str("[functions.tunde]\nenabled = false").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no cached function is called `tunde`; did you mean `tuned`?"
    );
}
