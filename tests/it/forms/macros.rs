//! Functions that `macro_rules!` write.

use cache_runtime::Outcome;

macro_rules! functions {
    ($($(#[$attribute:meta])* $vis:vis $name:ident ($argument:ident: $type:ty) -> $output:ty = $body:expr, $timeout:literal;)*) => {$(
        #[cache_runtime::memoize(timeout = $timeout)]
        $(#[$attribute])*
        #[allow(dead_code, reason = "only some helpers are used")]
        $vis fn $name($argument: $type) -> $output {
            $body
        }
    )*};
}

functions! {
    small(x: u8) -> u8 = x, 5;
    #[must_use]
    pub(super) large(x: u64) -> Option<u64> = Some(x), "5m";
    text(x: &str) -> Result<String, String> = Ok(x.to_owned()), 0.5;
}

macro_rules! methods {
    ($type:ident { $($name:ident)* }) => {
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        struct $type(u32);
        impl $type {$(
            #[cache_runtime::memoize]
            fn $name(&self, x: u32) -> u32 {
                self.0 + x
            }
        )*}
    };
}

methods!(Shop { price tax });

#[test]
fn functions_and_methods_from_macros() {
    assert_eq!(
        (small(1), large(2), text("a")),
        (1, Some(2), Ok("a".into()))
    );
    assert_eq!(peek_text("a"), Some("a".into()));
    assert_eq!(detailed_large(2).outcome, Outcome::Hit);
    assert_eq!((Shop(1).price(1), Shop(2).tax(1)), (2, 3));
    assert_eq!(
        (Shop(1).peek_price(1), Shop(1).peek_tax(1)),
        (Some(2), None)
    );
}

macro_rules! wrap {
    ($type:ident { $($item:tt)* }) => {
        struct $type;
        impl $type {
            $($item)*
        }
    };
}

wrap!(Wrapped {
    #[cache_runtime::memoize]
    #[allow(dead_code, reason = "only some helpers are used")]
    fn twice(x: u32) -> u32 {
        2 * x
    }

    #[cache_runtime::memoize(helpers = false)]
    fn thrice(x: u32) -> u32 {
        3 * x
    }
});

macro_rules! hidden {
    ($($item:tt)*) => {
        struct Hidden;
        impl Hidden {
            $($item)*
        }
    };
}

hidden! {
    #[cache_runtime::memoize]
    #[allow(dead_code, reason = "only some helpers are used")]
    fn twice(x: u32) -> u32
    where
        Self: Sized,
    {
        2 * x
    }
}

#[test]
fn functions_in_an_impl_that_a_macro_writes_around_them() {
    assert_eq!((Wrapped::twice(1), Wrapped::thrice(1)), (2, 3));
    assert_eq!((Hidden::twice(1), Wrapped::peek_twice(1)), (2, Some(2)));
    assert_eq!(Hidden::peek_twice(2), None);
}
