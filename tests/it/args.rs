//! The options of the attributes.

use std::time::Duration;

use cache_runtime::{MissReason, Outcome, memoize, testing};
use cache_tests::Count;

#[test]
fn timeouts_of_every_form() {
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
            testing::advance(Duration::from_secs(1));
            assert_eq!($peek(1), Some(1), stringify!($timeout));
            testing::advance(Duration::from_secs(1));
            assert_eq!($peek(1), None, stringify!($timeout));
        )*};
    }
    let _caches = testing::isolate();
    lives_two_seconds! {
        integer, peek_integer: 2;
        float, peek_float: 2.0;
        text, peek_text: "2s";
        duration, peek_duration: TTL;
        number, peek_number: SECONDS;
        sum, peek_sum: 1 + 1;
    }
}

#[test]
fn unless_bypasses_the_cache() {
    static RUNS: Count = Count::new();
    #[memoize(unless = id == 0)]
    fn of(id: u32) -> usize {
        RUNS.add()
    }
    assert_eq!((of(0), of(0), of(1), of(1)), (0, 1, 2, 2));
    assert_eq!(detailed_of(0).outcome, Outcome::Bypassed);
    assert_eq!((peek_of(0), stats_of().bypasses), (None, 3));
}

#[test]
fn forced_update_replaces_the_entry() {
    static RUNS: Count = Count::new();
    #[memoize(skip(reload), forced_update = reload)]
    fn of(id: u32, reload: bool) -> usize {
        RUNS.add() + id as usize
    }
    assert_eq!((of(0, false), of(0, true), of(0, false)), (0, 1, 1));
    assert_eq!(
        detailed_of(0, true).outcome,
        Outcome::Computed(MissReason::Forced)
    );
}

#[test]
fn response_filter_and_is_stale_judge_the_value() {
    static RUNS: Count = Count::new();
    #[memoize(response_filter = |text| !text.is_empty(), is_stale = |text: &String| text == "old")]
    fn of(text: &str) -> Result<String, ()> {
        RUNS.add();
        Ok(text.to_owned())
    }
    for (text, runs) in [("", 2), ("old", 2), ("new", 1)] {
        let before = RUNS.get();
        assert_eq!(
            (of(text), of(text)),
            (Ok(text.to_owned()), Ok(text.to_owned()))
        );
        assert_eq!(RUNS.get() - before, runs, "{text:?}");
    }
}

#[test]
fn none_is_stored_unless_told_otherwise() {
    #[memoize]
    fn stored(x: u32) -> Option<u32> {
        (x > 0).then_some(x)
    }
    #[memoize(cache_none = false)]
    fn dropped(x: u32) -> Option<u32> {
        (x > 0).then_some(x)
    }
    #[memoize(timeout = 10, none_timeout = 1)]
    fn brief(x: u32) -> Result<Option<u32>, ()> {
        Ok((x > 0).then_some(x))
    }
    let _caches = testing::isolate();
    (
        stored(0),
        dropped(0),
        dropped(1),
        brief(0).ok(),
        brief(1).ok(),
    );
    assert_eq!(
        (peek_stored(0), peek_dropped(0), peek_dropped(1)),
        (Some(None), None, Some(Some(1)))
    );
    testing::advance(Duration::from_secs(1));
    assert_eq!((peek_brief(0), peek_brief(1)), (None, Some(Some(1))));
}

#[test]
fn errors_are_stored_when_they_have_a_timeout() {
    static RUNS: Count = Count::new();
    #[memoize(timeout = 10, err_timeout = 1)]
    fn of(x: u32) -> Result<u32, String> {
        RUNS.add();
        if x > 0 { Ok(x) } else { Err("none".into()) }
    }
    let _caches = testing::isolate();
    assert_eq!(
        (of(0), of(0), RUNS.get(), peek_of(0)),
        (Err("none".into()), Err("none".into()), 1, None)
    );
    testing::advance(Duration::from_secs(1));
    assert_eq!((of(0), RUNS.get()), (Err("none".into()), 2));
    put_of(0, 7);
    assert_eq!(of(0), Ok(7));
}

#[test]
fn unbounded_and_bounded_by_an_expression() {
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
