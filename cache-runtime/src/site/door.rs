//! What generated code calls: the way into one cached function.
//!
//! Every operation exists once; where a caller may have to wait there are two drivers, which differ in how
//! they wait and in nothing else.

use std::any::TypeId;
use std::marker::PhantomData;
use std::sync::Arc;

use super::flight::block_on;
use super::seat::Seat;
use super::step::{Ask, Call, Found, InstanceOf, Step};
use super::{Instance, InstanceId, Site, State};
use crate::invalidate::Invalidation;
use crate::key::{self, KeyRef};
use crate::options::{Setup, lifetime};
use crate::stats::Stats;
use crate::sweeper;
use crate::value::{Kind, Shown};

/// The way into a cached function with result `R` of kind `K`.
pub struct Door<R, K: Kind<R>> {
    site: &'static Site,
    /// Differs between instantiations of a generic function.
    function: TypeId,
    setup: fn(Setup<K::Value>) -> Setup<K::Value>,
    result: PhantomData<fn() -> (R, K)>,
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "a key is a tuple of references, made for the call"
)]
impl<R, K: Kind<R>> Door<R, K> {
    /// Opens a function. `marker` is a closure inside the function: the type of a closure differs between
    /// instantiations of the function it stands in, whether it uses the parameters or not.
    pub fn new<M>(
        site: &'static Site,
        _kind: K,
        setup: fn(Setup<K::Value>) -> Setup<K::Value>,
        _marker: &M,
    ) -> Self {
        Self {
            site,
            function: typeid::of::<M>(),
            setup,
            result: PhantomData,
        }
    }

    /// Answers a call, waiting on this thread if another caller computes the same.
    pub fn enter<Q: KeyRef>(&self, ask: Ask, key: Q) -> Found<R, K, Q::Owned> {
        let Some(mut call) = self.call(ask, &key) else {
            return self.bypass();
        };
        loop {
            let follow = match call.step(&key) {
                Step::Done(found) => return found,
                Step::Wait(follow) => follow,
            };
            call.landed(block_on(follow));
        }
    }

    /// Answers a call, waiting as a task if another caller computes the same.
    pub async fn enter_async<Q: KeyRef>(&self, ask: Ask, key: Q) -> Found<R, K, Q::Owned> {
        let Some(mut call) = self.call(ask, &key) else {
            return self.bypass();
        };
        loop {
            let follow = match call.step(&key) {
                Step::Done(found) => return found,
                Step::Wait(follow) => follow,
            };
            call.landed(follow.await);
        }
    }

    /// Begins a computation that replaces what is stored.
    pub fn refresh<Q: KeyRef>(&self, key: Q) -> Seat<R, K, Q::Owned> {
        match self.enter(Ask::new().forced(true), key) {
            Found::Miss(seat) => seat,
            Found::Hit(_) => unreachable!("a forced call computes"),
        }
    }

    /// Begins a computation that replaces what is stored.
    #[expect(
        clippy::unused_async,
        reason = "a shared back end will be asked for a lease here"
    )]
    pub async fn refresh_async<Q: KeyRef>(&self, key: Q) -> Seat<R, K, Q::Owned> {
        self.refresh(key)
    }

    /// Drops the entry of a key.
    pub fn invalidate<Q: KeyRef>(&self, key: Q) -> Invalidation {
        let existed = self.instance::<Q>().store.remove(key::hash(&key), &key);
        Invalidation::confirmed(existed)
    }

    /// Drops the entry of a key.
    #[expect(clippy::unused_async, reason = "a shared back end will be told here")]
    pub async fn invalidate_async<Q: KeyRef>(&self, key: Q) -> Invalidation {
        self.invalidate(key)
    }

    /// Drops every entry of the function, of all its instantiations.
    #[must_use]
    pub fn invalidate_all(&self) -> Invalidation {
        Invalidation::confirmed(self.state().clear() > 0)
    }

    /// Drops every entry of the function, of all its instantiations.
    #[expect(clippy::unused_async, reason = "a shared back end will be told here")]
    pub async fn invalidate_all_async(&self) -> Invalidation {
        self.invalidate_all()
    }

    /// Shows the live value of a key, without counting a hit.
    pub fn peek<S: Shown<R, K>, Q: KeyRef>(&self, key: Q) -> Option<S::Visible> {
        let instance = self.instance::<Q>();
        let look = instance.store.look(key::hash(&key), &key);
        let entry = look
            .entry()
            .filter(|entry| entry.expires_at > instance.now())?;
        S::show(&entry.value)
    }

    /// Shows the live value of a key, without counting a hit.
    #[expect(clippy::unused_async, reason = "a shared back end will be asked here")]
    pub async fn peek_async<S: Shown<R, K>, Q: KeyRef>(&self, key: Q) -> Option<S::Visible> {
        self.peek::<S, Q>(key)
    }

    /// Stores a value that the caller has; an error is not stored, but what was there is dropped.
    pub fn put<S: Shown<R, K>, Q: KeyRef>(&self, key: Q, value: S::Visible) {
        let instance = self.instance::<Q>();
        let stored = S::take(value).map(Arc::new);
        let ttl = stored
            .as_deref()
            .and_then(|stored| lifetime(&instance.options, &instance.rules, K::value(stored)));
        let hash = key::hash(&key);
        match (stored, ttl) {
            (Some(stored), Some(ttl)) => {
                instance.store.put(hash, &key, &instance.entry(stored, ttl));
            }
            _ => drop(instance.store.remove(hash, &key)),
        }
    }

    /// Stores a value that the caller has.
    #[expect(clippy::unused_async, reason = "a shared back end will be told here")]
    pub async fn put_async<S: Shown<R, K>, Q: KeyRef>(&self, key: Q, value: S::Visible) {
        self.put::<S, Q>(key, value);
    }

    /// Reads the counters of the function.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.state().counters.read()
    }

    /// A call of the cached function; none if the cache is to be bypassed.
    fn call<Q: KeyRef>(&self, ask: Ask, key: &Q) -> Option<Call<R, K, Q::Owned>> {
        #[cfg(feature = "testing")]
        if crate::testing::is_disabled() {
            return None;
        }
        (!ask.bypass).then(|| Call::new(self.instance::<Q>(), ask, key::hash(key)))
    }

    fn bypass<O: Send + Sync + 'static>(&self) -> Found<R, K, O> {
        Found::Miss(Seat::bypass(Arc::clone(&self.state().counters)))
    }

    fn state(&self) -> &'static State {
        self.site.state()
    }

    fn instance<Q: KeyRef>(&self) -> &'static InstanceOf<K, Q::Owned> {
        let state = self.state();
        let instance = TypeId::of::<InstanceOf<K, Q::Owned>>();
        let found = state.instance(
            InstanceId {
                function: self.function,
                arguments: typeid::of::<Q>(),
                instance,
            },
            || {
                let setup = (self.setup)(Setup::new());
                let made = Instance::new(setup, state.clock, Arc::clone(&state.counters));
                // Lives as long as the function it belongs to: for the rest of the process.
                let made: &'static InstanceOf<K, Q::Owned> = Box::leak(Box::new(made));
                sweeper::look_after(made);
                made
            },
        );
        let found: &'static dyn std::any::Any = found;
        found
            .downcast_ref()
            .expect("an instance is found by its type")
    }
}

impl<R, K: Kind<R>> std::fmt::Debug for Door<R, K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Door").field(self.site).finish()
    }
}
