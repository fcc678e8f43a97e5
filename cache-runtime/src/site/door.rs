//! What generated code calls: the way into one cached function.
//!
//! Every operation exists once; where a caller may have to wait there are two drivers, which differ in how
//! they wait and in nothing else.
#![allow(unsafe_code, reason = "a hit reads by the cell of its thread")]

use std::any::TypeId;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

use super::background::Tasks;
use super::flight::block_on;
use super::running;
use super::seat::Seat;
use super::step::{Ask, Call, Due, Found, Given, InstanceOf, Step, TakenOf, restored};
use super::tagging::Tagging;
use super::{Instance, InstanceId, Site, State, name_of};
use crate::config::installed;
use crate::entry::Times;
use crate::invalidate::Invalidation;
use crate::key::cell::KeyCell;
use crate::key::{self, CellOf, KeyRef};
use crate::lineage::{self, Label, Lineage};
#[cfg(feature = "axum")]
use crate::options::Options;
use crate::options::Setup;
use crate::outcome::Outcome;
use crate::stats::{Event, Stats};
use crate::store::{Hit, Miss};
use crate::sweeper;
use crate::threads::{self, ThreadCell};
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
        self.drive(ask, &key, |due| Found::Hit(due.part().0))
    }

    /// The answer to a call that finds a value which is good at any rate, outside of any computation and without a lock.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn hit<Q: KeyRef>(&self, ask: Ask, key: &Q) -> Option<Given<R>> {
        let (instance, cell) = self.quickly::<Q>(ask, InstanceId::looks_like)?;
        let hash = key::hash_by(&cell.hasher, key);
        // SAFETY: it is the cell of this thread.
        let hit = unsafe { instance.store.hit(hash, key, cell) }?;
        // Counters are not made here: a call that comes back would have registers saved for it.
        instance.counters.tally(cell)?.count(Event::Hit);
        Some(Self::taken(instance, hit))
    }

    /// As [`hit`](Self::hit), where a lock is in the way, the tick stands still, the function has several names, or the
    /// thread has no counters for it yet.
    #[inline(never)]
    fn second_hit<Q: KeyRef>(&self, ask: Ask, key: &Q) -> Result<Given<R>, Miss> {
        let quickly = self.quickly::<Q>(ask, |id, other| id == other);
        let (instance, cell) = quickly.ok_or(Miss::Unclear)?;
        let hash = key::hash_by(&cell.hasher, key);
        // SAFETY: it is the cell of this thread.
        let hit = unsafe { instance.store.second_hit(hash, key, cell) }?;
        instance.counters.count(Event::Hit);
        Ok(Self::taken(instance, hit))
    }

    /// A call for a key that is not here, as far as that can be told at a glance.
    #[inline]
    fn absent<Q: KeyRef>(&self, ask: Ask, key: &Q) -> Option<Call<R, K, CellOf<Q>>> {
        let (instance, cell) = self.quickly::<Q>(ask, InstanceId::looks_like)?;
        let hash = key::hash_by(&cell.hasher, key);
        // SAFETY: it is the cell of this thread.
        let is_absent = unsafe { instance.store.is_absent(hash, key, cell) };
        let begins = is_absent && !instance.is_away();
        begins.then(|| Call::new(instance, ask, hash).after(Miss::Absent))
    }

    /// What a hit needs that is looked for without further ado: the instance, and the cell of this thread.
    #[inline(always)]
    fn quickly<Q: KeyRef>(
        &self,
        ask: Ask,
        is_it: impl FnOnce(InstanceId, InstanceId) -> bool,
    ) -> Option<(&'static InstanceOf<K, CellOf<Q>>, &'static ThreadCell)> {
        if !ask.is_plain() {
            return None;
        }
        let cell = threads::quick_cell()?;
        let id = self.id::<Q>();
        // SAFETY: the id was made of the type of the instance.
        let instance = unsafe { self.site.known(|known| is_it(known, id)) }?;
        #[cfg(feature = "redis")]
        if !InstanceOf::<K, CellOf<Q>>::is_simple(instance) {
            return None;
        }
        Some((instance, cell))
    }

    #[inline(always)]
    fn taken<O: KeyCell>(instance: &'static InstanceOf<K, O>, hit: Hit<TakenOf<K>>) -> Given<R> {
        let value = restored::<R, K>(hit.value);
        let stored_at = Some((hit.stored_at, &instance.realm.clock));
        Given::new(value, Outcome::Hit, stored_at)
    }

    /// Begins a call that is no [`hit`](Self::hit).
    #[inline]
    fn begin<Q: KeyRef>(&self, ask: Ask, key: &Q) -> Begun<R, K, CellOf<Q>> {
        if let Some(call) = self.absent(ask, key) {
            return Begun::Call(call);
        }
        let miss = match self.second_hit(ask, key) {
            Ok(hit) => return Begun::Hit(hit),
            Err(miss) => miss,
        };
        #[cfg(feature = "shared")]
        if self.looks_away(key) {
            return Begun::Away;
        }
        match self.call(ask, key) {
            Some(call) => Begun::Call(call.after(miss)),
            None => Begun::Bypass,
        }
    }

    /// Takes a call from step to step, and waits on this thread between them.
    fn drive<Q: KeyRef>(
        &self,
        ask: Ask,
        key: &Q,
        due: impl FnOnce(Due<R, K, CellOf<Q>>) -> Found<R, K, CellOf<Q>>,
    ) -> Found<R, K, CellOf<Q>> {
        let mut call = match self.begin(ask, key) {
            Begun::Call(call) => call,
            Begun::Hit(hit) => return Found::Hit(hit),
            Begun::Bypass => return self.bypass(),
            #[cfg(feature = "shared")]
            Begun::Away => return block_on(self.drive_shared(ask, key, due)),
        };
        loop {
            let follow = match call.step(key) {
                Step::Done(found) => return found,
                Step::Due(value) => return due(value),
                Step::Wait(follow) => follow,
            };
            call.landed(block_on(follow));
        }
    }

    /// Takes a call from step to step, and waits as a task between them.
    async fn drive_async<Q: KeyRef>(
        &self,
        ask: Ask,
        key: &Q,
        due: impl FnOnce(Due<R, K, CellOf<Q>>) -> Found<R, K, CellOf<Q>>,
    ) -> Found<R, K, CellOf<Q>> {
        let mut call = match self.begin(ask, key) {
            Begun::Call(call) => call,
            Begun::Hit(hit) => return Found::Hit(hit),
            Begun::Bypass => return self.bypass(),
            #[cfg(feature = "shared")]
            Begun::Away => return Box::pin(self.drive_shared(ask, key, due)).await,
        };
        loop {
            let follow = match call.step(key) {
                Step::Done(found) => return found,
                Step::Due(value) => return due(value),
                Step::Wait(follow) => follow,
            };
            call.landed(follow.await);
        }
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
        self.drive(ask, &key, |due| {
            let (found, mut seat) = due.part();
            seat.tag(tags);
            seat.fill_later(later());
            Found::Hit(found)
        })
    }

    /// Answers a call that is no [`hit`](Self::hit), waiting as a task if another caller computes the same.
    pub async fn enter_async<Q: KeyRef>(&self, ask: Ask, key: Q) -> Found<R, K, CellOf<Q>> {
        self.drive_async(ask, &key, |due| Found::Hit(due.part().0))
            .await
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
        self.drive_async(ask, &key, |due| {
            let Some(tasks) = Tasks::here() else {
                return Found::Miss(due.inline());
            };
            let (found, mut seat) = due.part();
            seat.tag(tags);
            seat.fill_as_task(tasks, later());
            Found::Hit(found)
        })
        .await
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
        let value = taken.as_ref().map(K::Stowing::view).and_then(K::value);
        let times = value.and_then(|value| instance.times(Some(value)));
        let mut labels = Vec::new();
        if let Some(value) = value.filter(|_| times.is_some()) {
            let mut tagging = Tagging::new(instance.realm);
            tags(&mut tagging);
            labels = tagging.into_labels();
            labels.extend(instance.labels_of(Some(value)));
        }
        let weight = instance.weigh(value, instance.weighed_key(key).as_ref());
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
    pub(super) fn call<Q: KeyRef>(&self, ask: Ask, key: &Q) -> Option<Call<R, K, CellOf<Q>>> {
        if is_disabled() {
            return None;
        }
        let (instance, hash) = (self.instance(key), key::hash(key));
        if ask.bypass || !instance.options.enabled {
            running::depend(instance, hash, None);
            return None;
        }
        Some(Call::new(instance, ask, hash))
    }

    pub(super) fn bypass<O: KeyCell>(&self) -> Found<R, K, O> {
        Found::Miss(Seat::bypass(Arc::clone(&self.state().counters)))
    }

    pub(super) fn state(&self) -> &'static State {
        self.site.state()
    }

    #[inline(always)]
    fn id<Q: KeyRef>(&self) -> InstanceId {
        InstanceId {
            function: self.function,
            types: name_of::<(Q, InstanceOf<K, CellOf<Q>>)>,
        }
    }

    pub(super) fn instance<Q: KeyRef>(&self, key: &Q) -> &'static InstanceOf<K, CellOf<Q>> {
        let state = self.state();
        let found = state.instance(self.id::<Q>(), &|| {
            let terms = installed::terms(self.site);
            let setup = (self.setup)(Setup::new(&terms)).overridden(&terms);
            let counters = Arc::clone(&state.counters);
            let made = Instance::new(
                self.site,
                setup,
                key.weigher(),
                state.realm,
                counters,
                #[cfg(feature = "shared")]
                self.home::<Q>(),
            );
            // Lives as long as the function it belongs to: for the rest of the process.
            let made: &'static InstanceOf<K, CellOf<Q>> = Box::leak(Box::new(made));
            sweeper::look_after(made);
            #[cfg(feature = "redis")]
            self.keep_copies(made);
            made
        });
        self.site.note_first();
        let found: &'static dyn std::any::Any = found;
        found
            .downcast_ref()
            .expect("an instance is found by its type")
    }
}

/// Goes on where there was no hit: by itself, so that a hit makes no room on the stack, and saves no registers, for what
/// it does not do.
#[cold]
#[inline(never)]
pub fn slowly<R>(go_on: impl FnOnce() -> R) -> R {
    go_on()
}

/// How a call begins that is no quick hit.
enum Begun<R, K: Kind<R>, O: KeyCell> {
    Call(Call<R, K, O>),
    /// It is a hit all the same.
    Hit(Given<R>),
    Bypass,
    /// The entries live in a shared store.
    #[cfg(feature = "shared")]
    Away,
}

/// A value that a caller has, and how it is to be stored.
pub(super) struct Put<T> {
    /// The value and its times, if it is to be stored at all.
    pub(super) stored: Option<(T, Times)>,
    pub(super) labels: Vec<Label>,
    weight: u32,
    epoch: u64,
}

/// Whether a test keeps this thread away from the caches.
#[inline]
pub(super) fn is_disabled() -> bool {
    #[cfg(feature = "testing")]
    return crate::testing::is_disabled();
    #[cfg(not(feature = "testing"))]
    false
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
