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

    #[cfg(feature = "http")]
    #[cached(route = request, response, tags("all"))]
    pub async fn answer(path: u32, value: u32) -> &'static str {
        let _ = path + value;
        "answer"
    }

    #[cfg(feature = "http")]
    #[cached(route = request, query("a"), vary("b"))]
    pub fn asked(visitor: u32) -> u32 {
        visitor
    }

    #[invalidates(page(1, 2), |value| Foo(*value))]
    pub async fn write_async() -> u32 {
        5
    }
}

/// Not even the prelude is here.
#[no_implicit_prelude]
mod bare {
    #[::cache_runtime::memoize(timeout = 5, max_entries = 10, unless = x > 5, response_filter = |_| true)]
    pub fn plain(x: u32) -> u32 {
        x
    }

    #[::cache_runtime::memoize(err_timeout = "5s")]
    pub async fn later(x: ::std::string::String) -> ::std::result::Result<usize, ()> {
        ::std::result::Result::Ok(x.len())
    }

    #[::cache_runtime::cached(route = "/{x}", helpers = false)]
    pub async fn page(x: u32) -> ::std::option::Option<u32> {
        ::std::option::Option::Some(x)
    }

    #[cfg(feature = "http")]
    #[::cache_runtime::cached(route = request, response)]
    pub async fn answer(x: u32) -> ::std::string::String {
        ::std::string::ToString::to_string(&x)
    }

    #[cfg(feature = "http")]
    #[::cache_runtime::cached(route = request, helpers = false)]
    pub async fn asked(x: u32) -> u32 {
        x
    }

    #[::cache_runtime::invalidates(plain(x), |x| plain(*x), route("/{x}"))]
    pub fn write(x: u32) -> ::std::result::Result<u32, ()> {
        ::std::result::Result::Ok(x)
    }

    #[::cache_runtime::invalidates(plain, on = always)]
    pub async fn write_always() {}
}

/// Arguments are named like everything that might stand in generated code.
mod arguments {
    use cache_runtime::{cached, invalidates, memoize};

    #[memoize]
    pub fn entry(value: u32) -> u32 {
        value
    }

    #[memoize(skip(runtime, state), unless = forced, forced_update = unless)]
    pub async fn many(
        call: u32,
        step: u32,
        look: u32,
        flight: u32,
        store: u32,
        part: u32,
        way: u32,
        route: u32,
        found: u32,
        body: u32,
        load: u32,
        r#async: u32,
        r#fn: u32,
        runtime: u32,
        state: u32,
        forced: bool,
        unless: bool,
        key0: u32,
        arg0: u32,
        f: u32,
        core: u32,
        std: u32,
    ) -> u32 {
        let sum = call + step + look + flight + store + part + way + route + found + body + load;
        let sum = sum + r#async + r#fn + runtime + state + key0 + arg0 + f + core + std;
        sum + u32::from(forced) + u32::from(unless)
    }

    #[cached(route = "/{runtime}/{key}", helpers = false)]
    pub fn routed(key: u32, runtime: u32) -> u32 {
        key + runtime
    }

    #[invalidates(entry(result), |value| entry(*value))]
    pub fn write(result: u32) -> u32 {
        result + 1
    }

    #[invalidates(many, entry(guard), on = always)]
    pub async fn write_always(guard: u32, ok: u32, pending: u32) -> u32 {
        guard + ok + pending
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

macro_rules! inside_an_impl {
    ($name:ident) => {
        #[cache_runtime::memoize]
        fn $name(x: u32) -> u32 {
            x + 2
        }
    };
}

struct Inside;

impl Inside {
    inside_an_impl!(associated);
}

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

#[test]
fn no_prelude_is_needed() {
    assert_eq!((bare::plain(1), bare::peek_plain(1)), (1, Some(1)));
    assert_eq!(
        futures::executor::block_on(bare::later("a".to_owned())),
        Ok(1)
    );
    assert_eq!(futures::executor::block_on(bare::page(1)), Some(1));
    assert_eq!((bare::write(1), bare::peek_plain(1)), (Ok(1), None));
    bare::plain(1);
    futures::executor::block_on(bare::write_always());
    assert_eq!(bare::peek_plain(1), None);
}

#[test]
fn arguments_may_have_any_name() {
    assert_eq!(
        (arguments::entry(1), arguments::peek_entry(1)),
        (1, Some(1))
    );
    assert_eq!(arguments::write(1), 2);
    assert_eq!(arguments::peek_entry(1), None);
    arguments::put_entry(2, 9);
    assert_eq!(arguments::entry(2), 9);
    let many = |unless| {
        arguments::many(
            1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, false, unless, 1, 1, 1, 1, 1,
        )
    };
    assert_eq!(futures::executor::block_on(many(false)), 20);
    assert_eq!(arguments::routed(1, 2), 3);
    assert_eq!(
        futures::executor::block_on(arguments::write_always(2, 0, 0)),
        2
    );
    assert_eq!(arguments::peek_entry(2), None);
    assert_eq!(
        (Inside::associated(1), Inside::peek_associated(1)),
        (3, Some(3))
    );
}

#[test]
fn arguments_may_be_called_like_locals_of_the_expansion() {
    #[cache_runtime::memoize(unless = __cache_ask, forced_update = __cache_hit)]
    fn sync(__cache_door: u8, __cache_seat: u8, __cache_ask: bool, __cache_hit: bool) -> u8 {
        __cache_door + __cache_seat + u8::from(__cache_ask) + u8::from(__cache_hit)
    }
    #[cache_runtime::memoize(key = (__cache_key0, __cache_seat.to_string().as_str()), tags("a:{__cache_key0}"))]
    async fn asynchronous(__cache_key0: u8, __cache_seat: u8, __cache_value: u8, value: u8) -> u8 {
        __cache_key0 + __cache_seat + __cache_value + value
    }
    #[cache_runtime::cached(route = "/{__cache_text}/{__cache_route}", helpers = false)]
    fn routed(__cache_text: u8, __cache_route: u8) -> u8 {
        let __cache_setup = __cache_text;
        __cache_setup + __cache_route
    }
    #[cache_runtime::memoize(stale_while_revalidate = 5)]
    fn held(__cache_held0: u8, __cache_held1: u8, (__cache_arg2, _): (u8, u8)) -> u8 {
        __cache_held0 + __cache_held1 + __cache_arg2
    }
    for _ in 0..2 {
        assert_eq!((sync(1, 2, false, false), sync(1, 2, true, true)), (3, 5));
        assert_eq!(futures::executor::block_on(asynchronous(1, 2, 3, 4)), 10);
        assert_eq!((routed(1, 2), held(1, 2, (3, 4))), (3, 6));
    }
    futures::executor::block_on(put_asynchronous(1, 2, 5));
    assert_eq!(futures::executor::block_on(asynchronous(1, 2, 3, 4)), 5);
    assert_eq!(
        (
            refresh_sync(1, 2, false, false),
            peek_sync(1, 2, false, false)
        ),
        (3, ::std::option::Option::Some(3))
    );
}
