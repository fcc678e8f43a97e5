//! The guard of a computation: filled, it stores; dropped, by a panic or a cancellation, it hands over.
#![allow(unsafe_code, reason = "a future is pinned where it lies")]

use std::any::Any;
use std::cell::Cell;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;

use super::Instance;
use super::background::{self, Tasks};
use super::flight::{CameTo, Flight, Landing, Stage};
use super::load::{Load, Purpose};
use super::running::{Attempt, Frame, Framed};
#[cfg(feature = "shared")]
use super::shared::Claim;
use super::step::{CellIn, Found, TakenOf, answered};
use super::tagging::Tagging;
use crate::clock::Moment;
use crate::entry::Entry;
use crate::key::cell::KeyCell;
use crate::lineage::{self, Dependant, Lineage};
use crate::outcome::{Detailed, MissReason, Outcome};
use crate::stats::Counters;
use crate::store::{Committed, Ticket};
use crate::value::cell::{Share, Stowing, ValueCell};
use crate::value::{Kind, Verdict};
use crate::watch::load::Ending;

/// The task of computing a value.
#[must_use = "a seat computes when it is filled"]
pub struct Seat<R, K: Kind<R>, O: KeyCell>(Task<O, CellIn<K>>, PhantomData<fn() -> R>);

/// The same, whatever the function returns.
#[cfg_attr(
    feature = "shared",
    expect(
        clippy::large_enum_variant,
        reason = "nearly every seat is the large one"
    )
)]
pub(crate) enum Task<O: KeyCell, C: ValueCell> {
    /// The cache is neither read nor written.
    Bypass(Arc<Counters>),
    Compute(Computation<O, C>),
}

/// A computation in progress. Dropping it ends it without a value.
pub(crate) struct Computation<O: KeyCell, C: ValueCell> {
    instance: &'static Instance<O, C>,
    ticket: Ticket,
    load: Load,
    /// The key that the value is weighed by, if it is.
    weighed: Option<O::Key>,
    /// What it has to do with a shared store.
    #[cfg(feature = "shared")]
    claim: Option<Claim<C::Taken>>,
    /// Whether the store still has a note of it.
    noted: bool,
    /// Where others wait for it, if anybody does; known once the store has no note of it.
    flight: Option<Arc<Flight<C::Taken>>>,
}

impl<O: KeyCell, C: ValueCell> Task<O, C> {
    pub(crate) fn new(
        instance: &'static Instance<O, C>,
        ticket: Ticket,
        purpose: Purpose,
        weighed: Option<O::Key>,
        began: Moment,
    ) -> Self {
        let owner = Dependant {
            source: instance,
            hash: ticket.hash,
        };
        let id = ticket.id;
        Self::Compute(Computation {
            instance,
            load: Load::begin(instance, owner, id, purpose, instance.is_away(), began),
            ticket,
            weighed,
            #[cfg(feature = "shared")]
            claim: None,
            noted: true,
            flight: None,
        })
    }

    /// Computes on behalf of the call that has found it due.
    pub(crate) fn inline(mut self) -> Self {
        if let Self::Compute(computation) = &mut self {
            computation.load.purpose = Purpose::Inline;
        }
        self
    }

    /// Says what the computation has to do with a shared store, and why it is needed.
    #[cfg(feature = "shared")]
    pub(super) fn claimed(mut self, claim: Claim<C::Taken>, why: MissReason) -> Self {
        if let Self::Compute(computation) = &mut self {
            computation.claim = Some(claim);
            match &mut computation.load.purpose {
                Purpose::Call(reason) if *reason != MissReason::Forced => *reason = why,
                _ => {}
            }
        }
        self
    }

    fn label(&mut self, tagging: Tagging) {
        if let Self::Compute(computation) = self {
            let labels = computation.load.tag(tagging.into_labels());
            if !labels.is_empty() {
                let store = &computation.instance.store;
                store.label(&computation.ticket, labels);
            }
        }
    }
}

impl<R, K: Kind<R>, O: KeyCell> Seat<R, K, O> {
    #[inline]
    pub(crate) fn of(task: Task<O, CellIn<K>>) -> Self {
        Self(task, PhantomData)
    }

    /// Gives the value labels.
    pub fn tag(&mut self, tags: impl FnOnce(&mut Tagging)) {
        if let Task::Compute(computation) = &mut self.0 {
            let mut tagging = Tagging::new(computation.instance.realm);
            tags(&mut tagging);
            self.0.label(tagging);
        }
    }

    /// Runs the function and stores what it returns.
    #[inline]
    pub fn fill(&mut self, body: impl FnOnce() -> R) -> Detailed<R> {
        let (mut body, result) = (Some(body), Cell::new(None));
        self.fill_by(&mut || result.set(body.take().map(|body| body())), &result)
    }

    // By itself, so that a hit saves no registers for it, and for all functions with such keys and results. The
    // computation stays where it is: the function may call itself, and every copy would take its place on the stack.
    #[inline(never)]
    fn fill_by(&mut self, body: &mut dyn FnMut(), result: &Cell<Option<R>>) -> Detailed<R> {
        #[cfg(feature = "shared")]
        if let Some(computation) = self.take_claimed() {
            return computation.fill_shared::<R, K>(body, result);
        }
        match &mut self.0 {
            Task::Compute(computation) => {
                let (place, catch) = computation.load.run();
                let attempt = place.enclose(catch, body);
                computation.end::<R, K>(attempt.map(|()| result_in(result)))
            }
            Task::Bypass(counters) => {
                counters.count(Outcome::Bypassed);
                body();
                bypassed(result_in(result))
            }
        }
    }

    /// Runs the function and stores what it returns.
    ///
    /// # Cancellation
    ///
    /// A future that is dropped stores nothing; one of those who wait for it takes over.
    #[expect(
        clippy::manual_async_fn,
        reason = "the arguments of an `async fn` are moved, and would take their place in the future twice"
    )]
    pub fn fill_async<F: Future<Output = R>>(
        &mut self,
        mut body: F,
    ) -> impl Future<Output = Detailed<R>> + use<'_, R, K, O, F> {
        async move {
            #[cfg(feature = "shared")]
            if let Some(computation) = self.take_claimed() {
                return Box::pin(computation.fill_shared_async::<R, K>(body)).await;
            }
            // SAFETY: it is a part of this future, which is pinned by now, and is not moved from here on.
            let body = unsafe { Pin::new_unchecked(&mut body) };
            match &mut self.0 {
                Task::Bypass(counters) => {
                    counters.count(Outcome::Bypassed);
                    bypassed(body.await)
                }
                Task::Compute(computation) => {
                    let (place, catch) = computation.load.run();
                    let attempt = Framed::new(place, catch, body).await;
                    computation.end::<R, K>(attempt)
                }
            }
        }
    }

    /// The computation, if it has to do with a shared store.
    #[cfg(feature = "shared")]
    fn take_claimed(&mut self) -> Option<Computation<O, CellIn<K>>> {
        let counters = match &self.0 {
            Task::Compute(computation) if computation.claim.is_some() => {
                Arc::clone(&computation.instance.counters)
            }
            _ => return None,
        };
        match std::mem::replace(&mut self.0, Task::Bypass(counters)) {
            Task::Compute(computation) => Some(computation),
            Task::Bypass(_) => None,
        }
    }

    /// Whether the cache is bypassed.
    #[cfg(feature = "axum")]
    pub(crate) fn passes(&self) -> bool {
        matches!(self.0, Task::Bypass(_))
    }

    /// Why the function runs, in a word.
    pub(super) fn why(&self) -> &'static str {
        match &self.0 {
            Task::Bypass(_) => "bypass",
            Task::Compute(computation) => computation.load.why(),
        }
    }

    /// Where the function runs; nothing if the cache is bypassed.
    pub(super) fn frame(&self) -> Option<Arc<Frame>> {
        match &self.0 {
            Task::Bypass(_) => None,
            Task::Compute(computation) => Some(Arc::clone(computation.load.place.frame())),
        }
    }

    /// Takes what the function has come to, stores it if it may be stored, and gives it back.
    pub(super) fn finish(self, result: R) -> R {
        match self.0 {
            Task::Bypass(counters) => {
                counters.count(Outcome::Bypassed);
                result
            }
            Task::Compute(mut computation) => computation.end::<R, K>(Ok(result)).value,
        }
    }

    /// Runs the function on a thread that nobody waits for.
    pub(crate) fn fill_later(mut self, body: impl FnOnce() -> R + Send + 'static)
    where
        R: 'static,
        K: 'static,
    {
        background::run_on_thread(move || drop(self.fill(body)));
    }

    /// Runs the function as a task that nobody waits for.
    pub(crate) fn fill_as_task(
        mut self,
        tasks: Tasks,
        body: impl Future<Output = R> + Send + 'static,
    ) where
        R: 'static,
        K: 'static,
    {
        tasks.spawn(async move { drop(self.fill_async(body).await) });
    }
}

impl<R, K: Kind<R>, O: KeyCell> Found<R, K, O> {
    /// As [`Seat::fill`], if there is one.
    #[inline]
    pub fn fill(&mut self, body: impl FnOnce() -> R) -> Detailed<R> {
        let (mut body, result) = (Some(body), Cell::new(None));
        self.fill_by(&mut || result.set(body.take().map(|body| body())), &result)
    }

    #[inline]
    fn fill_by(&mut self, body: &mut dyn FnMut(), result: &Cell<Option<R>>) -> Detailed<R> {
        match self {
            Self::Miss(seat) => seat.fill_by(body, result),
            Self::Hit(_) => unreachable!("who has a value computes none"),
        }
    }

    /// As [`Seat::tag`], if there is one.
    pub fn tag(&mut self, tags: impl FnOnce(&mut Tagging)) {
        if let Self::Miss(seat) = self {
            seat.tag(tags);
        }
    }
}

/// The result of a function that has returned.
fn result_in<R>(result: &Cell<Option<R>>) -> R {
    result.take().expect("what has returned has a result")
}

fn bypassed<R>(value: R) -> Detailed<R> {
    Detailed {
        value,
        outcome: Outcome::Bypassed,
        age: None,
    }
}

/// What a function has returned, whatever type that is of.
enum Returned<T> {
    Value(T),
    /// An error, with what the waiters get of it, if it can be cloned.
    Failed(Option<Share>),
    /// It is for the caller alone.
    #[cfg(feature = "axum")]
    Private,
}

fn returned<R, K: Kind<R>>(result: &R) -> Returned<TakenOf<K>> {
    match K::judge(result) {
        Verdict::Value(stored) => Returned::Value(K::Stowing::taken(stored)),
        Verdict::Failed(error) => Returned::Failed(error.map(Share::new)),
        #[cfg(feature = "axum")]
        Verdict::Private => Returned::Private,
    }
}

impl<O: KeyCell, C: ValueCell> Computation<O, C> {
    // By itself: the function, which may call itself, runs while who calls this has its place on the stack.
    #[inline(never)]
    fn end<R, K: Kind<R, Stowing: Stowing<Cell = C>>>(
        &mut self,
        attempt: Attempt<R>,
    ) -> Detailed<R> {
        self.ran();
        let value = match attempt {
            Ok(value) => value,
            Err(panic) => return answered::<R, K>(self.stand_in_for(panic)),
        };
        match self.settle(returned::<R, K>(&value)) {
            Ok(outcome) => Detailed {
                value,
                outcome,
                age: None,
            },
            Err(old) => answered::<R, K>(old),
        }
    }

    fn ran(&mut self) {
        self.instance.store.foresee(self.ticket.hash);
        self.load.ran();
    }

    /// The old value that answers in the stead of a panic; it goes on if there is none.
    fn stand_in_for(&mut self, panic: Box<dyn Any + Send>) -> Detailed<C::Taken> {
        let Some(old) = self.stand_in() else {
            resume_unwind(panic)
        };
        self.load.tell(Ending::Panic);
        self.settle_for(&old)
    }

    /// Gives a result to those who wait, and stores it, if that may be; answers how it came about, or with the old value
    /// that makes up for a failure.
    fn settle(&mut self, returned: Returned<C::Taken>) -> Result<Outcome, Detailed<C::Taken>> {
        if let Some(taken) = self.judge(returned)? {
            let lineage = self.store(&taken);
            self.land(Landing::Value(taken, lineage));
        }
        Ok(self.load.computed())
    }

    /// What others may have of a result, if it is a value. Anything but a value is dealt with, and so is a failure that an
    /// old value makes up for: that is the answer.
    fn judge(
        &mut self,
        returned: Returned<C::Taken>,
    ) -> Result<Option<C::Taken>, Detailed<C::Taken>> {
        let failed = match &returned {
            Returned::Failed(_) => true,
            Returned::Value(taken) => !self.instance.is_value(taken),
            #[cfg(feature = "axum")]
            Returned::Private => false,
        };
        self.load
            .tell(if failed { Ending::Error } else { Ending::Value });
        if failed && let Some(old) = self.stand_in() {
            return Err(self.settle_for(&old));
        }
        let landing = match returned {
            Returned::Value(taken) => return Ok(Some(taken)),
            Returned::Failed(error) => {
                let lineage = self.load.close(Vec::new());
                match error {
                    Some(error) => Landing::Failed(error, lineage),
                    None => Landing::Unshared,
                }
            }
            #[cfg(feature = "axum")]
            Returned::Private => {
                self.load.close(Vec::new());
                Landing::Unshared
            }
        };
        self.land(landing);
        Ok(None)
    }

    /// Stores a value, if it may be stored; answers what it was computed from.
    fn store(&mut self, taken: &C::Taken) -> Lineage {
        let instance = self.instance;
        let times = instance.times(taken);
        let weight = instance.weigh(taken, self.weighed.as_ref());
        let lineage = self.load.close(instance.labels_of(taken));
        let Some(times) = times else {
            if self.load.is_refresh() {
                self.pause(self.load.done);
            }
            return lineage;
        };
        let (taken, stored_at) = (taken.clone(), self.load.done);
        let entry = instance.entry(taken, stored_at, &times, weight, lineage.clone());
        self.load.count_run(CameTo::Value);
        self.noted = false;
        let Committed { stored, flight } = instance.store.commit(&self.ticket, entry);
        self.flight = flight;
        if stored && self.load.purpose == Purpose::Call(MissReason::Forced) {
            lineage::outdate(instance, self.ticket.hash, Some(self.ticket.id));
        }
        lineage
    }

    /// Lets the next refresh wait, since this one has brought nothing.
    fn pause(&self, now: Moment) {
        #[cfg(feature = "shared")]
        if let Some(claim) = &self.claim {
            claim.remote.refresh_failed(&claim.slot, now);
        }
        if let Some(old) = self.replaced() {
            old.refresh_failed(now);
        }
    }

    /// The entry that this computation is to replace, as long as it may.
    fn replaced(&self) -> Option<Entry<C::Taken>> {
        #[cfg(feature = "shared")]
        if let Some(claim) = &self.claim {
            return claim.old.clone();
        }
        self.instance.store.replaced_by(&self.ticket)
    }

    /// The old value that answers in the stead of a failure, if there is one.
    fn stand_in(&self) -> Option<Entry<C::Taken>> {
        let old = self.replaced()?;
        let stands_in = old.stands_in(self.instance.now(), self.load.is_refresh());
        if stands_in { Some(old) } else { None }
    }

    /// Answers with the old value.
    fn settle_for(&mut self, old: &Entry<C::Taken>) -> Detailed<C::Taken> {
        let now = self.instance.now();
        self.load.made_up_for();
        self.pause(now);
        self.load.close(Vec::new());
        let lineage = old.lineage().cloned().unwrap_or_default();
        self.load.place.hand_out(&lineage);
        self.land(Landing::Stale(old.value.clone(), lineage));
        Detailed {
            value: old.value.clone(),
            outcome: Outcome::Stale,
            age: Some(now.since(old.stored_at)),
        }
    }

    /// Leaves the store first and lands then, so that who comes between finds nothing to wait for.
    fn land(&mut self, landing: Landing<C::Taken>) {
        let came_to = (&landing).into();
        self.load.count_run(came_to);
        self.load.stage = Stage::Landed;
        if std::mem::take(&mut self.noted) {
            self.flight = self.instance.store.abandon(&self.ticket);
        }
        if let Some(flight) = self.flight.take() {
            flight.land(landing);
        }
        self.load.landed(came_to);
    }
}

#[cfg(feature = "shared")]
mod shared;
#[cfg(feature = "shared")]
pub(super) use shared::{Unstored, lease_all, store_all};

impl<O: KeyCell, C: ValueCell> Drop for Computation<O, C> {
    fn drop(&mut self) {
        if self.load.stage != Stage::Landed {
            self.load.dropped();
            self.land(Landing::Abandoned);
        }
    }
}

impl<R, K: Kind<R>, O: KeyCell> std::fmt::Debug for Seat<R, K, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seat").finish_non_exhaustive()
    }
}
