//! Attributes, visibility and surroundings stay as they are.

use cache_runtime::{cached, invalidates, memoize};
use cache_tests::Count;

mod outer {
    pub(super) mod inner {
        #[cache_runtime::memoize]
        pub(in crate::forms) fn visible(x: u32) -> u32 {
            x + hidden(x)
        }

        #[cache_runtime::memoize]
        fn hidden(x: u32) -> u32 {
            x
        }
    }
}

#[test]
fn helpers_are_as_visible_as_the_function() {
    assert_eq!(outer::inner::visible(1), 2);
    assert_eq!(outer::inner::peek_visible(1), Some(2));
    assert_eq!(outer::inner::stats_visible().misses.cold, 1);
}

#[test]
fn an_attribute_may_stand_behind_a_condition() {
    #[cfg_attr(all(), memoize)]
    fn conditional(x: u32) -> u32 {
        x
    }
    #[memoize]
    #[cfg_attr(all(), inline, must_use)]
    #[doc = "Documented."]
    #[cfg(test)]
    fn many(#[allow(unused_variables)] x: u32) -> u32 {
        1
    }
    assert_eq!((conditional(1), peek_conditional(1)), (1, Some(1)));
    assert_eq!((many(1), peek_many(1)), (1, Some(1)));
}

#[test]
fn a_writer_may_be_cached_itself() {
    #[memoize]
    fn target(x: u32) -> u32 {
        x
    }
    static RUNS: Count = Count::new();
    #[invalidates(target(x))]
    #[memoize]
    fn above(x: u32) -> usize {
        RUNS.add() + x as usize
    }
    #[cached]
    #[invalidates(target)]
    fn below() -> usize {
        RUNS.add()
    }
    target(1);
    assert_eq!(above(1), 1);
    assert_eq!(peek_target(1), None);
    target(1);
    assert_eq!((below(), peek_target(1)), (1, None));
}
