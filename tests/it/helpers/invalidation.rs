//! `invalidate_f` and `invalidate_all_f`.

use std::time::Duration;

use cache_runtime::{memoize, testing};

#[test]
fn it_tells_whether_there_was_a_live_entry() {
    #[memoize(timeout = 10)]
    fn of(x: u32) -> Option<u32> {
        x.checked_sub(1)
    }
    let _caches = testing::isolate();
    assert!(!invalidate_of(1).existed());
    of(1);
    assert!(invalidate_of(1).existed() && !invalidate_of(1).existed());
    of(0);
    assert!(invalidate_of(0).existed(), "a `None` is an entry");
    of(1);
    testing::advance(Duration::from_secs(10));
    assert!(!invalidate_of(1).existed(), "an expired entry is none");
}

#[test]
fn it_may_be_ignored_or_insisted_on() -> Result<(), cache_runtime::Error> {
    #[memoize]
    fn of(x: u32) -> u32 {
        x
    }
    invalidate_of(1);
    invalidate_all_of();
    of(1);
    assert!(invalidate_all_of().into_result()?.existed());
    assert!(!invalidate_all_of().into_result()?.existed());
    Ok(())
}

#[test]
fn all_means_all_and_only_of_this_function() {
    #[memoize]
    fn of(x: u32) -> u32 {
        x
    }
    #[memoize]
    fn other(x: u32) -> u32 {
        x
    }
    (0..500).for_each(|x| _ = (of(x), other(x)));
    invalidate_all_of();
    assert!((0..500).all(|x| peek_of(x).is_none() && peek_other(x) == Some(x)));
    assert_eq!(stats_of().invalidations, 500);
}
