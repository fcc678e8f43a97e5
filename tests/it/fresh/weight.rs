//! `max_weight` and `weigher`: a bound on what entries weigh together.

use cache_runtime::{memoize, testing};
use cache_tests::crowd;

fn of_key_and_value(name: &str, copies: &usize, text: &String) -> u32 {
    assert_eq!(
        text.len(),
        name.len() * copies,
        "key and value belong together"
    );
    text.len() as u32
}

#[test]
fn the_bound_holds_at_every_moment() {
    #[memoize(max_weight = 100, weigher = |text: &String| text.len() as u32, timeout = never)]
    fn load(length: usize) -> String {
        "x".repeat(length)
    }
    let weight = || (0..40).filter(|&n| peek_load(n).is_some()).sum::<usize>();
    crowd(4, |thread| {
        for n in 0..1000 {
            load((n * 7 + thread * 13) % 40);
        }
    });
    assert!((61..=100).contains(&weight()), "{}", weight());
    load(101);
    assert_eq!(peek_load(101), None, "heavier than all may be together");
    assert_eq!(stats_load().rejected_stores, 1);
    load(100);
    assert_eq!(
        (peek_load(100).map(|text| text.len()), weight()),
        (Some(100), 0)
    );
}

#[test]
fn a_path_weighs_by_key_and_value() {
    #[memoize(max_weight = 50, weigher = of_key_and_value)]
    fn load(name: &str, copies: usize) -> Result<String, String> {
        Ok(name.repeat(copies))
    }
    let _caches = testing::isolate();
    assert_eq!(peek_load("first asked", 1), None);
    for copies in 1..=10 {
        load("abcde", copies).unwrap();
    }
    put_load("ab", 3, "ababab".into());
    let live: usize = (1..=10)
        .filter(|&n| peek_load("abcde", n).is_some())
        .map(|n| n * 5)
        .sum();
    assert!(live <= 44 && peek_load("ab", 3).is_some(), "{live}");
}

#[test]
fn floats_routes_and_no_key_at_all() {
    #[memoize(max_weight = 10, weigher = |key: &f64, value: &u32| { assert_eq!(*key, 1.5); *value })]
    fn of_float(x: f64) -> u32 {
        x as u32 + 4
    }
    #[cache_runtime::cached(route = "/a/{x}", max_weight = 10, weigher = |route: &str, value: &u32| route.len() as u32 + *value)]
    fn of_route(x: u32) -> u32 {
        x
    }
    #[cache_runtime::cached(max_weight = 10, weigher = |value: &u32| *value)]
    fn of_nothing() -> u32 {
        11
    }
    let _caches = testing::isolate();
    of_float(1.5);
    assert_eq!(peek_of_float(1.5), Some(5));
    (of_route(5), of_route(6), of_nothing());
    assert_eq!(
        (peek_of_route(5), peek_of_route(6)),
        (Some(5), Some(6)).min((None, Some(6)))
    );
    assert_eq!(peek_of_nothing(), None);
}
