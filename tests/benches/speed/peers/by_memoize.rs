//! Functions under the attribute of the crate `memoize`, which takes owned arguments only.

/// A module of functions with the options that stand in the parentheses.
macro_rules! by_memoize {
    ($name:ident [$($function:ident)+] $options:tt) => {
        #[allow(dead_code, reason = "it writes companions, of which few are called")]
        mod $name {
            $(crate::peers::by_memoize_one! { $function $options })+
        }
    };
}

macro_rules! by_memoize_one {
    (f ($($option:tt)*)) => {
        #[memoize::memoize($($option)*)]
        pub(super) fn f(a: u64, b: u64) -> u64 {
            <crate::peers::F as crate::peers::Function>::load(&(a, b))
        }
    };
    (g ($($option:tt)*)) => {
        #[memoize::memoize($($option)*)]
        pub(super) fn g(text: String) -> u64 {
            <crate::peers::G as crate::peers::Function>::load(&text)
        }
    };
    (h ($($option:tt)*)) => {
        #[memoize::memoize($($option)*)]
        pub(super) fn h(text: String) -> std::sync::Arc<str> {
            <crate::peers::H as crate::peers::Function>::load(&text)
        }
    };
}

pub(crate) use {by_memoize, by_memoize_one};
