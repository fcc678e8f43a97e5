//! Which way an argument becomes part of a key, inside of the process and outside: the compiler's choice, by method
//! look-up through `Deref`.

use std::ops::Deref;

use super::{Key, Part, Unwired, Wired, Wiring};

/// Made of types of the standard library.
#[derive(Clone, Copy, Debug)]
pub struct ByShape;

/// Borrows something of the user's that can be owned.
#[derive(Clone, Copy, Debug)]
pub struct ByTarget;

/// Owns everything and is `Hash + Eq + Clone`.
#[derive(Clone, Copy, Debug)]
pub struct ByValue;

/// Cannot be part of a key; [`check_key`](super::check_key) says so, once, and everything else compiles.
#[derive(Clone, Copy, Debug)]
pub struct NotAtAll;

/// Asks for the way of an argument: `__cache_part` answers with the first that fits of [`ByShape`], [`ByTarget`] and
/// [`ByValue`], each [`Wired`] if that fits and else [`Unwired`]; and else with [`NotAtAll`].
pub type Way<'a, A> = WiredShape<'a, A>;

impl<'a, A> Way<'a, A> {
    /// Asks for the way of this argument.
    pub fn of(argument: &'a A) -> Self {
        let next = NoWay { argument };
        let next = Value { next };
        let next = WiredValue { next };
        let next = Target { next };
        let next = WiredTarget { next };
        let next = Shape { next };
        WiredShape { next }
    }
}

/// A question that is passed on where the answer is no.
macro_rules! ways {
    ($($asked:ident: $way:ident, $wire:ident, else $next:ident;)*) => {$(
        #[doc = concat!("Asks whether the way is [`", stringify!($way), "`], and [`", stringify!($wire), "`].")]
        #[derive(Debug)]
        pub struct $asked<'a, A> {
            next: $next<'a, A>,
        }

        impl<'a, A: Key<$way>> $asked<'a, A>
        where
            $wire: Wiring<A>,
        {
            /// The part, if this is the way.
            #[must_use]
            pub fn __cache_part(&self) -> Part<'a, A, $way, $wire> {
                Part::new(self.argument)
            }
        }

        impl<'a, A> Deref for $asked<'a, A> {
            type Target = $next<'a, A>;

            fn deref(&self) -> &$next<'a, A> {
                &self.next
            }
        }
    )*};
}

ways! {
    WiredShape: ByShape, Wired, else Shape;
    Shape: ByShape, Unwired, else WiredTarget;
    WiredTarget: ByTarget, Wired, else Target;
    Target: ByTarget, Unwired, else WiredValue;
    WiredValue: ByValue, Wired, else Value;
    Value: ByValue, Unwired, else NoWay;
}

/// Nothing did fit.
#[derive(Debug)]
pub struct NoWay<'a, A> {
    argument: &'a A,
}

impl<'a, A> NoWay<'a, A> {
    /// The part that stands in for one.
    #[must_use]
    pub fn __cache_part(&self) -> Part<'a, A, NotAtAll, Unwired> {
        Part::new(self.argument)
    }
}
