//! Generated code among hostile names.
#![allow(
    dead_code,
    non_camel_case_types,
    non_snake_case,
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic
)]

/// Everything that generated code might name means something else here.
mod hostile {
    pub mod core {}
    pub mod std {}
    pub mod alloc {}
    pub struct Option;
    pub struct Vec;
    pub struct String;
    pub struct Box;
    pub enum Variants {
        Some,
        None,
        Ok,
        Err,
    }
    #[allow(unused_imports)]
    pub use Variants::{Err, None, Ok, Some};
    pub fn drop() {}
    pub const PRICE: u32 = 1;
    pub const FOO: u32 = 1;
    pub struct Site;
    pub struct Door;

    pub trait Meddler {
        fn enter(self)
        where
            Self: Sized,
        {
        }
        fn fill(self)
        where
            Self: Sized,
        {
        }
        fn clone(self)
        where
            Self: Sized,
        {
        }
        fn hash(self)
        where
            Self: Sized,
        {
        }
        fn success(self)
        where
            Self: Sized,
        {
        }
        fn await_(self)
        where
            Self: Sized,
        {
        }
    }
    impl<T> Meddler for T {}

    use cache_runtime::{cached, invalidates, memoize};

    #[memoize(timeout = 5, unless = key > 100, response_filter = |value| *value > 0)]
    pub fn price(
        key: u32,
        cache: u32,
        value: u32,
        result: u32,
        seat: u32,
        door: u32,
        entry: u32,
    ) -> u32 {
        key + cache + value + result + seat + door + entry
    }

    #[memoize]
    pub fn foo(hit: u32, map: u32, inner: u32, val: u32, setup: u32, ask: u32, site: u32) -> u32 {
        hit + map + inner + val + setup + ask + site
    }

    #[memoize]
    pub fn Foo(r#type: u32) -> u32 {
        r#type
    }

    #[cached(route = "/{core}/{std}")]
    pub async fn page(core: u32, std: u32) -> ::std::result::Result<u32, ()> {
        ::std::result::Result::Ok(core + std)
    }

    #[invalidates(price(1, 2, 3, 4, 5, 6, key), Foo)]
    pub fn write(key: u32) -> ::std::result::Result<(), ()> {
        let _ = key;
        ::std::result::Result::Ok(())
    }

    #[invalidates(page(1, 2), |value| Foo(*value))]
    pub async fn write_async() -> u32 {
        5
    }
}

mod renamed {
    pub mod inner {
        pub use cache_runtime as another_name;
    }

    #[cache_runtime::memoize(crate = crate::renamed::inner::another_name)]
    pub fn of(x: u32) -> u32 {
        x
    }
}

macro_rules! functions {
    ($($name:ident: $type:ty = $timeout:expr;)*) => {$(
        #[cache_runtime::memoize(timeout = $timeout)]
        pub fn $name(x: $type) -> $type {
            x
        }
    )*};
}

functions! {
    small: u8 = 5;
    large: u64 = "5m";
}

macro_rules! with_impl {
    ($type:ident) => {
        struct $type;
        impl $type {
            #[cache_runtime::memoize]
            fn associated(x: u32) -> u32 {
                x + 1
            }
        }
    };
}

with_impl!(FromMacro);

#[cfg(any())]
#[cache_runtime::memoize]
fn absent_above(x: Missing) {}

#[cache_runtime::memoize]
#[cfg(any())]
fn absent_below(x: Missing) {}

#[test]
fn generated_code_means_what_it_says() {
    assert_eq!(hostile::price(1, 2, 3, 4, 5, 6, 7), 28);
    assert_eq!(hostile::peek_price(1, 2, 3, 4, 5, 6, 7), Some(28));
    assert_eq!((hostile::foo(1, 1, 1, 1, 1, 1, 1), hostile::Foo(5)), (7, 5));
    assert_eq!(futures::executor::block_on(hostile::page(1, 2)), Ok(3));
    assert_eq!(hostile::write(7), Ok(()));
    assert_eq!(
        (
            hostile::peek_price(1, 2, 3, 4, 5, 6, 7),
            hostile::peek_Foo(5)
        ),
        (None, None)
    );
    assert_eq!(futures::executor::block_on(hostile::write_async()), 5);
    assert_eq!((renamed::of(1), renamed::peek_of(1)), (1, Some(1)));
    assert_eq!((small(1), large(2), peek_large(2)), (1, 2, Some(2)));
    assert_eq!(
        (FromMacro::associated(1), FromMacro::peek_associated(1)),
        (2, Some(2))
    );
}
