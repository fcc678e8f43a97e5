//! Whether an argument can leave the process as part of a key, and as which bytes: asked of its type.

use std::marker::PhantomData;
use std::ops::Deref;

use super::Part;
use crate::error::Error;

/// How an argument of type `A` leaves the process, if it can.
pub trait Wiring<A: ?Sized> {
    /// Whether it can.
    const SHARED: bool;

    /// Adds the argument to the bytes of a key.
    ///
    /// # Errors
    ///
    /// If its `Serialize` refuses.
    fn wire(argument: &A, bytes: &mut Vec<u8>) -> Result<(), Error>;
}

/// It is `serde::Serialize`.
#[derive(Clone, Copy, Debug)]
pub struct Wired;

impl Wired {
    /// Tells that it can leave the process.
    #[must_use]
    pub fn is_shared(self) -> bool {
        true
    }
}

/// It cannot leave the process.
#[derive(Clone, Copy, Debug)]
pub struct Unwired;

impl Unwired {
    /// Tells that it cannot leave the process.
    #[must_use]
    pub fn is_shared(self) -> bool {
        false
    }
}

impl<A: ?Sized> Wiring<A> for Unwired {
    const SHARED: bool = false;

    fn wire(_argument: &A, _bytes: &mut Vec<u8>) -> Result<(), Error> {
        Ok(())
    }
}

#[cfg(feature = "shared")]
impl<A: serde::Serialize + ?Sized> Wiring<A> for Wired {
    const SHARED: bool = true;

    fn wire(argument: &A, bytes: &mut Vec<u8>) -> Result<(), Error> {
        crate::codec::canonical::encode_key(argument, bytes)
    }
}

/// A type whose values can leave the process as part of a key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot leave the process",
    label = "is not `serde::Serialize`, and part of the key",
    note = "derive `serde::Serialize` for it, `skip(..)` it, or say what to key on with `key = ..`; or leave `shared` out",
    note = "shared stores need a feature of `cache-runtime`: `redis`, `filesystem`, `memcached` or `shared`"
)]
pub trait SharedKey {}

#[cfg(feature = "shared")]
#[diagnostic::do_not_recommend]
impl<A: serde::Serialize + ?Sized> SharedKey for A {}

/// Insists that an argument can leave the process.
#[inline]
#[must_use]
pub fn check_shared_key<A: SharedKey, W, S>(part: Part<'_, A, W, S>) -> Part<'_, A, W, S> {
    part
}

/// Asks whether a type can leave the process: `__cache_wire` answers [`Wired`] if it can, else [`Unwired`].
#[derive(Debug)]
pub struct Wire<A> {
    next: NoWire<A>,
}

/// [`Wire`] after the type could not.
#[derive(Debug)]
pub struct NoWire<A>(PhantomData<fn(A)>);

impl<A> Wire<A> {
    /// Asks about a type.
    #[must_use]
    pub fn ask() -> Self {
        Self {
            next: NoWire(PhantomData),
        }
    }
}

impl<A> Deref for Wire<A> {
    type Target = NoWire<A>;

    fn deref(&self) -> &NoWire<A> {
        &self.next
    }
}

#[cfg(feature = "shared")]
impl<A: serde::Serialize> Wire<A> {
    /// The way, if there is one.
    #[must_use]
    pub fn __cache_wire(&self) -> Wired {
        Wired
    }
}

impl<A> NoWire<A> {
    /// That there is no way.
    #[must_use]
    pub fn __cache_wire(&self) -> Unwired {
        Unwired
    }
}
