//! The types that can be part of a key, way by way.

use std::borrow::{Borrow, Cow};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::{CStr, CString, OsStr, OsString};
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8,
    NonZeroU16, NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize,
};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::{ByShape, ByTarget, ByValue, Key, NotAtAll};

/// The two ways that look into a type; they differ only in what may stand behind a reference.
pub trait Shape {}
impl Shape for ByShape {}
impl Shape for ByTarget {}

#[diagnostic::do_not_recommend]
impl<T: Hash + Eq + Clone + Send + Sync + 'static> Key<ByValue> for T {
    type Owned = T;

    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        Hash::hash(self, state);
    }

    #[inline]
    fn is(&self, owned: &T) -> bool {
        self == owned
    }

    fn own(&self) -> T {
        self.clone()
    }
}

/// Stands in for a key, so that a type that cannot be one is reported once.
impl<T> Key<NotAtAll> for T {
    type Owned = ();

    #[inline]
    fn hash<H: Hasher>(&self, _state: &mut H) {}

    #[inline]
    fn is(&self, (): &()) -> bool {
        false
    }

    fn own(&self) {}
}

macro_rules! leaves {
    ($($leaf:ty),* $(,)?) => {$(
        impl<W: Shape> Key<W> for $leaf {
            type Owned = $leaf;

            #[inline]
            fn hash<H: Hasher>(&self, state: &mut H) {
                Hash::hash(self, state);
            }

            #[inline]
            fn is(&self, owned: &$leaf) -> bool {
                self == owned
            }

            fn own(&self) -> $leaf {
                self.clone()
            }
        }
    )*};
}

leaves! {
    (), bool, char, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize,
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize,
    NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize,
    String, PathBuf, OsString, CString, Duration, Instant, SystemTime,
    IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6,
}

macro_rules! borrowed_leaves {
    ($($leaf:ty => $owned:ty),* $(,)?) => {$(
        impl<W: Shape> Key<W> for $leaf {
            type Owned = $owned;

            #[inline]
            fn hash<H: Hasher>(&self, state: &mut H) {
                Hash::hash(self, state);
            }

            #[inline]
            fn is(&self, owned: &$owned) -> bool {
                self == &**owned
            }

            fn own(&self) -> $owned {
                self.into()
            }
        }
    )*};
}

borrowed_leaves! { str => Box<str>, Path => Box<Path>, OsStr => Box<OsStr>, CStr => Box<CStr> }

/// A float as the store keeps it: one zero, one NaN, and equal by its bits.
#[derive(Clone, Copy, Debug)]
pub struct Exact<F>(F);

impl<F> std::ops::Deref for Exact<F> {
    type Target = F;

    fn deref(&self) -> &F {
        &self.0
    }
}

macro_rules! floats {
    ($($float:ty),*) => {$(
        impl<W: Shape> Key<W> for $float {
            type Owned = Exact<$float>;

            #[inline]
            fn hash<H: Hasher>(&self, state: &mut H) {
                Hash::hash(&Key::<W>::own(self).to_bits(), state);
            }

            #[inline]
            fn is(&self, owned: &Exact<$float>) -> bool {
                Key::<W>::own(self).to_bits() == owned.to_bits()
            }

            fn own(&self) -> Exact<$float> {
                Exact(if self.is_nan() {
                    <$float>::NAN
                } else if *self == 0.0 {
                    0.0
                } else {
                    *self
                })
            }
        }
    )*};
}

floats! { f32, f64 }

/// Forwards to what a pointer points to.
macro_rules! forward {
    ($target:ty) => {
        type Owned = $target;

        #[inline]
        fn hash<H: Hasher>(&self, state: &mut H) {
            (**self).hash(state);
        }

        #[inline]
        fn is(&self, owned: &$target) -> bool {
            (**self).is(owned)
        }

        fn own(&self) -> $target {
            (**self).own()
        }
    };
}

impl<T: Key<ByShape> + ?Sized> Key<ByShape> for &T {
    forward!(T::Owned);
}

impl<W: Shape, T: Key<W> + ?Sized> Key<W> for Box<T> {
    forward!(T::Owned);
}

impl<W: Shape, T: Key<W> + ?Sized> Key<W> for Arc<T> {
    forward!(T::Owned);
}

impl<W: Shape, T: Key<W> + ?Sized> Key<W> for Rc<T> {
    forward!(T::Owned);
}

impl<B: ToOwned + Key<ByShape> + ?Sized> Key<ByShape> for Cow<'_, B> {
    forward!(<B as Key<ByShape>>::Owned);
}

/// Keeps what a borrowed value of the user's is owned as, and compares by borrowing that again.
macro_rules! by_target {
    () => {
        type Owned = T::Owned;

        #[inline]
        fn hash<H: Hasher>(&self, state: &mut H) {
            Hash::hash(&**self, state);
        }

        #[inline]
        fn is(&self, owned: &T::Owned) -> bool {
            **self == *owned.borrow()
        }

        fn own(&self) -> T::Owned {
            (**self).to_owned()
        }
    };
}

impl<T> Key<ByTarget> for &T
where
    T: ToOwned + Hash + Eq + ?Sized,
    T::Owned: Send + Sync + 'static,
{
    by_target!();
}

impl<T> Key<ByTarget> for Cow<'_, T>
where
    T: ToOwned + Hash + Eq + ?Sized,
    T::Owned: Send + Sync + 'static,
{
    by_target!();
}

fn hash_all<'a, W, T: Key<W> + 'a, H: Hasher>(
    items: impl ExactSizeIterator<Item = &'a T>,
    state: &mut H,
) {
    state.write_usize(items.len());
    items.for_each(|item| item.hash(state));
}

fn all_are<'a, W, T: Key<W> + 'a>(
    items: impl ExactSizeIterator<Item = &'a T>,
    owned: &[T::Owned],
) -> bool {
    items.len() == owned.len() && items.zip(owned).all(|(item, owned)| item.is(owned))
}

/// Sequences: their length, then their items.
macro_rules! sequences {
    ($($sequence:ty),*) => {$(
        impl<W: Shape, T: Key<W>> Key<W> for $sequence {
            type Owned = Box<[T::Owned]>;

            #[inline]
            fn hash<H: Hasher>(&self, state: &mut H) {
                hash_all(self.iter(), state);
            }

            #[inline]
            fn is(&self, owned: &Self::Owned) -> bool {
                all_are(self.iter(), owned)
            }

            fn own(&self) -> Self::Owned {
                self.iter().map(Key::own).collect()
            }
        }
    )*};
}

sequences! { [T], Vec<T>, VecDeque<T>, BTreeSet<T> }

impl<W: Shape, T: Key<W>, const N: usize> Key<W> for [T; N] {
    type Owned = [T::Owned; N];

    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_all(self.iter(), state);
    }

    #[inline]
    fn is(&self, owned: &Self::Owned) -> bool {
        all_are(self.iter(), owned)
    }

    fn own(&self) -> Self::Owned {
        std::array::from_fn(|i| self[i].own())
    }
}

impl<W: Shape, K: Key<W>, V: Key<W>> Key<W> for BTreeMap<K, V> {
    type Owned = Box<[(K::Owned, V::Owned)]>;

    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        for (key, value) in self {
            key.hash(state);
            value.hash(state);
        }
    }

    #[inline]
    fn is(&self, owned: &Self::Owned) -> bool {
        let keys = self.keys().zip(owned).all(|(key, owned)| key.is(&owned.0));
        let values = || {
            self.values()
                .zip(owned)
                .all(|(value, owned)| value.is(&owned.1))
        };
        self.len() == owned.len() && keys && values()
    }

    fn own(&self) -> Self::Owned {
        self.iter()
            .map(|(key, value)| (key.own(), value.own()))
            .collect()
    }
}

impl<W: Shape, T: Key<W>> Key<W> for Option<T> {
    type Owned = Option<T::Owned>;

    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u8(u8::from(self.is_some()));
        if let Some(value) = self {
            value.hash(state);
        }
    }

    #[inline]
    fn is(&self, owned: &Self::Owned) -> bool {
        match (self, owned) {
            (Some(value), Some(owned)) => value.is(owned),
            (None, None) => true,
            _ => false,
        }
    }

    fn own(&self) -> Self::Owned {
        self.as_ref().map(Key::own)
    }
}

macro_rules! tuples {
    ($($name:ident . $index:tt),+ ; $($rest:tt)*) => {
        impl<W: Shape, $($name: Key<W>),+> Key<W> for ($($name,)+) {
            type Owned = ($($name::Owned,)+);

            #[inline]
            fn hash<H: Hasher>(&self, state: &mut H) {
                $(self.$index.hash(state);)+
            }

            #[inline]
            fn is(&self, owned: &Self::Owned) -> bool {
                $(self.$index.is(&owned.$index))&&+
            }

            fn own(&self) -> Self::Owned {
                ($(self.$index.own(),)+)
            }
        }
        tuples! { $($rest)* }
    };
    () => {};
}

tuples! {
    A.0;
    A.0, B.1;
    A.0, B.1, C.2;
    A.0, B.1, C.2, D.3;
    A.0, B.1, C.2, D.3, E.4;
    A.0, B.1, C.2, D.3, E.4, F.5;
    A.0, B.1, C.2, D.3, E.4, F.5, G.6;
    A.0, B.1, C.2, D.3, E.4, F.5, G.6, I.7;
}
