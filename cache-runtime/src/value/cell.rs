//! How a store keeps values: in place where a clone costs next to nothing, shared where it may be anything.
//!
//! A hit clones the value. Cloning types of the user's runs code of the user's, and cloning large ones takes its time;
//! neither may happen while the store is read. Those values are shared out and cloned outside.

use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8,
    NonZeroU16, NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize,
};
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::{Kind, Types, Verdict};

/// A type whose clones cost next to nothing and run no code of the user's.
pub trait Cheap: Clone + Send + Sync + 'static {}

macro_rules! cheap {
    ($($type:ty),* $(,)?) => {
        $(impl Cheap for $type {})*
    };
}

cheap! {
    (), bool, char, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64,
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize,
    NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize,
    Duration, Instant, SystemTime, IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6,
}

impl<T: Send + Sync + ?Sized + 'static> Cheap for Arc<T> {}
impl<T: Sync + ?Sized + 'static> Cheap for &'static T {}
impl<T: Cheap> Cheap for Option<T> {}
impl<A: Cheap, B: Cheap> Cheap for (A, B) {}
impl<A: Cheap, B: Cheap, C: Cheap> Cheap for (A, B, C) {}
impl<A: Cheap, B: Cheap, C: Cheap, D: Cheap> Cheap for (A, B, C, D) {}

/// What a store keeps of a value.
pub trait ValueCell: Send + Sync + 'static {
    /// The value.
    type Value;
    /// What a reader takes out of the store.
    type Taken: Clone + Send + Sync + 'static;

    /// Keeps a value; what is taken is for those who wait for it.
    fn new(taken: Self::Taken) -> Self;

    /// Makes of a value what a reader would take.
    fn taken(value: Self::Value) -> Self::Taken;

    /// Takes the value.
    fn take(&self) -> Self::Taken;

    /// Shows a value that was taken.
    fn view(taken: &Self::Taken) -> &Self::Value;

    /// Gives a value that was taken, by itself if it is the taker's own, else by reference.
    fn give<R>(
        taken: Self::Taken,
        own: impl FnOnce(Self::Value) -> R,
        lent: impl FnOnce(&Self::Value) -> R,
    ) -> R;
}

/// A value that is cloned where it lies.
#[derive(Debug)]
pub struct InPlace<V>(V);

/// A value that is cloned outside.
#[derive(Debug)]
pub struct Shared<V>(Arc<V>);

impl<V: Cheap> ValueCell for InPlace<V> {
    type Value = V;
    type Taken = V;

    fn new(taken: V) -> Self {
        Self(taken)
    }

    fn taken(value: V) -> V {
        value
    }

    #[inline]
    fn take(&self) -> V {
        self.0.clone()
    }

    fn view(taken: &V) -> &V {
        taken
    }

    #[inline]
    fn give<R>(taken: V, own: impl FnOnce(V) -> R, _lent: impl FnOnce(&V) -> R) -> R {
        own(taken)
    }
}

impl<V: Send + Sync + 'static> ValueCell for Shared<V> {
    type Value = V;
    type Taken = Arc<V>;

    fn new(taken: Arc<V>) -> Self {
        Self(taken)
    }

    fn taken(value: V) -> Arc<V> {
        Arc::new(value)
    }

    #[inline]
    fn take(&self) -> Arc<V> {
        Arc::clone(&self.0)
    }

    fn view(taken: &Arc<V>) -> &V {
        taken
    }

    #[inline]
    fn give<R>(taken: Arc<V>, _own: impl FnOnce(V) -> R, lent: impl FnOnce(&V) -> R) -> R {
        lent(&taken)
    }
}

/// A kind whose values are kept in place.
#[derive(Debug)]
pub struct Stowed<K>(PhantomData<fn() -> K>);

impl<K: Types<Stored: Cheap>> Types for Stowed<K> {
    type Value = K::Value;
    type Stored = K::Stored;
    type Error = K::Error;
    type Cell = InPlace<K::Stored>;
}

impl<R, K: Kind<R> + Types<Stored: Cheap>> Kind<R> for Stowed<K> {
    fn judge(result: &R) -> Verdict<K::Stored, K::Error> {
        K::judge(result)
    }

    fn value(stored: &K::Stored) -> Option<&K::Value> {
        K::value(stored)
    }

    fn answer(stored: &K::Stored) -> R {
        K::answer(stored)
    }

    fn restore(stored: K::Stored) -> R {
        K::restore(stored)
    }

    fn failure(error: K::Error) -> R {
        K::failure(error)
    }

    fn from_result(result: R) -> Option<K::Stored> {
        K::from_result(result)
    }
}

/// Names a kind.
#[derive(Debug)]
pub struct Named<K>(PhantomData<fn() -> K>);

impl<K> Named<K> {
    /// Names it.
    #[cfg(feature = "axum")]
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

/// Asks how values of a kind are kept: `__cache_stow` names the kind that keeps them in place if they are cheap,
/// else the kind itself.
#[derive(Debug)]
pub struct Stow<K> {
    next: StowShared<K>,
}

/// [`Stow`] after the values were not cheap.
#[derive(Debug)]
pub struct StowShared<K>(PhantomData<fn() -> K>);

impl<K> Stow<K> {
    /// Asks about a kind.
    pub fn of(_kind: &K) -> Self {
        Self {
            next: StowShared(PhantomData),
        }
    }
}

impl<K: Types<Stored: Cheap>> Stow<K> {
    /// The kind, if it is this one.
    #[must_use]
    pub fn __cache_stow(&self) -> Named<Stowed<K>> {
        Named(PhantomData)
    }
}

impl<K> Deref for Stow<K> {
    type Target = StowShared<K>;

    fn deref(&self) -> &StowShared<K> {
        &self.next
    }
}

impl<K: Types> StowShared<K> {
    /// The kind, if it is this one.
    #[must_use]
    pub fn __cache_stow(&self) -> Named<K> {
        Named(PhantomData)
    }
}
