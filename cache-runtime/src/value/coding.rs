//! Whether values can leave the process, and as which bytes: asked of their type.

use std::marker::PhantomData;
use std::ops::Deref;

use super::Types;
use super::cell::Named;
#[cfg(feature = "shared")]
use super::cell::{Stowing, TakenFrom};
use crate::error::Error;

/// How values of type `S` leave the process and come back.
#[derive(Debug)]
#[cfg_attr(
    not(feature = "shared"),
    expect(dead_code, reason = "there is none without a shared store")
)]
pub struct Coding<S> {
    pub(crate) encode: fn(&S) -> Result<Vec<u8>, Error>,
    pub(crate) decode: fn(&[u8]) -> Result<S, Error>,
    /// Changes when the shape of the type does; there is none if values cannot be made of bytes alone.
    pub(crate) fingerprint: fn() -> Option<u64>,
}

impl<S> Coding<S> {
    /// Tells whether values can come back.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        (self.fingerprint)().is_some()
    }
}

impl<S> Clone for Coding<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Coding<S> {}

/// How what a reader takes leaves the process and comes back.
#[cfg(feature = "shared")]
pub(crate) trait Coder<T>: Send + Sync {
    fn encode(&self, taken: &T) -> Result<Vec<u8>, Error>;
    fn decode(&self, bytes: &[u8]) -> Result<T, Error>;
    /// Changes when the shape of the type does; there is none if values cannot be made of bytes alone.
    fn fingerprint(&self) -> Option<u64>;
}

/// The coding of values that are kept as `S` says.
#[cfg(feature = "shared")]
pub(crate) struct CodingOf<S: Stowing>(pub(crate) Coding<S::Value>);

#[cfg(feature = "shared")]
impl<S: Stowing> Coder<TakenFrom<S>> for CodingOf<S> {
    fn encode(&self, taken: &TakenFrom<S>) -> Result<Vec<u8>, Error> {
        (self.0.encode)(S::view(taken))
    }

    fn decode(&self, bytes: &[u8]) -> Result<TakenFrom<S>, Error> {
        (self.0.decode)(bytes).map(S::taken)
    }

    fn fingerprint(&self) -> Option<u64> {
        (self.0.fingerprint)()
    }
}

/// A type whose values can leave the process and come back.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot leave the process",
    label = "is not `serde::Serialize` and `serde::de::DeserializeOwned`",
    note = "derive `serde::Serialize` and `serde::Deserialize` for it; or leave `shared` out, or write `local`",
    note = "shared stores need a feature of `cache-runtime`: `redis`, `filesystem`, `memcached` or `shared`"
)]
pub trait SharedValue {}

/// Insists that a result can leave the process.
pub fn check_shared_value<S: SharedValue>(_of: super::Of<S>) {}

/// Asks whether values of a kind can leave the process: `__cache_coding` tells how.
#[derive(Debug)]
pub struct Code<K> {
    next: NoCode<K>,
}

/// [`Code`] after the values could not.
#[derive(Debug)]
pub struct NoCode<K>(PhantomData<fn() -> K>);

impl<K> Code<K> {
    /// Asks about a kind.
    #[must_use]
    pub fn of(_kind: &Named<K>) -> Self {
        Self {
            next: NoCode(PhantomData),
        }
    }
}

impl<K> Deref for Code<K> {
    type Target = NoCode<K>;

    fn deref(&self) -> &NoCode<K> {
        &self.next
    }
}

impl<K: Types> NoCode<K> {
    /// The way, if there is one.
    #[must_use]
    pub fn __cache_coding(&self) -> Option<Coding<K::Stored>> {
        None
    }
}

#[cfg(feature = "shared")]
mod serde {
    use ::serde::de::DeserializeOwned;
    use ::serde::{Deserialize, Serialize};

    use super::{Code, Coding, SharedValue, Types};
    use crate::codec;

    #[diagnostic::do_not_recommend]
    impl<S: Serialize + DeserializeOwned> SharedValue for S {}

    impl<K: Types<Stored: Serialize + Deserialize<'static>>> Code<K> {
        /// The way, if there is one.
        #[must_use]
        pub fn __cache_coding(&self) -> Option<Coding<K::Stored>> {
            Some(Coding {
                encode: codec::value::encode_value::<K::Stored>,
                decode: codec::value::decode_value::<K::Stored>,
                fingerprint: codec::shape::fingerprint::<K::Stored>,
            })
        }
    }
}
