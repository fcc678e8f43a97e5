//! Keys: looked up through borrowed arguments, made owned only on a miss, confirmed by equality.
//!
//! An argument becomes part of a key in one of three ways, and the compiler finds the first that fits its
//! type ([`Way`]):
//!
//! 1. [`ByShape`]: it is made of types of the standard library, in any nesting (`&str`, `Vec<&Path>`,
//!    `Option<(f64, Cow<str>)>`). Floats are compared by their bits, with `-0.0 == 0.0` and all NaNs equal.
//! 2. [`ByTarget`]: it borrows something of the user's that can be owned (`&User`, `Option<&User>`).
//! 3. [`ByValue`]: it owns everything and is `Hash + Eq + Clone`.
//!
//! No clock, no lock and no I/O here.

pub(crate) mod cell;
mod route;
mod shapes;
mod way;
mod wire;

use std::hash::{BuildHasher, Hasher};

use cell::{Harmless, Stowage, StowedBy};
use foldhash::fast::RandomState;
use once_cell::sync::Lazy;

use crate::error::Error;

pub use route::{InRoute, Rendered, Route, route};
pub use way::{ByShape, ByTarget, ByValue, NotAtAll, Way};
pub use wire::{NoWire, SharedKey, Unwired, Wire, Wired, Wiring, check_shared_key};

/// Seeded anew in every process: keys may come from users, who must not be able to choose their hashes.
static HASHER: Lazy<RandomState> = Lazy::new(RandomState::default);

/// A borrowed key: what a look-up needs, without owning anything.
pub trait KeyRef {
    /// The key as the store keeps it.
    type Owned: Send + Sync + 'static;
    /// How the store keeps it.
    type Stowage: Stowage;
    /// Whether it can leave the process.
    const SHARED: bool;

    /// Adds the key to the bytes that it is in a shared store.
    ///
    /// # Errors
    ///
    /// If the `Serialize` of a part refuses.
    fn wire(&self, bytes: &mut Vec<u8>) -> Result<(), Error>;

    /// Feeds the key into a hasher.
    fn hash<H: Hasher>(&self, state: &mut H);

    /// Tells whether a stored key is this one. Keys that are equal have equal hashes.
    fn is(&self, owned: &Self::Owned) -> bool;

    /// Makes the key owned.
    fn own(&self) -> Self::Owned;

    /// What weighs an entry by its key and its value, if the function says so.
    fn weigher<V: 'static>(&self) -> Option<fn(&Self::Owned, &V) -> u32> {
        None
    }
}

/// What a store keeps of a key.
pub(crate) type CellOf<Q> = <<Q as KeyRef>::Stowage as Stowage>::Cell<<Q as KeyRef>::Owned>;

/// What keys are hashed by, all through one process.
pub(crate) fn hasher() -> RandomState {
    HASHER.clone()
}

/// The hash of a key, the same all through one process.
#[inline]
pub(crate) fn hash(key: &impl KeyRef) -> u64 {
    hash_by(&HASHER, key)
}

/// The hash of a key by the hasher of the process.
#[inline]
pub(crate) fn hash_by(hasher: &RandomState, key: &impl KeyRef) -> u64 {
    let mut state = hasher.build_hasher();
    key.hash(&mut state);
    state.finish()
}

/// A type that can be part of a key, found the way `W`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a cache key",
    label = "cannot be part of a cache key",
    note = "a key is `Hash + Eq + Clone + Send + Sync + 'static`, or borrows something that is",
    note = "leave the argument out of the key with `skip(..)`, or say what to key on with `key = ..`"
)]
pub trait CacheKey<W> {}

impl<A: Key<ByShape>> CacheKey<ByShape> for A {}
impl<A: Key<ByTarget>> CacheKey<ByTarget> for A {}
impl<A: Key<ByValue>> CacheKey<ByValue> for A {}

/// Insists that an argument can be part of a key.
#[inline]
#[must_use]
pub fn check_key<A: CacheKey<W>, W, S>(part: Part<'_, A, W, S>) -> Part<'_, A, W, S> {
    part
}

/// How an argument is part of a key, the way `W`.
pub trait Key<W> {
    /// The argument as the store keeps it.
    type Owned: Send + Sync + 'static;

    /// Feeds the argument into a hasher.
    fn hash<H: Hasher>(&self, state: &mut H);

    /// Tells whether the stored argument is this one.
    fn is(&self, owned: &Self::Owned) -> bool;

    /// Makes the argument owned.
    fn own(&self) -> Self::Owned;
}

/// One argument of a borrowed key: part of it in the way `W`, outside of the process in the way `S`.
#[derive(Debug)]
pub struct Part<'a, A, W, S> {
    argument: &'a A,
    way: std::marker::PhantomData<(W, S)>,
}

impl<'a, A, W, S> Part<'a, A, W, S> {
    /// Makes an argument part of a key.
    #[inline]
    fn new(argument: &'a A) -> Self {
        Self {
            argument,
            way: std::marker::PhantomData,
        }
    }
}

/// A key that also says of what type an argument is that it was made from.
#[derive(Debug)]
pub struct Typed<A, Q> {
    key: Q,
    argument: std::marker::PhantomData<fn(A)>,
}

/// Tells the keys that are made from arguments of different types apart.
pub fn typed<A, Q: KeyRef>(_argument: &A, key: Q) -> Typed<A, Q> {
    Typed {
        key,
        argument: std::marker::PhantomData,
    }
}

impl<A, Q: KeyRef> KeyRef for Typed<A, Q> {
    type Owned = Q::Owned;
    type Stowage = Q::Stowage;
    const SHARED: bool = Q::SHARED;

    fn wire(&self, bytes: &mut Vec<u8>) -> Result<(), Error> {
        self.key.wire(bytes)
    }

    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }

    fn is(&self, owned: &Q::Owned) -> bool {
        self.key.is(owned)
    }

    fn own(&self) -> Q::Owned {
        self.key.own()
    }
}

/// A key, and what weighs an entry by it.
pub struct Weighed<Q: KeyRef, V> {
    key: Q,
    weigher: fn(&Q::Owned, &V) -> u32,
}

/// Says what weighs the entry of a key.
pub fn weighed<Q: KeyRef, V>(key: Q, weigher: fn(&Q::Owned, &V) -> u32) -> Weighed<Q, V> {
    Weighed { key, weigher }
}

impl<Q: KeyRef, V: 'static> KeyRef for Weighed<Q, V> {
    type Owned = Q::Owned;
    type Stowage = Q::Stowage;
    const SHARED: bool = Q::SHARED;

    fn wire(&self, bytes: &mut Vec<u8>) -> Result<(), Error> {
        self.key.wire(bytes)
    }

    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }

    fn is(&self, owned: &Self::Owned) -> bool {
        self.key.is(owned)
    }

    fn own(&self) -> Self::Owned {
        self.key.own()
    }

    fn weigher<W: 'static>(&self) -> Option<fn(&Self::Owned, &W) -> u32> {
        let weigher: &dyn std::any::Any = &self.weigher;
        weigher.downcast_ref().copied()
    }
}

impl<Q: KeyRef, V> std::fmt::Debug for Weighed<Q, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Weighed").finish_non_exhaustive()
    }
}

impl KeyRef for () {
    type Owned = ();
    type Stowage = Harmless;
    const SHARED: bool = cfg!(feature = "shared");

    fn wire(&self, _bytes: &mut Vec<u8>) -> Result<(), Error> {
        Ok(())
    }

    #[inline]
    fn hash<H: Hasher>(&self, _state: &mut H) {}

    fn is(&self, (): &()) -> bool {
        true
    }

    fn own(&self) {}
}

impl<A: Key<W>, W: StowedBy, S: Wiring<A>, Rest: KeyRef> KeyRef for (Part<'_, A, W, S>, Rest) {
    type Owned = (A::Owned, Rest::Owned);
    type Stowage = <W::Stowage as Stowage>::And<Rest::Stowage>;
    const SHARED: bool = S::SHARED && Rest::SHARED;

    fn wire(&self, bytes: &mut Vec<u8>) -> Result<(), Error> {
        S::wire(self.0.argument, bytes)?;
        self.1.wire(bytes)
    }

    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.argument.hash(state);
        self.1.hash(state);
    }

    #[inline]
    fn is(&self, owned: &Self::Owned) -> bool {
        self.0.argument.is(&owned.0) && self.1.is(&owned.1)
    }

    fn own(&self) -> Self::Owned {
        (self.0.argument.own(), self.1.own())
    }
}

#[cfg(test)]
mod tests;
