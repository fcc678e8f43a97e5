//! Configurations from the variables of the process.

use std::time::Duration;

use cache_runtime::{Bound, Config, Outcome, Timeout, memoize};

use crate::{alone, known};

#[memoize(namespace = "any")]
fn any(x: u32) -> u32 {
    x
}

#[test]
fn nothing_set_is_the_default() {
    alone(&[], || {
        Config::from_env().unwrap().install().unwrap();
        assert_eq!((any(1), detailed_any(1).outcome), (1, Outcome::Hit));
    });
}

#[test]
fn variables_take_effect() {
    let variables = [
        ("CACHE_TYPE", "SimpleCache"),
        ("CACHE_DEFAULT_TIMEOUT", "5m"),
        ("CACHE_THRESHOLD", "7"),
    ];
    alone(&variables, || {
        Config::from_env().unwrap().install().unwrap();
        let policy = known("any").policy;
        assert_eq!(policy.timeout, Timeout::After(Duration::from_secs(300)));
        assert_eq!(policy.max_entries, Bound::Entries(7));
    });
}

#[test]
fn null_can_be_set() {
    alone(&[("CACHE_TYPE", "NULL")], || {
        Config::from_env().unwrap().install().unwrap();
        assert_eq!(detailed_any(1).outcome, Outcome::Bypassed);
    });
}

#[test]
fn code_has_the_last_word() {
    alone(&[("CACHE_THRESHOLD", "7")], || {
        Config::from_env().unwrap().threshold(8).install().unwrap();
        assert_eq!(known("any").policy.max_entries, Bound::Entries(8));
    });
}

#[test]
fn what_is_wrong_is_an_error_before_anything_is_installed() {
    alone(&[("CACHE_TYPE", "simpel")], || {
        let error = Config::from_env().unwrap_err().to_string();
        assert!(
            error.starts_with("`CACHE_TYPE` is `simpel`; did you mean `simple`?"),
            "{error}"
        );
    });
}
