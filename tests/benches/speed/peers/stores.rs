//! Functions in front of a concurrent map or cache, written by hand: look up, else compute and insert.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

use dashmap::DashMap;
use foldhash::fast::RandomState;
use moka::future::Cache as MokaFuture;
use moka::sync::Cache as MokaCache;
use quick_cache::sync::Cache as QuickCache;
use tokio::runtime::Runtime;

use super::{Contender, Function, KeyFor, KeyOf};

/// dashmap with its default number of shards.
pub(crate) fn dashmap<F: Function, T: KeyFor<F>>() -> Contender<'static, T> {
    let (map, again) = shared(DashMap::<KeyOf<F>, F::Value, RandomState>::default());
    let call = move |key: &T| {
        let query = key.borrow();
        if let Some(value) = map.get(query).map(|entry| entry.clone()) {
            return F::digest(value);
        }
        let value = F::load(query);
        map.insert(query.to_owned(), value.clone());
        F::digest(value)
    };
    Contender::new("dashmap, foldhash", call).clearing(move || again.clear())
}

/// A map under one lock.
pub(crate) fn rw_lock<F: Function, T: KeyFor<F>>() -> Contender<'static, T> {
    let map = RwLock::new(HashMap::<KeyOf<F>, F::Value, RandomState>::default());
    let (map, again) = shared(map);
    let call = move |key: &T| {
        let query = key.borrow();
        let known = map
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(query)
            .cloned();
        if let Some(value) = known {
            return F::digest(value);
        }
        let value = F::load(query);
        write(&map).insert(query.to_owned(), value.clone());
        F::digest(value)
    };
    let clear = move || write(&again).clear();
    Contender::new("RwLock<HashMap>, foldhash", call).clearing(clear)
}

/// `quick_cache`, bounded; it knows no time to live.
pub(crate) fn quick_cache<F: Function, T: KeyFor<F>>(capacity: usize) -> Contender<'static, T> {
    let (cache, again) = shared(QuickCache::<KeyOf<F>, F::Value>::new(capacity));
    let call = move |key: &T| {
        let query = key.borrow();
        if let Some(value) = cache.get(query) {
            return F::digest(value);
        }
        let value = F::load(query);
        cache.insert(query.to_owned(), value.clone());
        F::digest(value)
    };
    Contender::new("quick_cache", call).clearing(move || again.clear())
}

/// An async function in front of `quick_cache`.
pub(crate) fn quick_cache_async<F: Function, T: KeyFor<F>>(
    runtime: &Runtime,
    capacity: usize,
) -> Contender<'_, T> {
    let cache = QuickCache::<KeyOf<F>, F::Value>::new(capacity);
    Contender::of_batches("quick_cache `get_or_insert_async`", move |keys: &[T]| {
        runtime.block_on(async {
            let mut sum = 0_u64;
            for key in keys {
                let query = key.borrow();
                let load = async { Ok::<_, Infallible>(F::load(query)) };
                let Ok(value) = cache.get_or_insert_async(query, load).await;
                sum = sum.wrapping_add(F::digest(value));
            }
            sum
        })
    })
}

/// moka, bounded, with a time to live or without.
pub(crate) fn moka<F: Function, T: KeyFor<F>>(capacity: u64, ttl: bool) -> Contender<'static, T> {
    let mut builder = MokaCache::<KeyOf<F>, F::Value>::builder().max_capacity(capacity);
    if ttl {
        builder = builder.time_to_live(Duration::from_secs(60));
    }
    let (cache, again) = shared(builder.build_with_hasher(RandomState::default()));
    let call = move |key: &T| {
        let query = key.borrow();
        F::digest(cache.get_with_by_ref(query, || F::load(query)))
    };
    let name = if ttl {
        "moka, bounded + TTL"
    } else {
        "moka, bounded"
    };
    Contender::new(name, call).clearing(move || {
        again.invalidate_all();
        again.run_pending_tasks();
    })
}

/// An async function in front of moka.
pub(crate) fn moka_async<F: Function, T: KeyFor<F>>(
    runtime: &Runtime,
    capacity: u64,
) -> Contender<'_, T>
where
    F::Query: Sync,
{
    let builder = MokaFuture::<KeyOf<F>, F::Value>::builder().max_capacity(capacity);
    let cache = builder.build_with_hasher(RandomState::default());
    Contender::of_batches("moka future `get_with_by_ref`", move |keys: &[T]| {
        runtime.block_on(async {
            let mut sum = 0_u64;
            for key in keys {
                let query = key.borrow();
                let value = cache.get_with_by_ref(query, async { F::load(query) }).await;
                sum = sum.wrapping_add(F::digest(value));
            }
            sum
        })
    })
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

/// One store for two closures.
fn shared<S>(store: S) -> (Arc<S>, Arc<S>) {
    let store = Arc::new(store);
    (Arc::clone(&store), store)
}
