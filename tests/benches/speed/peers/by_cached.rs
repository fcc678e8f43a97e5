//! Functions under the attributes of the crate `cached`.

/// A module of functions under one of its attributes, with the options that stand in the parentheses.
macro_rules! by_cached {
    ($name:ident $attribute:ident [$($function:ident)+] $options:tt) => {
        mod $name {
            $(crate::peers::by_cached_one! { $attribute $function $options })+
        }
    };
}

macro_rules! by_cached_one {
    ($attribute:ident f ($($option:tt)*)) => {
        #[cached::macros::$attribute($($option)*)]
        pub(super) fn f(a: u64, b: u64) -> u64 {
            <crate::peers::F as crate::peers::Function>::load(&(a, b))
        }
    };
    ($attribute:ident g ($($option:tt)*)) => {
        #[cached::macros::$attribute(key = "String", convert = { text.to_owned() }, $($option)*)]
        pub(super) fn g(text: &str) -> u64 {
            <crate::peers::G as crate::peers::Function>::load(text)
        }
    };
    ($attribute:ident h ($($option:tt)*)) => {
        #[cached::macros::$attribute(key = "String", convert = { text.to_owned() }, $($option)*)]
        pub(super) fn h(text: &str) -> std::sync::Arc<str> {
            <crate::peers::H as crate::peers::Function>::load(text)
        }
    };
    ($attribute:ident u ($($option:tt)*)) => {
        #[cached::macros::$attribute($($option)*)]
        pub(super) fn u(x: u64) -> u64 {
            <crate::peers::U as crate::peers::Function>::load(&x)
        }
    };
    ($attribute:ident b ($($option:tt)*)) => {
        #[cached::macros::$attribute(key = "String", convert = { text.to_owned() }, $($option)*)]
        pub(super) fn b(text: &str) -> [u8; 100] {
            <crate::peers::B as crate::peers::Function>::load(text)
        }
    };
    ($attribute:ident task ($($option:tt)*)) => {
        #[cached::macros::$attribute($($option)*)]
        pub(super) async fn task(a: u64, b: u64) -> u64 {
            <crate::peers::F as crate::peers::Function>::load(&(a, b))
        }
    };
}

pub(crate) use {by_cached, by_cached_one};
