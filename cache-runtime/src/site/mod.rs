//! One [`Site`] per cached function, and what happens when it is called.
//!
//! - [`about`]: what the attribute says of the function.
//! - [`step`]: decides what a call does next. It never waits.
//! - [`flight`]: one computation per key, and the wait for it. It decides nothing.
//! - [`seat`]: the guard of a computation; filling or dropping it finishes the story.
//! - [`load`]: what is known of a computation whatever it computes.
//! - [`door`]: what generated code calls.
//! - [`passage`]: what of that does not depend on the result.
//! - [`batch`]: the same for a function that answers for many ids at once.
//! - `shared`: the same where entries live in a shared store.
//! - [`instances`]: which instances there are, before a configuration is installed and after.
//! - `known`: invalidations by who knows functions by name.
//! - [`background`]: refreshes that nobody waits for.
//! - [`tagging`]: the labels of a value.
//! - [`surroundings`]: what a call carries to another thread or task.
//! - [`running`]: which computations run here, and which wait for which.
#![allow(
    unsafe_code,
    reason = "an instance is found by the identity of its type, without asking it"
)]

mod about;
#[cfg(feature = "shared")]
mod away;
pub(crate) mod background;
pub(crate) mod batch;
pub(crate) mod door;
pub(crate) mod flight;
pub(crate) mod instance;
pub(crate) mod instances;
#[cfg(feature = "admin")]
pub(crate) mod known;
pub(crate) mod load;
mod passage;
pub(crate) mod running;
pub(crate) mod seat;
#[cfg(feature = "shared")]
pub(crate) mod shared;
pub(crate) mod step;
pub(crate) mod surroundings;
pub(crate) mod tagging;

use std::any::TypeId;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use once_cell::sync::OnceCell;

use crate::realm::{self, Realm};
use crate::stats::Counters;
pub use about::About;
pub(crate) use instance::{AnyInstance, Instance};
use instances::{First, Instances};

/// A cached function, as its attribute describes it. Every function has one, in a `static`.
pub struct Site {
    about: About,
    state: OnceCell<State>,
    /// The first instance in the process, in `state`, if a hit may be looked for in it without further ado; else null.
    first: AtomicPtr<First>,
}

impl Site {
    /// The site of a function of which this is known.
    #[must_use]
    pub const fn new(about: About) -> Self {
        Self {
            about,
            state: OnceCell::new(),
            first: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// Tells this site from every other.
    pub(crate) fn address(&'static self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// The first instance in the process, if it is the one asked for, as `is_it` tells, and a hit may be looked for in
    /// it without further ado.
    ///
    /// # Safety
    ///
    /// What `is_it` takes for the one asked for is of its type.
    #[inline]
    pub(crate) unsafe fn known<I: AnyInstance>(
        &'static self,
        is_it: impl FnOnce(InstanceId) -> bool,
    ) -> Option<&'static I> {
        // SAFETY: it is null, or points into `state`, which does not change once it is made.
        let (first, instance) = unsafe { self.first.load(Ordering::Acquire).as_ref() }?;
        let instance: *const dyn AnyInstance = *instance;
        // SAFETY: it is of this type, as the caller knows, and lives as long as the process.
        is_it(*first).then(|| unsafe { &*instance.cast::<I>() })
    }

    /// Takes note of the first instance in the process, so that a hit is found quickly.
    pub(crate) fn note_first(&'static self) {
        // Those who read it are not disturbed by a write of what is there.
        if self.first.load(Ordering::Relaxed).is_null() {
            instances::note_first(self);
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

    /// What this site has come to in the process, if anything has been asked of it.
    pub(crate) fn state_of_process(&'static self) -> Option<&'static State> {
        self.state.get()
    }
}

impl Deref for Site {
    type Target = About;

    fn deref(&self) -> &About {
        &self.about
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
///
/// Types are told by what names them. Mostly it is the same function, which a hit sees without calling it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InstanceId {
    pub(crate) function: fn() -> TypeId,
    /// The types of the arguments in the key, since an `impl Trait` argument has no name that could tell; and that of
    /// the instance.
    pub(crate) types: fn() -> TypeId,
}

/// Names a type. It is not inlined: a crate has one such function for a type, by which they are told apart uncalled.
#[inline(never)]
pub(crate) fn name_of<T: ?Sized>() -> TypeId {
    typeid::of::<T>()
}

impl InstanceId {
    fn names(self) -> (TypeId, TypeId) {
        ((self.function)(), (self.types)())
    }

    /// Whether the two are named alike: they are the same then. If they are not, they may be so all the same.
    #[inline]
    pub(crate) fn looks_like(self, other: Self) -> bool {
        ptr::fn_addr_eq(self.function, other.function) && ptr::fn_addr_eq(self.types, other.types)
    }
}

impl PartialEq for InstanceId {
    fn eq(&self, other: &Self) -> bool {
        self.looks_like(*other) || self.names() == other.names()
    }
}

impl Eq for InstanceId {}

impl Hash for InstanceId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.names().hash(state);
    }
}

/// What a site has come to in a process.
pub(crate) struct State {
    pub(crate) counters: Arc<Counters>,
    pub(crate) realm: &'static Realm,
    instances: Instances,
}

impl State {
    pub(crate) fn new(realm: &'static Realm) -> Self {
        Self {
            counters: Arc::new(Counters::new()),
            realm,
            instances: Instances::default(),
        }
    }

    /// Finds an instance, or makes it.
    pub(crate) fn instance(
        &self,
        id: InstanceId,
        make: &dyn Fn() -> &'static dyn AnyInstance,
    ) -> &'static dyn AnyInstance {
        self.instances.find_or_make(id, make)
    }

    /// The instance that was made first.
    fn first(&self) -> Option<&First> {
        self.instances.first()
    }

    pub(crate) fn instances(&self) -> Vec<&'static dyn AnyInstance> {
        self.instances.all()
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

#[cfg(all(test, not(cache_model)))]
mod tests {
    use super::*;

    /// A function may have several copies, as where a program is put together of several units.
    fn a_copy<const N: u8>() -> TypeId {
        typeid::of::<(u8, u16)>()
    }

    #[test]
    fn types_are_the_same_whichever_copy_of_a_function_names_them() {
        let id = |types| InstanceId {
            function: name_of::<u8>,
            types,
        };
        let copies = [id(a_copy::<0>), id(a_copy::<1>)];
        assert!(copies[0] == copies[1]);
        assert!(copies[0] == id(name_of::<(u8, u16)>) && copies[0] != id(name_of::<u8>));
    }
}
