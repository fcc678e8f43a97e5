//! The way into one instance of a cached function, whatever the function returns.
//!
//! It goes from what a call asks for to what the call has come to, [`Done`], in terms of what the store keeps. Functions
//! with keys and values that are kept alike share it.
#![allow(unsafe_code, reason = "a hit reads by the cell of its thread")]

use std::marker::PhantomData;
use std::sync::Arc;

use super::flight::block_on;
use super::instance::Told;
use super::running;
use super::seat::Task;
use super::step::{Ask, Call, Done, Given, Step};
use super::{Instance, InstanceId, Site, State};
use crate::config::installed;
use crate::key::cell::KeyCell;
use crate::key::{self, KeyRef};
use crate::options::Terms;
use crate::outcome::Outcome;
use crate::stats::Event;
use crate::store::{Hit, Miss};
use crate::sweeper;
use crate::threads::{self, ThreadCell};
use crate::value::cell::ValueCell;

/// See the [module](self).
pub(super) struct Passage<O: KeyCell, C: ValueCell> {
    pub(super) site: &'static Site,
    /// That of an instance which keeps keys and values so.
    id: InstanceId,
    kept: PhantomData<fn() -> (O, C)>,
}

impl<O: KeyCell, C: ValueCell> Clone for Passage<O, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O: KeyCell, C: ValueCell> Copy for Passage<O, C> {}

/// Says what an instance is to be made of.
pub(super) type Make<'a, O, C> = &'a dyn Fn(&Terms) -> Told<O, C>;

/// How a call begins that is no quick hit.
pub(super) enum Begun<O: KeyCell, C: ValueCell> {
    Call(Call<O, C>),
    /// It is a hit all the same.
    Hit(Given<C::Taken>),
    Bypass,
    /// The entries live in a shared store.
    #[cfg(feature = "shared")]
    Away(&'static Instance<O, C>),
}

#[cfg_attr(
    not(debug_assertions),
    expect(
        clippy::inline_always,
        reason = "a hit costs less than the calls that it would be made of"
    )
)]
impl<O: KeyCell, C: ValueCell> Passage<O, C> {
    /// The way into an instance.
    ///
    /// # Safety
    ///
    /// Whatever has this id keeps keys and values so.
    #[inline]
    pub(super) unsafe fn new(site: &'static Site, id: InstanceId) -> Self {
        Self {
            site,
            id,
            kept: PhantomData,
        }
    }

    /// The answer to a call that finds a value which is good at any rate, outside of any computation and without a lock.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn hit<Q: KeyRef<Owned = O::Key>>(
        self,
        ask: Ask,
        key: &Q,
    ) -> Option<Given<C::Taken>> {
        let (instance, cell) = self.quickly(ask, InstanceId::looks_like)?;
        let hash = key::hash_by(&cell.hasher, key);
        // SAFETY: it is the cell of this thread.
        let hit = unsafe { instance.store.hit(hash, key, cell) }?;
        // Counters are not made here: a call that comes back would have registers saved for it.
        instance.counters.tally(cell)?.count(Event::Hit);
        Some(taken(instance, hit))
    }

    /// As [`hit`](Self::hit), where a lock is in the way, the tick stands still, the function has several names, or the
    /// thread has no counters for it yet.
    #[inline(never)]
    fn second_hit<Q: KeyRef<Owned = O::Key>>(
        self,
        ask: Ask,
        key: &Q,
    ) -> Result<Given<C::Taken>, Miss> {
        let quickly = self.quickly(ask, |id, other| id == other);
        let (instance, cell) = quickly.ok_or(Miss::Unclear)?;
        let hash = key::hash_by(&cell.hasher, key);
        // SAFETY: it is the cell of this thread.
        let hit = unsafe { instance.store.second_hit(hash, key, cell) }?;
        instance.counters.count(Event::Hit);
        Ok(taken(instance, hit))
    }

    /// A call for a key that is not here, as far as that can be told at a glance.
    #[inline]
    fn absent<Q: KeyRef<Owned = O::Key>>(self, ask: Ask, key: &Q) -> Option<Call<O, C>> {
        let (instance, cell) = self.quickly(ask, InstanceId::looks_like)?;
        let hash = key::hash_by(&cell.hasher, key);
        // SAFETY: it is the cell of this thread.
        let is_absent = unsafe { instance.store.is_absent(hash, key, cell) };
        let begins = is_absent && !instance.is_away();
        begins.then(|| Call::new(instance, ask, hash).after(Miss::Absent))
    }

    /// What a hit needs that is looked for without further ado: the instance, and the cell of this thread.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn quickly(
        self,
        ask: Ask,
        is_it: impl FnOnce(InstanceId, InstanceId) -> bool,
    ) -> Option<(&'static Instance<O, C>, &'static ThreadCell)> {
        if !ask.is_plain() {
            return None;
        }
        let cell = threads::quick_cell()?;
        // SAFETY: what has the id is of this type.
        let instance = unsafe { self.site.known(|known| is_it(known, self.id)) }?;
        #[cfg(feature = "redis")]
        if !Instance::<O, C>::is_simple(instance) {
            return None;
        }
        Some((instance, cell))
    }

    /// Begins a call that is no [`hit`](Self::hit).
    #[inline]
    pub(super) fn begin<Q: KeyRef<Owned = O::Key>>(
        self,
        ask: Ask,
        key: &Q,
        make: Make<'_, O, C>,
    ) -> Begun<O, C> {
        if let Some(call) = self.absent(ask, key) {
            return Begun::Call(call);
        }
        let miss = match self.second_hit(ask, key) {
            Ok(hit) => return Begun::Hit(hit),
            Err(miss) => miss,
        };
        #[cfg(feature = "shared")]
        if let Some(instance) = self.away(make) {
            return Begun::Away(instance);
        }
        match self.call(ask, key, make) {
            Some(call) => Begun::Call(call.after(miss)),
            None => Begun::Bypass,
        }
    }

    /// Takes a call from step to step, and waits on this thread between them.
    // Where it is optimised, what it comes to is not moved more often than it has to be.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn drive<Q: KeyRef<Owned = O::Key>>(
        self,
        ask: Ask,
        key: &Q,
        make: Make<'_, O, C>,
    ) -> Done<O, C> {
        let mut call = match self.begin(ask, key, make) {
            Begun::Call(call) => call,
            Begun::Hit(hit) => return Done::Hit(hit),
            Begun::Bypass => return self.bypass(),
            #[cfg(feature = "shared")]
            Begun::Away(instance) => return block_on(self.drive_shared(instance, ask, key)),
        };
        loop {
            match call.step(key) {
                Step::Done(done) => return done,
                Step::Wait(follow) => call.landed(block_on(follow)),
            }
        }
    }

    /// A call of the cached function; none if the cache is to be bypassed.
    pub(super) fn call<Q: KeyRef<Owned = O::Key>>(
        self,
        ask: Ask,
        key: &Q,
        make: Make<'_, O, C>,
    ) -> Option<Call<O, C>> {
        if is_disabled() {
            return None;
        }
        call_of(self.instance(make), ask, key)
    }

    pub(super) fn bypass(self) -> Done<O, C> {
        Done::Miss(Task::Bypass(Arc::clone(&self.state().counters)))
    }

    pub(super) fn state(self) -> &'static State {
        self.site.state()
    }

    /// The instance, which is made unless it is there.
    pub(super) fn instance(self, make: Make<'_, O, C>) -> &'static Instance<O, C> {
        let state = self.state();
        let found = state.instance(self.id, &|| {
            let terms = installed::terms(self.site);
            let told = make(&terms).overridden(&terms);
            let new = Instance::new(self.site, told, state.realm, Arc::clone(&state.counters));
            // Lives as long as the function it belongs to: for the rest of the process.
            let instance: &'static Instance<O, C> = Box::leak(Box::new(new));
            sweeper::look_after(instance);
            #[cfg(feature = "redis")]
            keep_copies(self.site, instance);
            instance
        });
        self.site.note_first();
        let found: &'static dyn std::any::Any = found;
        found
            .downcast_ref()
            .expect("an instance is found by its type")
    }
}

impl<O: KeyCell, C: ValueCell> Call<O, C> {
    /// Takes the call from step to step, and waits as a task between them.
    // The call stays where it is: a copy would take its place in the future of the caller.
    pub(super) async fn drive_async<Q: KeyRef<Owned = O::Key>>(&mut self, key: &Q) -> Done<O, C> {
        loop {
            match self.step(key) {
                Step::Done(done) => return done,
                Step::Wait(follow) => {
                    let landing = follow.await;
                    self.landed(landing);
                }
            }
        }
    }
}

#[cfg_attr(
    not(debug_assertions),
    expect(
        clippy::inline_always,
        reason = "a hit costs less than the calls that it would be made of"
    )
)]
#[cfg_attr(not(debug_assertions), inline(always))]
fn taken<O: KeyCell, C: ValueCell>(
    instance: &'static Instance<O, C>,
    hit: Hit<C::Taken>,
) -> Given<C::Taken> {
    let stored_at = Some((hit.stored_at, &instance.realm.clock));
    Given::new(hit.value, Outcome::Hit, stored_at)
}

/// A call of an instance; none if the cache is to be bypassed.
pub(super) fn call_of<O: KeyCell, C: ValueCell, Q: KeyRef<Owned = O::Key>>(
    instance: &'static Instance<O, C>,
    ask: Ask,
    key: &Q,
) -> Option<Call<O, C>> {
    let hash = key::hash(key);
    if ask.bypass || !instance.options.enabled {
        running::depend(instance, hash, None);
        return None;
    }
    Some(Call::new(instance, ask, hash))
}

/// Lets copies be kept in this process, if there are to be any.
#[cfg(feature = "redis")]
fn keep_copies<O: KeyCell, C: ValueCell>(site: &'static Site, instance: &'static Instance<O, C>) {
    if let super::shared::Home::Away(remote) = &instance.home
        && let Some(tier) = remote.hub.tier()
    {
        tier.look_after(crate::registry::name(site), instance);
    }
}

/// Whether a test keeps this thread away from the caches.
#[inline]
pub(super) fn is_disabled() -> bool {
    #[cfg(feature = "testing")]
    return crate::testing::is_disabled();
    #[cfg(not(feature = "testing"))]
    false
}
