//! Which instances a site has: one, unless its function is generic.
//!
//! What an instance keeps to (its options, where its entries live) is settled when it is made. A configuration that is
//! installed later begins a new generation: whoever looks for an instance from then on finds one of the new
//! generation, or makes it; those of before are emptied, and serve nothing but the calls that have hold of them.

use std::ptr;
use std::sync::atomic::Ordering;

use dashmap::DashMap;
use once_cell::sync::{Lazy, OnceCell};

use super::{AnyInstance, InstanceId, Site, State};
use crate::config::installed;
use crate::registry;
use crate::sync::StaticMutex;

/// The instance that was made first, and which it is.
pub(super) type First = (InstanceId, &'static dyn AnyInstance);

/// Held while an instance takes its place, and while a generation begins.
static GATE: StaticMutex<()> = StaticMutex::new(());

/// The instances of one site, before a configuration is installed and after.
#[derive(Default)]
pub(super) struct Instances([Generation; 2]);

struct Generation {
    first: OnceCell<First>,
    others: Lazy<DashMap<InstanceId, &'static dyn AnyInstance>>,
}

impl Instances {
    fn generation(&self) -> (usize, &Generation) {
        let generation = usize::from(installed::is_any());
        (generation, &self.0[generation])
    }

    pub(super) fn first(&self) -> Option<&First> {
        self.generation().1.first.get()
    }

    pub(super) fn all(&self) -> Vec<&'static dyn AnyInstance> {
        let (_, generation) = self.generation();
        let first = generation.first.get().map(|(_, instance)| *instance);
        let others = Lazy::get(&generation.others).into_iter();
        let others = others.flat_map(|others| others.iter().map(|other| *other.value()));
        first.into_iter().chain(others).collect()
    }

    pub(super) fn find_or_make(
        &self,
        id: InstanceId,
        make: &dyn Fn() -> &'static dyn AnyInstance,
    ) -> &'static dyn AnyInstance {
        match self.first() {
            Some((first, instance)) if *first == id => *instance,
            _ => self.rare(id, make),
        }
    }

    #[cold]
    fn rare(
        &self,
        id: InstanceId,
        make: &dyn Fn() -> &'static dyn AnyInstance,
    ) -> &'static dyn AnyInstance {
        loop {
            let (number, generation) = self.generation();
            if let Some(known) = generation.other(id) {
                return known;
            }
            // Made outside every lock: what it is made of may be code of the user's.
            let fresh = make();
            let _gate = GATE.lock();
            if self.generation().0 == number {
                return generation.enter(id, fresh);
            }
        }
    }
}

impl Generation {
    fn other(&self, id: InstanceId) -> Option<&'static dyn AnyInstance> {
        let known = Lazy::get(&self.others)?.get(&id)?;
        Some(*known)
    }

    fn enter(&self, id: InstanceId, fresh: &'static dyn AnyInstance) -> &'static dyn AnyInstance {
        match self.first.get_or_init(|| (id, fresh)) {
            (first, instance) if *first == id => *instance,
            _ => *self.others.entry(id).or_insert(fresh),
        }
    }
}

impl Default for Generation {
    fn default() -> Self {
        Self {
            first: OnceCell::new(),
            others: Lazy::new(|| DashMap::with_shard_amount(2)),
        }
    }
}

/// Takes note of a site's first instance, if it is one that a hit may be looked for in without further ado.
#[cold]
pub(super) fn note_first(site: &'static Site) {
    let quick = || {
        let first = site.state_of_process().and_then(State::first);
        first.filter(|(_, instance)| instance.is_quick())
    };
    if quick().is_none() {
        return;
    }
    // No generation begins meanwhile: an instance of before is not noted any more.
    let _gate = GATE.lock();
    if let Some(first) = quick() {
        let first = ptr::from_ref(first).cast_mut();
        site.first.store(first, Ordering::Release);
    }
}

/// Begins a generation: `install` makes [`installed::is_any`] true.
///
/// No call finds an instance of before from then on, neither the quick way, which is closed first, nor the slow one:
/// an invalidation that reaches the new instances only has reached all that can be found.
pub(crate) fn begin_anew(install: impl FnOnce()) {
    let gate = GATE.lock();
    let mut old = Vec::new();
    for site in registry::sites() {
        site.first.store(ptr::null_mut(), Ordering::Release);
        old.extend(site.state_of_process().map(State::instances));
    }
    install();
    drop(gate);
    for instance in old.into_iter().flatten() {
        instance.clear();
    }
}
