//! What generated code calls: the way into one cached function.
//!
//! Every operation exists once; where a caller may have to wait there are two drivers, which differ in how
//! they wait and in nothing else. What does not depend on the result is done on the [`Passage`].
#![allow(unsafe_code, reason = "an instance is known by its id")]

use std::any::TypeId;
use std::future::Future;
use std::marker::PhantomData;

use super::background::Tasks;
#[cfg(feature = "shared")]
use super::flight::block_on;
use super::instance::Told;
use super::passage::{Begun, Passage, is_disabled};
use super::running;
use super::seat::Seat;
use super::step::{Ask, Call, CellIn, Done, Found, Given, InstanceOf, TakenOf};
use super::tagging::Tagging;
use super::{InstanceId, Site, State, name_of};
use crate::entry::Times;
use crate::invalidate::Invalidation;
use crate::key::{self, CellOf, KeyRef};
use crate::lineage::{self, Label, Lineage};
#[cfg(feature = "axum")]
use crate::options::Options;
use crate::options::{Setup, Terms};
use crate::stats::Stats;
use crate::value::cell::{Named, Stowing};
use crate::value::coding::Coding;
use crate::value::{Kind, Shown};

/// The way into a cached function with result `R` of kind `K`.
pub struct Door<R, K: Kind<R>> {
    pub(crate) site: &'static Site,
    /// Names a type that differs between instantiations of a generic function.
    function: fn() -> TypeId,
    /// Its name.
    #[cfg_attr(
        not(feature = "shared"),
        expect(dead_code, reason = "names entries in a shared store")
    )]
    pub(super) path: fn() -> &'static str,
    #[cfg_attr(
        not(feature = "shared"),
        expect(dead_code, reason = "takes values to a shared store")
    )]
    pub(super) coding: Option<Coding<K::Stored>>,
    setup: fn(Setup<K::Value>) -> Setup<K::Value>,
    result: PhantomData<fn() -> (R, K)>,
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "a key is a tuple of references, made for the call"
)]
#[expect(
    clippy::inline_always,
    reason = "a hit costs less than the calls that it would be made of"
)]
impl<R, K: Kind<R>> Door<R, K> {
    /// Opens a function. `marker` is a closure inside the function: the type of a closure differs between
    /// instantiations of the function it stands in, whether it uses the parameters or not.
    pub fn new<M>(
        site: &'static Site,
        coding: Option<Coding<K::Stored>>,
        _kind: Named<K>,
        setup: fn(Setup<K::Value>) -> Setup<K::Value>,
        _marker: &M,
    ) -> Self {
        Self {
            site,
            function: name_of::<M>,
            path: std::any::type_name::<M>,
            coding,
            setup,
            result: PhantomData,
        }
    }

    /// Answers a call that is no [`hit`](Self::hit), waiting on this thread if another caller computes the same.
    // By itself: what it takes on the stack is given back before the function runs, which may call itself.
    #[inline(never)]
    pub fn enter<Q: KeyRef>(&self, ask: Ask, key: Q) -> Found<R, K, CellOf<Q>> {
        Found::of(self.drive(ask, &key))
    }

    /// The answer to a call that finds a value which is good at any rate, outside of any computation and without a lock.
    #[cfg_attr(not(debug_assertions), inline(always))]
    #[expect(
        clippy::manual_map,
        reason = "translated for every type: a closure would be so too"
    )]
    pub fn hit<Q: KeyRef>(&self, ask: Ask, key: &Q) -> Option<Given<R>> {
        match self.passage::<Q>().hit(ask, key) {
            Some(hit) => Some(hit.restored::<R, K>()),
            None => None,
        }
    }

    /// Takes a call from step to step, and waits on this thread between them.
    fn drive<Q: KeyRef>(&self, ask: Ask, key: &Q) -> Done<CellOf<Q>, CellIn<K>> {
        self.passage::<Q>()
            .drive(ask, key, &|terms| self.told(key, terms))
    }

    /// Takes a call from step to step, and waits as a task between them.
    async fn drive_async<Q: KeyRef>(&self, ask: Ask, key: &Q) -> Done<CellOf<Q>, CellIn<K>> {
        let passage = self.passage::<Q>();
        let mut call = match passage.begin(ask, key, &|terms| self.told(key, terms)) {
            Begun::Call(call) => call,
            Begun::Hit(hit) => return Done::Hit(hit),
            Begun::Bypass => return passage.bypass(),
            #[cfg(feature = "shared")]
            Begun::Away(instance) => {
                return Box::pin(passage.drive_shared(instance, ask, key)).await;
            }
        };
        call.drive_async(key).await
    }

    /// As [`enter`](Self::enter); a value that is due is refreshed in the background. `later` makes what the
    /// refresh runs, of arguments that outlive the call, and says which labels its value has.
    pub fn enter_or_refresh<Q: KeyRef, F: FnOnce() -> R + Send + 'static>(
        &self,
        ask: Ask,
        key: Q,
        tags: impl FnOnce(&mut Tagging),
        later: impl FnOnce() -> F,
    ) -> Found<R, K, CellOf<Q>>
    where
        R: 'static,
        K: 'static,
    {
        match self.drive(ask, &key) {
            Done::Due(due) => {
                let (found, task) = due.part();
                let mut seat = Seat::<R, K, _>::of(task);
                seat.tag(tags);
                seat.fill_later(later());
                Found::Hit(found.restored::<R, K>())
            }
            done => Found::of(done),
        }
    }

    /// Answers a call that is no [`hit`](Self::hit), waiting as a task if another caller computes the same.
    pub async fn enter_async<Q: KeyRef>(&self, ask: Ask, key: Q) -> Found<R, K, CellOf<Q>> {
        Found::of(self.drive_async(ask, &key).await)
    }

    /// As [`enter_async`](Self::enter_async); a value that is due is refreshed as a task of the runtime, or by
    /// this call where the runtime is not known.
    pub async fn enter_or_refresh_async<Q: KeyRef, F: Future<Output = R> + Send + 'static>(
        &self,
        ask: Ask,
        key: Q,
        tags: impl FnOnce(&mut Tagging),
        later: impl FnOnce() -> F,
    ) -> Found<R, K, CellOf<Q>>
    where
        R: 'static,
        K: 'static,
    {
        let due = match self.drive_async(ask, &key).await {
            Done::Due(due) => due,
            done => return Found::of(done),
        };
        let Some(tasks) = Tasks::here() else {
            return Found::Miss(Seat::of(due.inline()));
        };
        let (found, task) = due.part();
        let mut seat = Seat::<R, K, _>::of(task);
        seat.tag(tags);
        seat.fill_as_task(tasks, later());
        Found::Hit(found.restored::<R, K>())
    }

    /// Begins a computation that replaces what is stored.
    pub fn refresh<Q: KeyRef>(&self, key: Q) -> Seat<R, K, CellOf<Q>> {
        match self.enter(Ask::new().forced(true), key) {
            Found::Miss(seat) => seat,
            Found::Hit(_) => unreachable!("a forced call computes"),
        }
    }

    /// Begins a computation that replaces what is stored.
    pub async fn refresh_async<Q: KeyRef>(&self, key: Q) -> Seat<R, K, CellOf<Q>> {
        match self.enter_async(Ask::new().forced(true), key).await {
            Found::Miss(seat) => seat,
            Found::Hit(_) => unreachable!("a forced call computes"),
        }
    }

    /// Drops the entry of a key, and what was computed from it.
    pub fn invalidate<Q: KeyRef>(&self, key: Q) -> Invalidation {
        #[cfg(feature = "shared")]
        if let Some(hub) = self.hub() {
            return block_on(self.invalidate_shared(hub, &key));
        }
        self.invalidate_here(&key)
    }

    /// Drops the entry of a key, and what was computed from it.
    #[cfg_attr(
        not(feature = "shared"),
        expect(clippy::unused_async, reason = "a shared store is told here")
    )]
    pub async fn invalidate_async<Q: KeyRef>(&self, key: Q) -> Invalidation {
        #[cfg(feature = "shared")]
        if let Some(hub) = self.hub() {
            return self.invalidate_shared(hub, &key).await;
        }
        self.invalidate_here(&key)
    }

    pub(super) fn invalidate_here<Q: KeyRef>(&self, key: &Q) -> Invalidation {
        let (instance, hash) = (self.instance(key), key::hash(key));
        let existed = instance.store.remove(hash, key);
        lineage::outdate(instance, hash, None);
        Invalidation::confirmed(existed)
    }

    /// Drops every entry of the function, of all its instantiations.
    #[must_use]
    pub fn invalidate_all(&self) -> Invalidation {
        #[cfg(feature = "shared")]
        if let Some(hub) = self.hub() {
            return block_on(self.site.invalidate_all_shared(hub));
        }
        self.invalidate_all_here()
    }

    /// Drops every entry of the function, of all its instantiations.
    #[cfg_attr(
        not(feature = "shared"),
        expect(clippy::unused_async, reason = "a shared store is told here")
    )]
    pub async fn invalidate_all_async(&self) -> Invalidation {
        #[cfg(feature = "shared")]
        if let Some(hub) = self.hub() {
            return self.site.invalidate_all_shared(hub).await;
        }
        self.invalidate_all_here()
    }

    pub(super) fn invalidate_all_here(&self) -> Invalidation {
        Invalidation::confirmed(self.state().clear() > 0)
    }

    /// Shows the live value of a key, without counting a hit.
    pub fn peek<S: Shown<R, K>, Q: KeyRef>(&self, key: Q) -> Option<S::Visible> {
        #[cfg(feature = "shared")]
        if self.looks_away(&key) {
            return block_on(self.peek_shared::<S, Q>(&key));
        }
        self.peek_here::<S, Q>(&key)
    }

    /// Shows the live value of a key, without counting a hit.
    #[cfg_attr(
        not(feature = "shared"),
        expect(clippy::unused_async, reason = "a shared store is asked here")
    )]
    pub async fn peek_async<S: Shown<R, K>, Q: KeyRef>(&self, key: Q) -> Option<S::Visible> {
        #[cfg(feature = "shared")]
        if self.looks_away(&key) {
            return self.peek_shared::<S, Q>(&key).await;
        }
        self.peek_here::<S, Q>(&key)
    }

    pub(super) fn peek_here<S: Shown<R, K>, Q: KeyRef>(&self, key: &Q) -> Option<S::Visible> {
        if is_disabled() {
            return None;
        }
        let (instance, hash) = (self.instance(key), key::hash(key));
        running::depend(instance, hash, None);
        let look = instance.store.look(hash, key);
        let entry = look.entry().filter(|entry| entry.is_live(instance.now()))?;
        if let Some(lineage) = entry.lineage() {
            running::inherit(lineage);
        }
        S::show(K::Stowing::view(&entry.value))
    }

    /// Stores a value that the caller has, with its labels, and drops what was computed from the old one; an
    /// error is not stored, but what was there is dropped.
    pub fn put<S: Shown<R, K>, Q: KeyRef>(
        &self,
        key: Q,
        value: S::Visible,
        tags: impl FnOnce(&mut Tagging),
    ) {
        if is_disabled() {
            return;
        }
        let given = self.given::<S, Q>(&key, value, tags);
        #[cfg(feature = "shared")]
        if let Some(hub) = self.hub() {
            return block_on(self.put_shared(hub, &key, given));
        }
        self.put_here(&key, &given);
    }

    /// Stores a value that the caller has.
    #[cfg_attr(
        not(feature = "shared"),
        expect(clippy::unused_async, reason = "a shared store is told here")
    )]
    pub async fn put_async<S: Shown<R, K>, Q: KeyRef>(
        &self,
        key: Q,
        value: S::Visible,
        tags: impl FnOnce(&mut Tagging),
    ) {
        if is_disabled() {
            return;
        }
        let given = self.given::<S, Q>(&key, value, tags);
        #[cfg(feature = "shared")]
        if let Some(hub) = self.hub() {
            return self.put_shared(hub, &key, given).await;
        }
        self.put_here(&key, &given);
    }

    /// What is to be stored of a value that the caller has.
    fn given<S: Shown<R, K>, Q: KeyRef>(
        &self,
        key: &Q,
        value: S::Visible,
        tags: impl FnOnce(&mut Tagging),
    ) -> Put<TakenOf<K>> {
        let instance = self.instance(key);
        let epoch = instance.realm.tags.now();
        let taken = S::take(value).map(K::Stowing::taken);
        let value = taken.as_ref().filter(|taken| instance.is_value(taken));
        let times = value.and_then(|value| instance.times(value));
        let mut labels = Vec::new();
        if let Some(value) = value.filter(|_| times.is_some()) {
            let mut tagging = Tagging::new(instance.realm);
            tags(&mut tagging);
            labels = tagging.into_labels();
            labels.extend(instance.labels_of(value));
        }
        let key = instance.weighed_key(key);
        let weight = value.map_or(0, |value| instance.weigh(value, key.as_ref()));
        Put {
            stored: taken.zip(times),
            labels,
            weight,
            epoch,
        }
    }

    pub(super) fn put_here<Q: KeyRef>(&self, key: &Q, put: &Put<TakenOf<K>>) {
        let (instance, hash) = (self.instance(key), key::hash(key));
        match &put.stored {
            Some((taken, times)) => {
                let lineage = Lineage::of_labels(put.epoch, put.labels.clone());
                let now = instance.now();
                let entry = instance.entry(taken.clone(), now, times, put.weight, lineage);
                instance.store.put(hash, key, &entry);
            }
            None => drop(instance.store.remove(hash, key)),
        }
        lineage::outdate(instance, hash, None);
    }

    /// What the attribute says, for an instance of the function.
    #[cfg(feature = "axum")]
    pub(crate) fn options<Q: KeyRef>(&self, key: &Q) -> &'static Options {
        &self.instance(key).options
    }

    /// Reads the counters of the function.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.state().counters.read()
    }

    /// A call of the cached function; none if the cache is to be bypassed.
    pub(super) fn call<Q: KeyRef>(&self, ask: Ask, key: &Q) -> Option<Call<CellOf<Q>, CellIn<K>>> {
        self.passage::<Q>()
            .call(ask, key, &|terms| self.told(key, terms))
    }

    pub(super) fn state(&self) -> &'static State {
        self.site.state()
    }

    /// The way into the instance with keys like this.
    #[inline(always)]
    pub(super) fn passage<Q: KeyRef>(&self) -> Passage<CellOf<Q>, CellIn<K>> {
        let id = InstanceId {
            function: self.function,
            types: name_of::<(Q, K::Stowing, K::Value)>,
        };
        // SAFETY: the types tell how keys and values are kept.
        unsafe { Passage::new(self.site, id) }
    }

    pub(super) fn instance<Q: KeyRef>(&self, key: &Q) -> &'static InstanceOf<K, CellOf<Q>> {
        self.passage::<Q>().instance(&|terms| self.told(key, terms))
    }

    /// What the attribute says of it.
    pub(super) fn told<Q: KeyRef>(&self, key: &Q, terms: &Terms) -> Told<CellOf<Q>, CellIn<K>> {
        Told::new(
            (self.setup)(Setup::new(terms)),
            |taken| K::value(K::Stowing::view(taken)),
            key.weigher(),
            #[cfg(feature = "shared")]
            self.home::<Q>(),
        )
    }
}

/// Goes on where there was no hit: by itself, so that a hit makes no room on the stack, and saves no registers, for what
/// it does not do.
#[cold]
#[inline(never)]
pub fn slowly<R>(go_on: impl FnOnce() -> R) -> R {
    go_on()
}

/// A value that a caller has, and how it is to be stored.
pub(super) struct Put<T> {
    /// The value and its times, if it is to be stored at all.
    pub(super) stored: Option<(T, Times)>,
    pub(super) labels: Vec<Label>,
    weight: u32,
    epoch: u64,
}

impl<R, K: Kind<R>> Clone for Door<R, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, K: Kind<R>> Copy for Door<R, K> {}

impl<R, K: Kind<R>> std::fmt::Debug for Door<R, K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Door").field(self.site).finish()
    }
}
