//! Attributes, visibility and surroundings stay as they are.

use cache_runtime::memoize;

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
