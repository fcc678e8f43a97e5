//! Private caches for one thread: a world has its own clock, and its own state of every site.

use std::cell::Cell;
use std::fmt;

use dashmap::DashMap;

use crate::realm::Realm;
use crate::site::{Site, State};
use crate::sync::StaticMutex;
use crate::threads::Detour;
use once_cell::sync::Lazy;

/// Caches and a clock apart from those of the process.
pub(crate) struct World {
    realm: Realm,
    /// The state of each site, by the site's address.
    states: DashMap<usize, &'static State>,
    /// The store of direct use.
    #[cfg(feature = "shared")]
    hub: StaticMutex<Option<std::sync::Arc<crate::shared::hub::Hub>>>,
}

/// Worlds that nobody is in. A world is used again rather than freed, since computations that outlive its
/// guard may still refer to it.
static RETIRED: Lazy<StaticMutex<Vec<&'static World>>> = Lazy::new(|| StaticMutex::new(Vec::new()));

thread_local! {
    static HERE: Cell<Option<&'static World>> = const { Cell::new(None) };
}

/// The world that this thread is in.
#[inline]
pub(crate) fn here() -> Option<&'static World> {
    HERE.try_with(Cell::get).ok().flatten()
}

/// Puts this thread into a world, and answers which it was in.
pub(crate) fn enter(world: Option<&'static World>) -> Option<&'static World> {
    Detour::Isolated.set(world.is_some());
    HERE.try_with(|here| here.replace(world)).ok().flatten()
}

/// Puts this thread into a world until the answer is dropped.
pub(crate) fn visit(world: Option<&'static World>) -> Visit {
    Visit(enter(world))
}

/// A visit to a world; dropped, it leads back.
pub(crate) struct Visit(Option<&'static World>);

impl Drop for Visit {
    fn drop(&mut self) {
        enter(self.0);
    }
}

impl World {
    /// A world without entries whose clock shows real time.
    pub(crate) fn fresh() -> &'static Self {
        let retired = RETIRED.lock().pop();
        retired.unwrap_or_else(|| {
            Box::leak(Box::new(Self {
                realm: Realm::new(),
                states: DashMap::new(),
                #[cfg(feature = "shared")]
                hub: StaticMutex::new(None),
            }))
        })
    }

    /// Empties the world and leaves it to the next who needs one.
    pub(crate) fn retire(&'static self) {
        for state in &self.states {
            state.clear();
            state.counters.reset();
        }
        self.realm.clock.reset();
        #[cfg(feature = "shared")]
        drop(self.hub.lock().take());
        RETIRED.lock().push(self);
    }

    /// The store of direct use.
    #[cfg(feature = "shared")]
    pub(crate) fn hub(&'static self) -> std::sync::Arc<crate::shared::hub::Hub> {
        let mut hub = self.hub.lock();
        let new = || std::sync::Arc::new(crate::shared::hub::Hub::in_process(&self.realm.clock));
        std::sync::Arc::clone(hub.get_or_insert_with(new))
    }

    pub(crate) fn realm(&'static self) -> &'static Realm {
        &self.realm
    }

    pub(crate) fn state_of(&'static self, site: &'static Site) -> &'static State {
        if let Some(state) = self.states.get(&site.address()) {
            return *state;
        }
        *self
            .states
            .entry(site.address())
            .or_insert_with(|| Box::leak(Box::new(State::new(&self.realm))))
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("realm", &self.realm)
            .finish_non_exhaustive()
    }
}
