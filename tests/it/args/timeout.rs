//! `timeout`: every form, exact, and counted from when the value was stored.

use std::panic::catch_unwind;
use std::time::Duration;

use cache_runtime::{Outcome, memoize, testing};

/// What the clock is left of room: it runs on while it is moved.
const SHORT: Duration = Duration::from_secs(1);

#[test]
fn every_form_is_exact() {
    const TTL: Duration = Duration::from_secs(2);
    const SECONDS: u64 = 2;
    macro_rules! lives_two_seconds {
        ($($name:ident, $peek:ident: $timeout:expr;)*) => {$(
            #[memoize(timeout = $timeout)]
            #[allow(dead_code, reason = "only some helpers are used")]
            fn $name(x: u32) -> u32 {
                x
            }
            $name(1);
            testing::advance(TTL - SHORT);
            assert_eq!($peek(1), Some(1), "{}", stringify!($timeout));
            testing::advance(SHORT);
            assert_eq!($peek(1), None, "{}", stringify!($timeout));
        )*};
    }
    let _caches = testing::isolate();
    lives_two_seconds! {
        integer, peek_integer: 2;
        float, peek_float: 2.0;
        text, peek_text: "2s";
        parts, peek_parts: "1s 1000ms";
        duration, peek_duration: TTL;
        call, peek_call: Duration::from_millis(2_000);
        number, peek_number: SECONDS;
        sum, peek_sum: 1 + 1;
        block, peek_block: { let half = 1_u32; half * 2 };
    }
}

#[test]
fn fractions_and_long_texts() {
    #[memoize(timeout = 10.25)]
    fn quarter(x: u32) -> u32 {
        x
    }
    #[memoize(timeout = "1h 30m")]
    fn long(x: u32) -> u32 {
        x
    }
    let _caches = testing::isolate();
    (quarter(1), long(1));
    testing::advance(Duration::from_secs(9));
    assert_eq!(peek_quarter(1), Some(1));
    testing::advance(Duration::from_millis(1_250));
    assert_eq!(peek_quarter(1), None);
    testing::advance(Duration::from_secs(90 * 60 - 20));
    assert_eq!(peek_long(1), Some(1));
    testing::advance(Duration::from_secs(10));
    assert_eq!(peek_long(1), None);
}

#[test]
fn left_out_it_is_five_minutes() {
    #[memoize]
    fn of(x: u32) -> u32 {
        x
    }
    let _caches = testing::isolate();
    of(1);
    testing::advance(Duration::from_secs(300) - SHORT);
    assert_eq!(peek_of(1), Some(1));
    testing::advance(SHORT);
    assert_eq!(peek_of(1), None);
}

#[test]
fn it_counts_from_when_the_value_was_stored() {
    #[memoize(timeout = 10)]
    fn slow(x: u32) -> u32 {
        testing::advance(Duration::from_secs(8));
        x
    }
    let _caches = testing::isolate();
    slow(1);
    testing::advance(Duration::from_secs(9));
    let found = detailed_slow(1);
    assert_eq!(found.outcome, Outcome::Hit);
    assert_eq!(found.age.map(|age| age.as_secs()), Some(9));
    put_slow(1, 2);
    testing::advance(Duration::from_secs(9));
    assert_eq!(peek_slow(1), Some(2), "a put starts anew");
}

#[test]
fn a_hit_does_not_prolong_it() {
    #[memoize(timeout = 10)]
    fn of(x: u32) -> u32 {
        x
    }
    let _caches = testing::isolate();
    of(1);
    for _ in 0..10 {
        assert_eq!(peek_of(1), Some(1));
        of(1);
        testing::advance(Duration::from_secs(1));
    }
    assert_eq!(peek_of(1), None);
}

#[test]
fn the_longest_duration_is_for_ever() {
    #[memoize(timeout = Duration::MAX)]
    fn of(x: u32) -> u32 {
        x
    }
    let _caches = testing::isolate();
    of(1);
    testing::advance(Duration::from_secs(1 << 33));
    assert_eq!(peek_of(1), Some(1));
}

#[test]
fn a_negative_expression_panics_and_says_so() {
    const WRONG: i64 = -1;
    #[memoize(timeout = WRONG)]
    fn of(x: u32) -> u32 {
        x
    }
    let panic = catch_unwind(|| of(1)).unwrap_err();
    let text = panic.downcast_ref::<String>().map(String::as_str);
    assert_eq!(text, Some("a timeout cannot be negative: -1"));
}
