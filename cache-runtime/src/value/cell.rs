//! How a store keeps values: in place where a clone costs next to nothing, shared where it may be anything.
//!
//! A hit clones the value. Cloning types of the user's runs code of the user's, and cloning large ones takes its time;
//! neither may happen while the store is read. Those values are shared out and cloned outside.
//!
//! A store does not know of what types the values are that it shares out: there is one for all of them, which the
//! compiler has to translate once.
#![allow(
    unsafe_code,
    reason = "a hit does not ask of what type the value is that its own function has stored"
)]

use std::any::{Any, TypeId};
use std::fmt;
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
    /// What a reader takes out of the store.
    type Taken: Clone + Send + Sync + 'static;

    /// Keeps a value; what is taken is for those who wait for it.
    fn new(taken: Self::Taken) -> Self;

    /// Takes the value.
    fn take(&self) -> Self::Taken;
}

/// How values of a type are kept.
pub trait Stowing: 'static {
    /// The value.
    type Value;
    /// What a store keeps of it.
    type Cell: ValueCell;

    /// Makes of a value what a reader would take.
    fn taken(value: Self::Value) -> TakenFrom<Self>;

    /// Shows a value that was taken.
    ///
    /// # Panics
    ///
    /// If it is of another type.
    fn view(taken: &TakenFrom<Self>) -> &Self::Value;

    /// Gives a value that was taken, by itself if it is the taker's own, else by reference.
    ///
    /// # Safety
    ///
    /// It was made of a value of this type.
    unsafe fn give<R>(
        taken: TakenFrom<Self>,
        own: impl FnOnce(Self::Value) -> R,
        lent: impl FnOnce(&Self::Value) -> R,
    ) -> R;
}

/// What a reader takes of a value that is kept so.
pub(crate) type TakenFrom<S> = <<S as Stowing>::Cell as ValueCell>::Taken;

/// A value that is cloned where it lies.
#[derive(Debug)]
pub struct InPlace<V>(V);

/// Values of this type are cloned outside.
#[derive(Debug)]
pub struct Shared<V>(PhantomData<fn() -> V>);

/// A share of something whose type is known to those who use it.
#[derive(Clone)]
pub struct Share(Arc<dyn Any + Send + Sync>);

impl Share {
    pub(crate) fn new<T: Send + Sync + 'static>(value: T) -> Self {
        Self(Arc::new(value))
    }

    /// What it is a share of.
    ///
    /// # Panics
    ///
    /// If that is of another type.
    pub(crate) fn get<T: 'static>(&self) -> &T {
        self.insist(TypeId::of::<T>());
        // SAFETY: it is of this type.
        unsafe { self.get_unchecked() }
    }

    /// What it is a share of.
    ///
    /// # Safety
    ///
    /// That is of this type.
    #[inline]
    unsafe fn get_unchecked<T: 'static>(&self) -> &T {
        if cfg!(debug_assertions) {
            self.insist(TypeId::of::<T>());
        }
        // SAFETY: it is of this type, as the caller knows, and lives as long as the share.
        unsafe { &*Arc::as_ptr(&self.0).cast() }
    }

    fn insist(&self, id: TypeId) {
        assert!((*self.0).type_id() == id, "a share of a value of this type");
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Share").finish_non_exhaustive()
    }
}

impl<V: Cheap> ValueCell for InPlace<V> {
    type Taken = V;

    fn new(taken: V) -> Self {
        Self(taken)
    }

    #[inline]
    fn take(&self) -> V {
        self.0.clone()
    }
}

impl<V: Cheap> Stowing for InPlace<V> {
    type Value = V;
    type Cell = Self;

    fn taken(value: V) -> V {
        value
    }

    fn view(taken: &V) -> &V {
        taken
    }

    #[inline]
    unsafe fn give<R>(taken: V, own: impl FnOnce(V) -> R, _lent: impl FnOnce(&V) -> R) -> R {
        own(taken)
    }
}

impl ValueCell for Share {
    type Taken = Self;

    fn new(taken: Self) -> Self {
        taken
    }

    #[inline]
    fn take(&self) -> Self {
        self.clone()
    }
}

impl<V: Send + Sync + 'static> Stowing for Shared<V> {
    type Value = V;
    type Cell = Share;

    fn taken(value: V) -> Share {
        Share::new(value)
    }

    fn view(taken: &Share) -> &V {
        taken.get()
    }

    #[inline]
    unsafe fn give<R>(taken: Share, _own: impl FnOnce(V) -> R, lent: impl FnOnce(&V) -> R) -> R {
        // SAFETY: as the caller knows.
        lent(unsafe { taken.get_unchecked() })
    }
}

/// A kind whose values are kept in place.
#[derive(Debug)]
pub struct Stowed<K>(PhantomData<fn() -> K>);

impl<K: Types<Stored: Cheap>> Types for Stowed<K> {
    type Value = K::Value;
    type Stored = K::Stored;
    type Error = K::Error;
    type Stowing = InPlace<K::Stored>;
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
