//! Who is measured: functions that attributes cache, and the same functions in front of a store, by hand.

mod by_cached;
mod by_memoize;
mod floor;
mod ours;
mod stores;

use std::borrow::Borrow;
use std::hash::Hash;
use std::hint::black_box;
use std::sync::Arc;

pub(crate) use by_cached::{by_cached, by_cached_one};
pub(crate) use by_memoize::{by_memoize, by_memoize_one};
pub(crate) use floor::{floor, floor_async};
pub(crate) use ours::{ours, ours_one};
pub(crate) use stores::{dashmap, moka, moka_async, quick_cache, quick_cache_async, rw_lock};

/// What stores and maps are asked to cache; attributes stand on functions that compute the same.
pub(crate) trait Function: 'static {
    /// A key as the caller has it.
    type Query: ?Sized + Hash + Eq + ToOwned<Owned: Hash + Eq + Clone + Send + Sync + 'static>;
    type Value: Clone + Send + Sync + 'static;

    fn load(query: &Self::Query) -> Self::Value;

    /// Makes use of a value, so that nobody can leave it out.
    fn digest(value: Self::Value) -> u64;
}

pub(crate) type KeyOf<F> = <<F as Function>::Query as ToOwned>::Owned;

/// `(u64, u64) -> u64`
pub(crate) struct F;

/// `&str -> u64`
pub(crate) struct G;

/// `&str -> Arc<str>`
pub(crate) struct H;

/// `u64 -> u64`
pub(crate) struct U;

/// `&str -> [u8; 100]`
pub(crate) struct B;

impl Function for F {
    type Query = (u64, u64);
    type Value = u64;

    fn load(&(a, b): &(u64, u64)) -> u64 {
        a.wrapping_mul(31) ^ b
    }

    fn digest(value: u64) -> u64 {
        value
    }
}

impl Function for G {
    type Query = str;
    type Value = u64;

    fn load(text: &str) -> u64 {
        text.len() as u64
    }

    fn digest(value: u64) -> u64 {
        value
    }
}

impl Function for H {
    type Query = str;
    type Value = Arc<str>;

    fn load(text: &str) -> Arc<str> {
        text.into()
    }

    fn digest(value: Arc<str>) -> u64 {
        value.len() as u64
    }
}

impl Function for U {
    type Query = u64;
    type Value = u64;

    fn load(&x: &u64) -> u64 {
        x.wrapping_mul(31)
    }

    fn digest(value: u64) -> u64 {
        value
    }
}

impl Function for B {
    type Query = str;
    type Value = [u8; 100];

    fn load(text: &str) -> [u8; 100] {
        [text.as_bytes()[0]; 100]
    }

    fn digest(value: [u8; 100]) -> u64 {
        u64::from(value[7])
    }
}

/// Calls with each of some keys; the sum of what came out.
type Calls<'a, T> = Box<dyn Fn(&[T]) -> u64 + Sync + 'a>;

/// Somebody who takes part in a topic.
pub(crate) struct Contender<'a, T> {
    pub(crate) name: &'static str,
    calls: Calls<'a, T>,
    clear: Box<dyn Fn() + Sync + 'a>,
}

impl<'a, T> Contender<'a, T> {
    /// Who is called with a key; the loop over keys is compiled around the call.
    pub(crate) fn new(name: &'static str, call: impl Fn(&T) -> u64 + Sync + 'a) -> Self {
        let calls = move |keys: &[T]| {
            let sum = |sum: u64, key| sum.wrapping_add(call(key));
            keys.iter().fold(0, sum)
        };
        Self::of_batches(name, calls)
    }

    /// Who answers many keys in one go, as a task does.
    pub(crate) fn of_batches(name: &'static str, calls: impl Fn(&[T]) -> u64 + Sync + 'a) -> Self {
        Self {
            name,
            calls: Box::new(calls),
            clear: Box::new(|| ()),
        }
    }

    /// Says how its entries are dropped; without this it keeps them.
    pub(crate) fn clearing<R>(mut self, clear: impl Fn() -> R + Sync + 'a) -> Self {
        self.clear = Box::new(move || drop(clear()));
        self
    }

    pub(crate) fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    pub(crate) fn call(&self, keys: &[T]) {
        black_box((self.calls)(keys));
    }

    pub(crate) fn clear(&self) {
        (self.clear)();
    }
}

/// A key in a list of keys: the query itself, or a reference to it.
pub(crate) trait KeyFor<F: Function>: Borrow<F::Query> {}

impl<F: Function, T: Borrow<F::Query>> KeyFor<F> for T {}

/// So many keys, each another.
pub(crate) fn pairs(count: u64) -> Vec<(u64, u64)> {
    (0..count).map(|n| (n, n ^ 0xffff)).collect()
}

/// So many texts of 24 bytes, each another.
pub(crate) fn texts(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("customer:{n:015}")).collect()
}
