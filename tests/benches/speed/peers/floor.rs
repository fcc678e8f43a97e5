//! The least that a cached call can cost: a map that no other thread may touch, filled beforehand.

use std::collections::HashMap;
use std::future::ready;
use std::hash::Hash;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use foldhash::fast::RandomState;
use tokio::runtime::Runtime;

use super::{Contender, Function, KeyFor, KeyOf};

/// A clock that somebody else moves: reading it is a load.
static TICK: AtomicU32 = AtomicU32::new(1);

struct Entry<V> {
    value: V,
    expires: u32,
}

type Map<F> = HashMap<KeyOf<F>, Entry<<F as Function>::Value>, RandomState>;

fn filled<F: Function, T: KeyFor<F>>(keys: &[T]) -> Map<F>
where
    KeyOf<F>: Hash + Eq,
{
    let entry = |key: &T| {
        let value = F::load(key.borrow());
        (
            key.borrow().to_owned(),
            Entry {
                value,
                expires: u32::MAX,
            },
        )
    };
    keys.iter().map(entry).collect()
}

fn look_up<F: Function, const TIMED: bool>(map: &Map<F>, query: &F::Query) -> F::Value
where
    KeyOf<F>: Hash + Eq,
{
    match map.get(query) {
        Some(entry) if !TIMED || entry.expires > TICK.load(Relaxed) => entry.value.clone(),
        _ => F::load(query),
    }
}

/// The map; `TIMED` compares each entry with a tick.
pub(crate) fn floor<F: Function, T: KeyFor<F>, const TIMED: bool>(
    name: &'static str,
    keys: &[T],
) -> Contender<'static, T>
where
    KeyOf<F>: Hash + Eq + Sync,
{
    let map = filled::<F, T>(keys);
    Contender::new(name, move |key: &T| {
        F::digest(look_up::<F, TIMED>(&map, key.borrow()))
    })
}

/// An async function over the map.
pub(crate) fn floor_async<'a, F: Function, T: KeyFor<F>>(
    name: &'static str,
    runtime: &'a Runtime,
    keys: &[T],
) -> Contender<'a, T>
where
    KeyOf<F>: Hash + Eq + Sync,
{
    let map = filled::<F, T>(keys);
    Contender::of_batches(name, move |keys: &[T]| {
        let task = async |query: &F::Query| ready(look_up::<F, true>(&map, query)).await;
        runtime.block_on(async {
            let mut sum = 0_u64;
            for key in keys {
                sum = sum.wrapping_add(F::digest(task(key.borrow()).await));
            }
            sum
        })
    })
}
