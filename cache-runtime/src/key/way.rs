//! Which way an argument becomes part of a key: the compiler's choice, by method look-up through `Deref`.
#![expect(
    clippy::unused_self,
    reason = "the receiver is what the compiler looks methods up on"
)]

use std::marker::PhantomData;
use std::ops::Deref;

use super::Key;

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

/// Asks for the way of a type: `__cache_way` answers [`ByShape`] if that fits, else [`ByTarget`] if that
/// fits, else [`ByValue`] if that fits, else [`NotAtAll`].
#[derive(Debug)]
pub struct Way<A> {
    next: TargetWay<A>,
}

/// [`Way`] after [`ByShape`] did not fit.
#[derive(Debug)]
pub struct TargetWay<A> {
    next: ValueWay<A>,
}

/// [`Way`] after [`ByTarget`] did not fit either.
#[derive(Debug)]
pub struct ValueWay<A> {
    next: NoWay<A>,
}

/// [`Way`] after nothing did fit.
#[derive(Debug)]
pub struct NoWay<A>(PhantomData<fn(A)>);

impl<A> Way<A> {
    /// Asks for the way of this argument's type.
    pub fn new(_argument: &A) -> Self {
        Self {
            next: TargetWay {
                next: ValueWay {
                    next: NoWay(PhantomData),
                },
            },
        }
    }
}

impl<A: Key<ByShape>> Way<A> {
    /// The way, if it is this one.
    #[must_use]
    pub fn __cache_way(&self) -> ByShape {
        ByShape
    }
}

impl<A> Deref for Way<A> {
    type Target = TargetWay<A>;

    fn deref(&self) -> &TargetWay<A> {
        &self.next
    }
}

impl<A: Key<ByTarget>> TargetWay<A> {
    /// The way, if it is this one.
    #[must_use]
    pub fn __cache_way(&self) -> ByTarget {
        ByTarget
    }
}

impl<A> Deref for TargetWay<A> {
    type Target = ValueWay<A>;

    fn deref(&self) -> &ValueWay<A> {
        &self.next
    }
}

impl<A: Key<ByValue>> ValueWay<A> {
    /// The way, if it is this one.
    #[must_use]
    pub fn __cache_way(&self) -> ByValue {
        ByValue
    }
}

impl<A> Deref for ValueWay<A> {
    type Target = NoWay<A>;

    fn deref(&self) -> &NoWay<A> {
        &self.next
    }
}

impl<A> NoWay<A> {
    /// The way, if it is this one.
    #[must_use]
    pub fn __cache_way(&self) -> NotAtAll {
        NotAtAll
    }
}
