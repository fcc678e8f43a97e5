//! How a store keeps keys: in place where comparing them is harmless, shared where it may be anything.
//!
//! Keys made of types of the standard library are compared where they lie, while the store is read. Comparing types of
//! the user's runs code of the user's, which must not happen there: those keys are shared out and compared outside.

use std::sync::Arc;

use super::{ByShape, ByTarget, ByValue, NotAtAll};

/// What a store keeps of a key.
pub trait KeyCell: Send + Sync + 'static {
    /// The key.
    type Key: Send + Sync + 'static;

    /// Whether the key is compared where it lies.
    const IN_PLACE: bool;

    /// Keeps a key.
    fn new(key: Self::Key) -> Self;

    /// The key, where it lies.
    fn key(&self) -> &Self::Key;

    /// A share of the key, if it is not compared where it lies.
    fn share(&self) -> Option<Arc<Self::Key>>;
}

/// A key that is compared where it lies.
#[derive(Debug)]
pub struct InPlace<K>(K);

/// A key that is compared outside.
#[derive(Debug)]
pub struct Shared<K>(Arc<K>);

impl<K: Send + Sync + 'static> KeyCell for InPlace<K> {
    type Key = K;

    const IN_PLACE: bool = true;

    fn new(key: K) -> Self {
        Self(key)
    }

    #[inline]
    fn key(&self) -> &K {
        &self.0
    }

    #[inline]
    fn share(&self) -> Option<Arc<K>> {
        None
    }
}

impl<K: Send + Sync + 'static> KeyCell for Shared<K> {
    type Key = K;

    const IN_PLACE: bool = false;

    fn new(key: K) -> Self {
        Self(Arc::new(key))
    }

    #[inline]
    fn key(&self) -> &K {
        &self.0
    }

    #[inline]
    fn share(&self) -> Option<Arc<K>> {
        Some(Arc::clone(&self.0))
    }
}

/// Which of the two it is, for all the parts of a key together.
pub trait Stowage {
    /// The stowage of a key with a further part.
    type And<Other: Stowage>: Stowage;
    /// What a store keeps of the key.
    type Cell<K: Send + Sync + 'static>: KeyCell<Key = K>;
}

/// All parts are harmless.
#[derive(Debug)]
pub struct Harmless;

/// Some part is not.
#[derive(Debug)]
pub struct Anything;

impl Stowage for Harmless {
    type And<Other: Stowage> = Other;
    type Cell<K: Send + Sync + 'static> = InPlace<K>;
}

impl Stowage for Anything {
    type And<Other: Stowage> = Self;
    type Cell<K: Send + Sync + 'static> = Shared<K>;
}

/// The stowage of a part, by the way in which it is part of the key.
pub trait StowedBy {
    /// Its stowage.
    type Stowage: Stowage;
}

impl StowedBy for ByShape {
    type Stowage = Harmless;
}

impl StowedBy for ByTarget {
    type Stowage = Anything;
}

impl StowedBy for ByValue {
    type Stowage = Anything;
}

impl StowedBy for NotAtAll {
    type Stowage = Harmless;
}
