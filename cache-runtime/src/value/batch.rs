//! What a function returns that answers for many ids at once, and how the part of one id is stored.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use super::cell::Shared;
use super::{CacheValue, Kind, NoProbe, Of, Shown, Types, Verdict};

/// A result that answers for many ids: a map, or a `Result` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not answer id by id",
    label = "`batch` is for functions that return a map of the standard library, or a `Result` of one",
    note = "return `HashMap<Id, Value>`, `BTreeMap<Id, Value>`, or a `Result` of one of them"
)]
pub trait BatchOutput: Sized {
    /// The map.
    type Map;
    /// What is stored for one id.
    type Value;
    /// Why there may be no map.
    type Error;

    /// The map, or why there is none.
    ///
    /// # Errors
    ///
    /// If the function has failed.
    fn open(self) -> Result<Self::Map, Self::Error>;
    /// The result with this map, or this failure.
    fn close(map: Result<Self::Map, Self::Error>) -> Self;
}

/// What a function comes to for one id: its value, or nothing if it was left out.
pub type OneOf<O> = Result<Option<<O as BatchOutput>::Value>, <O as BatchOutput>::Error>;

/// A map that can be asked by ids of type `I`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be asked by `{I}`",
    label = "its keys are not the ids in the slice",
    note = "the keys of the map are the ids, `HashMap<u64, _>` for `&[u64]`; `String`, `Box<str>` and `Arc<str>` stand for `&str` too",
    note = "they are `Hash + Eq` for a `HashMap`, whose hasher is `Default`, and `Ord` for a `BTreeMap`"
)]
pub trait BatchMap<I>: Default {
    /// What it holds for an id.
    type Value;

    /// Whether it holds something for an id.
    fn holds(&self, id: &I) -> bool;
    /// Takes out what it holds for an id.
    fn take(&mut self, id: &I) -> Option<Self::Value>;
    /// Puts in what it is to hold for an id.
    fn give(&mut self, id: I, value: Self::Value);
}

/// What is done with ids. Who has it need not insist again that it can be done: so the compiler says once that it
/// cannot.
pub(crate) struct Asking<I, O: BatchOutput> {
    pub(crate) clone: fn(&I) -> I,
    pub(crate) empty: fn() -> O::Map,
    pub(crate) holds: fn(&O::Map, &I) -> bool,
    pub(crate) take: fn(&mut O::Map, &I) -> Option<O::Value>,
    pub(crate) give: fn(&mut O::Map, &I, O::Value),
}

impl<I: Clone, O: BatchOutput<Map: BatchMap<I, Value = O::Value>>> Asking<I, O> {
    pub(crate) fn new() -> Self {
        Self {
            clone: I::clone,
            empty: O::Map::default,
            holds: BatchMap::holds,
            take: BatchMap::take,
            give: |map, id, value| map.give(id.clone(), value),
        }
    }
}

/// The key of a map that stands for an id of type `I`.
pub trait KeyOf<I>: Borrow<Self::Seen> {
    /// What both can be seen as.
    type Seen: ?Sized;

    /// The key for an id.
    fn of(id: I) -> Self;
    /// What an id is looked up as.
    fn seen(id: &I) -> &Self::Seen;
}

impl<I> KeyOf<I> for I {
    type Seen = I;

    fn of(id: I) -> I {
        id
    }

    fn seen(id: &I) -> &I {
        id
    }
}

macro_rules! text_keys {
    ($($key:ty),*) => {$(
        impl KeyOf<&str> for $key {
            type Seen = str;

            fn of(id: &str) -> Self {
                id.into()
            }

            fn seen<'a>(id: &'a &str) -> &'a str {
                id
            }
        }
    )*};
}

text_keys! { String, Box<str>, Arc<str> }

macro_rules! maps {
    ($($map:ty, [$($generics:tt)*], [$($bound:path),+] $(, $hasher:ident)?;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> BatchOutput for $map {
            type Map = Self;
            type Value = V;
            type Error = Infallible;

            fn open(self) -> Result<Self, Infallible> {
                Ok(self)
            }

            fn close(map: Result<Self, Infallible>) -> Self {
                match map {
                    Ok(map) => map,
                    Err(never) => match never {},
                }
            }
        }

        #[diagnostic::do_not_recommend]
        impl<I, $($generics)*> BatchMap<I> for $map
        where
            K: KeyOf<I>,
            $(K: $bound, K::Seen: $bound,)+
            $($hasher: BuildHasher + Default,)?
        {
            type Value = V;

            fn holds(&self, id: &I) -> bool {
                self.contains_key(K::seen(id))
            }

            fn take(&mut self, id: &I) -> Option<V> {
                self.remove(K::seen(id))
            }

            fn give(&mut self, id: I, value: V) {
                self.insert(K::of(id), value);
            }
        }
    )*};
}

maps! {
    HashMap<K, V, S>, [K, V, S], [Hash, Eq], S;
    BTreeMap<K, V>, [K, V], [Ord];
}

impl<M: BatchOutput<Map = M, Error = Infallible>, E> BatchOutput for Result<M, E> {
    type Map = M;
    type Value = M::Value;
    type Error = E;

    fn open(self) -> Self {
        self
    }

    fn close(map: Self) -> Self {
        map
    }
}

/// Why there is nothing for an id.
#[derive(Clone, Debug)]
pub enum Nothing<E> {
    /// The function has left it out.
    LeftOut,
    /// The function has failed.
    Failed(E),
}

/// The kind of what a function comes to for one id, if its errors can be shared with waiters.
#[derive(Debug)]
pub struct Each<V, E>(PhantomData<fn() -> (V, E)>);

/// The kind of what a function comes to for one id, if its errors cannot be cloned.
#[derive(Debug)]
pub struct EachOwn<V>(PhantomData<fn() -> V>);

impl<V: CacheValue, E: CacheValue> Types for Each<V, E> {
    type Value = V;
    type Stored = V;
    type Error = Nothing<E>;
    type Stowing = Shared<V>;
}

impl<V: CacheValue> Types for EachOwn<V> {
    type Value = V;
    type Stored = V;
    type Error = Nothing<Infallible>;
    type Stowing = Shared<V>;
}

/// What the two have in common.
macro_rules! stores_the_value {
    () => {
        fn value(stored: &V) -> Option<&V> {
            Some(stored)
        }

        fn answer(stored: &V) -> Result<Option<V>, E> {
            Ok(Some(stored.clone()))
        }

        fn restore(stored: V) -> Result<Option<V>, E> {
            Ok(Some(stored))
        }

        fn from_result(result: Result<Option<V>, E>) -> Option<V> {
            result.ok().flatten()
        }
    };
}

impl<V: CacheValue, E: CacheValue> Kind<Result<Option<V>, E>> for Each<V, E> {
    stores_the_value!();

    fn judge(result: &Result<Option<V>, E>) -> Verdict<V, Nothing<E>> {
        match result {
            Ok(Some(value)) => Verdict::Value(value.clone()),
            Ok(None) => Verdict::Failed(Some(Nothing::LeftOut)),
            Err(error) => Verdict::Failed(Some(Nothing::Failed(error.clone()))),
        }
    }

    fn failure(error: Nothing<E>) -> Result<Option<V>, E> {
        match error {
            Nothing::LeftOut => Ok(None),
            Nothing::Failed(error) => Err(error),
        }
    }
}

impl<V: CacheValue, E> Kind<Result<Option<V>, E>> for EachOwn<V> {
    stores_the_value!();

    fn judge(result: &Result<Option<V>, E>) -> Verdict<V, Nothing<Infallible>> {
        match result {
            Ok(Some(value)) => Verdict::Value(value.clone()),
            Ok(None) => Verdict::Failed(Some(Nothing::LeftOut)),
            Err(_) => Verdict::Failed(None),
        }
    }

    fn failure(error: Nothing<Infallible>) -> Result<Option<V>, E> {
        match error {
            Nothing::LeftOut => Ok(None),
            Nothing::Failed(never) => match never {},
        }
    }
}

/// What stands in the signatures beside a function for one id.
#[derive(Clone, Copy, Debug)]
pub struct AsEach;

impl<V, E, K: Kind<Result<Option<V>, E>>> Shown<Result<Option<V>, E>, K> for AsEach {
    type Visible = V;

    fn show(stored: &K::Stored) -> Option<V> {
        K::answer(stored).ok().flatten()
    }

    fn take(visible: V) -> Option<K::Stored> {
        K::from_result(Ok(Some(visible)))
    }
}

/// Asks for the kind of what a result holds for one id.
#[derive(Debug)]
pub struct BatchProbe<O> {
    next: OwnBatchProbe<O>,
}

/// [`BatchProbe`] after errors that can be shared did not fit.
#[derive(Debug)]
pub struct OwnBatchProbe<O> {
    next: NoProbe<O>,
}

impl<O: BatchOutput> BatchProbe<O> {
    #[expect(
        clippy::new_without_default,
        reason = "generated code names the type it asks about"
    )]
    /// Asks about results of this type.
    #[must_use]
    pub fn new() -> Self {
        Self {
            next: OwnBatchProbe {
                next: NoProbe(PhantomData),
            },
        }
    }

    /// What must be cacheable.
    #[must_use]
    pub fn __cache_value(&self) -> Of<O::Value> {
        Of(PhantomData)
    }
}

impl<O: BatchOutput<Value: CacheValue, Error: CacheValue>> BatchProbe<O> {
    /// The kind, if it is this one.
    #[must_use]
    pub fn __cache_kind(&self) -> Each<O::Value, O::Error> {
        Each(PhantomData)
    }
}

impl<O> Deref for BatchProbe<O> {
    type Target = OwnBatchProbe<O>;

    fn deref(&self) -> &OwnBatchProbe<O> {
        &self.next
    }
}

impl<O: BatchOutput<Value: CacheValue>> OwnBatchProbe<O> {
    /// The kind, if it is this one.
    #[must_use]
    pub fn __cache_kind(&self) -> EachOwn<O::Value> {
        EachOwn(PhantomData)
    }
}

impl<O> Deref for OwnBatchProbe<O> {
    type Target = NoProbe<O>;

    fn deref(&self) -> &NoProbe<O> {
        &self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_looked_up_by_what_they_say() {
        let mut map = HashMap::<String, u8>::new();
        map.give("a", 1);
        assert!(map.holds(&"a") && !map.holds(&"b"));
        assert_eq!(map.take(&"a"), Some(1));
    }

    #[test]
    fn what_is_left_out_is_no_value() {
        type Kept = Each<u8, Infallible>;
        let left_out: Result<Option<u8>, Infallible> = Ok(None);
        let Verdict::Failed(Some(nothing)) = Kept::judge(&left_out) else {
            panic!("it is stored");
        };
        assert_eq!(Kept::failure(nothing), left_out);
    }
}
