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

#[test]
fn an_expression_is_shown_until_it_is_known() {
    const FEW: usize = 3;
    #[memoize(timeout = FEW as u64 * 2, max_entries = FEW, namespace = "expressions")]
    fn of(x: u32) -> u32 {
        x
    }
    let policy = || {
        let functions = functions();
        let found = functions.into_iter().find(|f| f.name == "expressions");
        found.expect("it is listed").policy
    };
    assert!(matches!(policy().timeout, Timeout::Expression(text) if text.contains("FEW")));
    assert!(matches!(policy().max_entries, Bound::Expression("FEW")));
    of(1);
    assert_eq!(policy().timeout, Timeout::After(Duration::from_secs(6)));
    assert_eq!(policy().max_entries, Bound::Entries(3));
}

#[test]
fn entries_and_stats_of_all_instantiations_are_summed() {
    #[memoize(namespace = "summed")]
    fn of<T: 'static>(x: usize) -> usize {
        size_of::<T>() * x
    }
    (of::<u8>(1), of::<u16>(1), of::<u16>(2), of::<u16>(2));
    let functions = functions();
    let found = functions.iter().find(|f| f.name == "summed").unwrap();
    assert_eq!(
        (found.entries, found.stats.calls(), found.stats.hits),
        (3, 4, 1)
    );
    assert_eq!(found.stats, stats_of::<u32>());
}

#[test]
fn what_is_seen_can_be_printed() {
    assert!(format!("{:?}", functions()).contains("never_called"));
    assert!(format!("{:?}", stats_never_called()).contains("hits: 0"));
    assert!(format!("{:?}", invalidate_never_called(1)).contains("existed: false"));
    assert_eq!(stats_never_called().hit_ratio().to_string(), "0");
}
