//! `max_entries` and `unbounded`.

use std::time::Duration;

use cache_runtime::{functions, memoize, testing};

fn entries(name: &str) -> usize {
    let functions = functions();
    functions.iter().find(|f| f.name == name).unwrap().entries
}

#[test]
fn an_expression_bounds_and_unbounded_does_not() {
    const FEW: usize = 3;
    #[memoize(max_entries = FEW * 2)]
    fn few(x: u32) -> u32 {
        x
    }
    #[memoize(unbounded)]
    fn many(x: u32) -> u32 {
        x
    }
    (0..20_000).for_each(|x| _ = (few(x), many(x)));
    assert_eq!(
        (stats_few().evictions, stats_many().evictions),
        (20_000 - 6, 0)
    );
}

#[test]
fn left_out_it_is_ten_thousand() {
    #[memoize(namespace = "of-ten-thousand")]
    fn of(x: u32) -> u32 {
        x
    }
    (0..15_000).for_each(|x| _ = of(x));
    assert!((9_000..=10_000).contains(&entries("of-ten-thousand")));
}

#[test]
fn one_entry_is_enough() {
    #[memoize(max_entries = 1, namespace = "of-one")]
    fn of(x: u32) -> u32 {
        x
    }
    for x in 0..100 {
        assert_eq!((of(x), of(x)), (x, x));
        put_of(x + 1_000, 7);
        assert_eq!(entries("of-one"), 1, "puts are bounded too");
    }
    assert!(stats_of().hits >= 100, "the latest one is kept");
}

#[test]
fn what_is_asked_for_often_survives_a_scan() {
    #[memoize(max_entries = 100, timeout = never)]
    fn of(x: u32) -> u32 {
        x
    }
    let hot = || (0..20).for_each(|x| _ = of(x));
    (0..3).for_each(|_| hot());
    let before = stats_of().misses.total();
    for x in 1_000..11_000 {
        of(x);
        if x % 50 == 0 {
            hot();
        }
    }
    let missed = stats_of().misses.total() - before - 10_000;
    assert!(missed < 200, "{missed} of 4000 calls of hot keys missed");
}

#[test]
fn expired_entries_leave_before_live_ones() {
    #[memoize(max_entries = 100, timeout = 10)]
    fn of(x: u32) -> u32 {
        x
    }
    let _caches = testing::isolate();
    (0..60).for_each(|x| _ = of(x));
    testing::advance(Duration::from_secs(6));
    (100..140).for_each(|x| _ = of(x));
    testing::advance(Duration::from_secs(5));
    (200..260).for_each(|x| _ = of(x));
    assert!((100..140).all(|x| peek_of(x).is_some()));
    assert_eq!(stats_of().evictions, 0);
}
