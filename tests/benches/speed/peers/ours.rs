//! Functions under this crate's attribute.

/// A module of functions with the options that stand in the parentheses.
macro_rules! ours {
    ($name:ident [$($function:ident)+] $options:tt) => {
        mod $name {
            $(crate::peers::ours_one! { $function $options })+
        }
    };
}

macro_rules! ours_one {
    (f ($($option:tt)*)) => {
        #[cache_runtime::memoize($($option)*)]
        pub(super) fn f(a: u64, b: u64) -> u64 {
            <crate::peers::F as crate::peers::Function>::load(&(a, b))
        }
    };
    (g ($($option:tt)*)) => {
        #[cache_runtime::memoize($($option)*)]
        pub(super) fn g(text: &str) -> u64 {
            <crate::peers::G as crate::peers::Function>::load(text)
        }
    };
    (h ($($option:tt)*)) => {
        #[cache_runtime::memoize($($option)*)]
        pub(super) fn h(text: &str) -> std::sync::Arc<str> {
            <crate::peers::H as crate::peers::Function>::load(text)
        }
    };
    (u ($($option:tt)*)) => {
        #[cache_runtime::memoize($($option)*)]
        pub(super) fn u(x: u64) -> u64 {
            <crate::peers::U as crate::peers::Function>::load(&x)
        }
    };
    (b ($($option:tt)*)) => {
        #[cache_runtime::memoize($($option)*)]
        pub(super) fn b(text: &str) -> [u8; 100] {
            <crate::peers::B as crate::peers::Function>::load(text)
        }
    };
    (task ($($option:tt)*)) => {
        #[cache_runtime::memoize($($option)*)]
        pub(super) async fn task(a: u64, b: u64) -> u64 {
            <crate::peers::F as crate::peers::Function>::load(&(a, b))
        }
    };
}

pub(crate) use {ours, ours_one};
