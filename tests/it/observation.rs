//! What can be seen of the caches.

use std::time::Duration;

use cache_runtime::{Bound, Timeout, functions, memoize};

#[memoize(timeout = "90s", max_entries = 7, version = 3)]
#[allow(dead_code, reason = "it is listed without being called")]
fn never_called(x: u32) -> u32 {
    x
}

struct Shop;

impl Shop {
    #[memoize]
    fn price(x: u32) -> u32 {
        x
    }
}

#[memoize(source_check = true, namespace = "named", local)]
fn named(x: u32) -> u32 {
    x
}

#[test]
fn functions_are_listed_whether_called_or_not() {
    let functions = functions();
    let find = |name: &str| functions.iter().find(|function| function.name == name);
    let never = find("it::observation::never_called#3").expect("it is listed");
    assert!(never.file.ends_with("observation.rs") && never.line > 0 && never.entries == 0);
    assert_eq!(
        never.policy.timeout,
        Timeout::After(Duration::from_secs(90))
    );
    assert_eq!(
        (never.policy.max_entries, never.policy.version),
        (Bound::Entries(7), Some(3))
    );
    assert!(find("it::observation::Shop::price").is_some());
    let named = functions
        .iter()
        .find(|function| function.name.starts_with("named#"))
        .expect("it is listed");
    assert!(named.policy.source.is_some() && named.policy.local);
    let mut names: Vec<_> = functions.iter().map(|function| &function.name).collect();
    names.dedup();
    assert_eq!(
        names.len(),
        functions.len(),
        "no two functions have one name"
    );
}
