//! `cache_none` and `none_timeout`.

use std::time::Duration;

use cache_runtime::{memoize, testing};

type Maybe<T> = Option<T>;

#[test]
fn none_is_stored_unless_told_otherwise() {
    #[memoize]
    fn stored(x: u32) -> Option<u32> {
        (x > 0).then_some(x)
    }
    #[memoize(cache_none = false)]
    fn dropped(x: u32) -> Maybe<u32> {
        (x > 0).then_some(x)
    }
    (stored(0), dropped(0), dropped(1));
    assert_eq!(
        (peek_stored(0), peek_dropped(0), peek_dropped(1)),
        (Some(None), None, Some(Some(1)))
    );
    assert_eq!((stored(0), stats_stored().hits), (None, 1));
}

#[test]
fn none_may_have_a_timeout_of_its_own() {
    #[memoize(timeout = 10, none_timeout = 1)]
    fn brief(x: u32) -> Result<Option<u32>, ()> {
        Ok((x > 0).then_some(x))
    }
    #[memoize(timeout = 1, none_timeout = never)]
    fn lasting(x: u32) -> Option<u32> {
        (x > 0).then_some(x)
    }
    let _caches = testing::isolate();
    (brief(0).ok(), brief(1).ok(), lasting(0), lasting(1));
    testing::advance(Duration::from_secs(1));
    assert_eq!((peek_brief(0), peek_brief(1)), (None, Some(Some(1))));
    assert_eq!((peek_lasting(0), peek_lasting(1)), (Some(None), None));
}

#[test]
fn a_none_that_is_put_is_treated_alike() {
    #[memoize(cache_none = false)]
    fn of(x: u32) -> Option<u32> {
        Some(x)
    }
    of(1);
    put_of(1, None);
    assert_eq!(peek_of(1), None, "what was there is known to be outdated");
}
