//! One [`Site`] per cached function, and what happens when it is called.
//!
//! - [`step`]: decides what a call does next. It never waits.
//! - [`flight`]: one computation per key, and the wait for it. It decides nothing.
//! - [`seat`]: the guard of a computation; filling or dropping it finishes the story.
//! - [`door`]: what generated code calls.
//! - `shared`: the same where entries live in a shared store.
//! - [`background`]: refreshes that nobody waits for.
//! - [`tagging`]: the labels of a value.
//! - [`surroundings`]: what a call carries to another thread or task.
//! - [`running`]: which computations run here, and which wait for which.
#![allow(
    unsafe_code,
    reason = "an instance is found by the identity of its type, without asking it"
)]

#[cfg(feature = "shared")]
mod away;
pub(crate) mod background;
pub(crate) mod door;
pub(crate) mod flight;
pub(crate) mod instance;
pub(crate) mod running;
pub(crate) mod seat;
#[cfg(feature = "shared")]
pub(crate) mod shared;
pub(crate) mod step;
pub(crate) mod surroundings;
pub(crate) mod tagging;

use std::any::TypeId;
use std::fmt;
use std::sync::Arc;

use dashmap::DashMap;
use once_cell::sync::OnceCell;

use crate::options::{Bound, DEFAULT_MAX_ENTRIES, DEFAULT_TIMEOUT, Declared, Timeout};
use crate::realm::{self, Realm};
use crate::stats::Counters;
pub(crate) use instance::{AnyInstance, Instance};

/// A cached function, as its attribute describes it. Every function has one, in a `static`.
pub struct Site {
    pub(crate) name: &'static str,
    pub(crate) file: &'static str,
    pub(crate) line: u32,
    pub(crate) column: u32,
    /// The path of a closure inside the site's `static`.
    pub(crate) path: fn() -> &'static str,
    pub(crate) namespace: Option<&'static str>,
    pub(crate) version: Option<u64>,
    pub(crate) source: Option<u64>,
    pub(crate) local: bool,
    /// Names what keeps entries from leaving the process, if that is known before a call.
    pub(crate) shares: Option<fn(&mut dyn FnMut(&'static str))>,
    pub(crate) routed: bool,
    pub(crate) timeout: Timeout,
    pub(crate) max_entries: Bound,
    state: OnceCell<State>,
    /// The first instance in the process, again, to be found at once.
    first: OnceCell<(InstanceId, &'static dyn AnyInstance)>,
}

impl Site {
    /// Describes a function; `path` names a closure of its own.
    #[must_use]
    pub const fn new(
        name: &'static str,
        file: &'static str,
        line: u32,
        column: u32,
        path: fn() -> &'static str,
    ) -> Self {
        Self {
            name,
            file,
            line,
            column,
            path,
            namespace: None,
            version: None,
            source: None,
            local: false,
            shares: None,
            routed: false,
            timeout: Timeout::After(DEFAULT_TIMEOUT),
            max_entries: Bound::Entries(DEFAULT_MAX_ENTRIES),
            state: OnceCell::new(),
            first: OnceCell::new(),
        }
    }

    /// Sets `namespace = ".."`.
    #[must_use]
    pub const fn namespace(mut self, namespace: &'static str) -> Self {
        self.namespace = Some(namespace);
        self
    }

    /// Sets `version = ..`.
    #[must_use]
    pub const fn version(mut self, version: u64) -> Self {
        self.version = Some(version);
        self
    }

    /// Sets the fingerprint of `source_check = true`.
    #[must_use]
    pub const fn source(mut self, fingerprint: u64) -> Self {
        self.source = Some(fingerprint);
        self
    }

    /// Sets `local`.
    #[must_use]
    pub const fn local(mut self) -> Self {
        self.local = true;
        self
    }

    /// Says what keeps entries from leaving the process: the function hands out the names of what does.
    #[must_use]
    pub const fn shares(mut self, report: fn(&mut dyn FnMut(&'static str))) -> Self {
        self.shares = Some(report);
        self
    }

    /// Says that the keys are rendered routes.
    #[must_use]
    pub const fn routed(mut self) -> Self {
        self.routed = true;
        self
    }

    /// Says what `timeout = ..` is, for the list of functions.
    #[must_use]
    pub const fn timeout(mut self, timeout: Declared) -> Self {
        self.timeout = match timeout {
            Declared::After(nanos) => Timeout::After(std::time::Duration::from_nanos(nanos)),
            Declared::Never => Timeout::Never,
            Declared::Expression(text) => Timeout::Expression(text),
        };
        self
    }

    /// Says what `max_entries = ..` is, for the list of functions.
    #[must_use]
    pub const fn max_entries(mut self, bound: Bound) -> Self {
        self.max_entries = bound;
        self
    }

    /// Tells this site from every other.
    pub(crate) fn address(&'static self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// The first instance in the process, if it is the one asked for.
    #[inline]
    pub(crate) fn known<I: AnyInstance>(&'static self, id: InstanceId) -> Option<&'static I> {
        let (first, instance) = self.first.get()?;
        let instance: *const dyn AnyInstance = *instance;
        // SAFETY: `id` was made of the type of the instance, and the one with this `id` lives as long as the process.
        (*first == id).then(|| unsafe { &*instance.cast::<I>() })
    }

    /// Takes note of the first instance in the process.
    pub(crate) fn note_first(&'static self) {
        if let Some(first) = self.state.get().and_then(|state| state.first.get()) {
            let _ = self.first.set(*first);
        }
    }

    /// What this site has come to: on this thread, if its caches are isolated, else in the process.
    pub(crate) fn state(&'static self) -> &'static State {
        #[cfg(feature = "testing")]
        if let Some(world) = crate::testing::world::here() {
            return world.state_of(self);
        }
        self.state.get_or_init(|| State::new(&realm::PROCESS))
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Site({} at {}:{}:{})",
            self.name, self.file, self.line, self.column
        )
    }
}

/// Tells the instances of a site apart: the instantiation of the function, and the instance's own type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct InstanceId {
    pub(crate) function: TypeId,
    /// The types of the arguments in the key, since an `impl Trait` argument has no name that could tell; and that of
    /// the instance.
    pub(crate) types: TypeId,
}

/// What a site has come to in a process.
pub(crate) struct State {
    pub(crate) counters: Arc<Counters>,
    pub(crate) realm: &'static Realm,
    /// The first instance, which is the only one unless the function is generic.
    first: OnceCell<(InstanceId, &'static dyn AnyInstance)>,
    others: DashMap<InstanceId, &'static dyn AnyInstance>,
}

impl State {
    pub(crate) fn new(realm: &'static Realm) -> Self {
        Self {
            counters: Arc::new(Counters::new()),
            realm,
            first: OnceCell::new(),
            others: DashMap::with_shard_amount(2),
        }
    }

    /// Finds an instance, or makes it.
    pub(crate) fn instance(
        &self,
        id: InstanceId,
        make: impl FnOnce() -> &'static dyn AnyInstance,
    ) -> &'static dyn AnyInstance {
        if let Some((first, instance)) = self.first.get()
            && *first == id
        {
            return *instance;
        }
        self.rare(id, make)
    }

    #[cold]
    fn rare(
        &self,
        id: InstanceId,
        make: impl FnOnce() -> &'static dyn AnyInstance,
    ) -> &'static dyn AnyInstance {
        if let Some(known) = self.others.get(&id) {
            return *known;
        }
        // Made outside every lock: what it is made of may be code of the user's.
        let fresh = make();
        if self.first.set((id, fresh)).is_ok() {
            return fresh;
        }
        match self.first.get() {
            Some((first, instance)) if *first == id => *instance,
            _ => *self.others.entry(id).or_insert(fresh),
        }
    }

    pub(crate) fn instances(&self) -> Vec<&'static dyn AnyInstance> {
        let first = self.first.get().map(|(_, instance)| *instance);
        first
            .into_iter()
            .chain(self.others.iter().map(|other| *other.value()))
            .collect()
    }

    /// Drops every entry of the function; answers how many there were.
    pub(crate) fn clear(&self) -> usize {
        self.instances()
            .iter()
            .map(|instance| instance.clear())
            .sum()
    }
}

#[cfg(all(test, cache_model))]
mod model;
