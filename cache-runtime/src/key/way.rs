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

/// Asks for the way of a type: `__cache_way` answers [`ByShape`] if that fits, else [`ByTarget`] if that
/// fits, else [`ByValue`], whose bounds then say what is missing.
#[derive(Debug)]
pub struct Way<A> {
    next: TargetWay<A>,
}

/// [`Way`] after [`ByShape`] did not fit.
#[derive(Debug)]
pub struct TargetWay<A> {
    next: ValueWay<A>,
}

/// [`Way`] after nothing else did fit.
#[derive(Debug)]
pub struct ValueWay<A>(PhantomData<fn(A)>);

impl<A> Way<A> {
    /// Asks for the way of this argument's type.
    pub fn new(_argument: &A) -> Self {
        Self {
            next: TargetWay {
                next: ValueWay(PhantomData),
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

impl<A> ValueWay<A> {
    /// The way, if it is this one.
    #[must_use]
    pub fn __cache_way(&self) -> ByValue {
        ByValue
    }
}
