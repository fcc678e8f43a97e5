//! What one instantiation of a cached function has: its entries, its options, its rules.

use std::any::Any;
use std::sync::Arc;

use crate::clock::{Clock, Moment};
use crate::key::{self, Rendered, Route};
use crate::options::{Options, Rules, Setup};
use crate::stats::Counters;
use crate::store::{Entry, Store};
use crate::sweeper;

/// The entries, options and rules of one instantiation of a function with keys `O`, stored values `S`, shared
/// errors `E` and values `V`.
#[derive(Debug)]
pub(crate) struct Instance<O, S, E, V> {
    pub(crate) store: Store<O, S, E>,
    pub(crate) options: Options,
    pub(crate) rules: Rules<V>,
    pub(crate) counters: Arc<Counters>,
    clock: &'static Clock,
}

/// An instance whose types are not known here.
pub(crate) trait AnyInstance: Any + Send + Sync {
    fn clock(&self) -> &'static Clock;
    fn options(&self) -> &Options;
    /// Drops every entry; answers how many there were.
    fn clear(&self) -> usize;
    fn entries(&self) -> usize;
    /// Lets expired entries go; answers when the next ones are due.
    fn sweep(&self, now: Moment) -> Moment;
    /// Drops the entry of a route; answers whether there was a live one. Keys of another kind are none.
    fn remove_route(&self, route: &Route) -> bool;
}

impl<O, S, E, V> Instance<O, S, E, V> {
    pub(crate) fn new(setup: Setup<V>, clock: &'static Clock, counters: Arc<Counters>) -> Self {
        let Setup { options, rules } = setup;
        let store = Store::new(options.max_entries, clock, Arc::clone(&counters));
        Self {
            store,
            options,
            rules,
            counters,
            clock,
        }
    }

    pub(crate) fn now(&self) -> Moment {
        self.clock.now()
    }

    /// An entry that is stored now and lives for `ttl`.
    pub(crate) fn entry(&self, value: Arc<S>, ttl: crate::options::Ttl) -> Entry<S> {
        let stored_at = self.now();
        let expires_at = ttl.map_or(Moment::NEVER, |ttl| stored_at.after(ttl));
        if expires_at != Moment::NEVER {
            sweeper::expect(expires_at);
        }
        Entry {
            value,
            stored_at,
            expires_at,
        }
    }
}

impl<O, S, E, V> AnyInstance for Instance<O, S, E, V>
where
    O: Send + Sync + 'static,
    S: Send + Sync + 'static,
    E: Send + Sync + 'static,
    V: 'static,
{
    fn clock(&self) -> &'static Clock {
        self.clock
    }

    fn options(&self) -> &Options {
        &self.options
    }

    fn clear(&self) -> usize {
        self.store.clear()
    }

    fn entries(&self) -> usize {
        self.store.entries()
    }

    fn sweep(&self, now: Moment) -> Moment {
        self.store.sweep(now)
    }

    fn remove_route(&self, route: &Route) -> bool {
        let store: &dyn Any = &self.store;
        let store = store.downcast_ref::<Store<Rendered, S, E>>();
        store.is_some_and(|store| store.remove(key::hash(route), route))
    }
}
