//! The decision: what a call does next.
//!
//! It does not depend on what the function returns: that is known to [`Found`], which is made of it in the end.
//!
//! Nothing here waits, takes a lock or runs the function; the drivers in [`passage`](super::passage) wait, and the
//! [`seat`](super::seat) computes.

use std::mem;
use std::sync::Arc;

use super::Instance;
use super::flight::{Follow, Landing};
use super::load::Purpose;
use super::running;
use super::seat::{Seat, Task};
use crate::clock::{Clock, Moment};
use crate::entry::{Entry, Standing};
use crate::key::KeyRef;
use crate::key::cell::KeyCell;
use crate::outcome::{Detailed, MissReason, Outcome};
use crate::store::{Look, Miss, Start, Ticket};
use crate::value::cell::{Share, Stowing, TakenFrom, ValueCell};
use crate::value::{Kind, Types};

/// What the attribute's conditions say about this call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    pub(crate) bypass: bool,
    forced: bool,
    /// The answer is to tell how old it is.
    dated: bool,
}

impl Ask {
    /// A call without conditions.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bypass: false,
            forced: false,
            dated: false,
        }
    }

    /// Bypasses the cache when true.
    #[must_use]
    pub const fn unless(self, bypass: bool) -> Self {
        Self { bypass, ..self }
    }

    #[cfg(feature = "shared")]
    pub(super) fn is_forced(self) -> bool {
        self.forced
    }

    /// Runs the function, whatever is stored, when true.
    #[must_use]
    pub const fn forced(self, forced: bool) -> Self {
        Self { forced, ..self }
    }

    /// Lets the answer tell how old it is, where that has to be asked for.
    #[must_use]
    pub const fn dated(self) -> Self {
        Self {
            dated: true,
            ..self
        }
    }

    /// Whether any value that is there is an answer.
    #[inline]
    pub(super) fn is_plain(self) -> bool {
        !self.bypass && !self.forced
    }
}

/// A value that is there, and what is known of it.
#[derive(Debug)]
pub struct Given<R> {
    /// What the function returns.
    pub value: R,
    outcome: Outcome,
    /// When it was stored, and by which clock; none if it was computed for this call.
    stored_at: Option<(Moment, &'static Clock)>,
}

impl<R> Given<R> {
    pub(crate) fn new(
        value: R,
        outcome: Outcome,
        stored_at: Option<(Moment, &'static Clock)>,
    ) -> Self {
        Self {
            value,
            outcome,
            stored_at,
        }
    }

    /// The value with where it came from.
    pub fn detail(self) -> Detailed<R> {
        let age = self
            .stored_at
            .map(|(moment, clock)| clock.now().since(moment));
        Detailed {
            value: self.value,
            outcome: self.outcome,
            age,
        }
    }
}

/// The answer to a call: a value, or the task of computing it.
#[derive(Debug)]
#[cfg_attr(
    feature = "shared",
    expect(clippy::large_enum_variant, reason = "it is taken apart at once")
)]
pub enum Found<R, K: Kind<R>, O: KeyCell> {
    /// The value is there.
    Hit(Given<R>),
    /// The caller computes the value.
    Miss(Seat<R, K, O>),
}

impl<R, K: Kind<R>, O: KeyCell> Found<R, K, O> {
    /// What a call has come to; a value that is due is refreshed by somebody else.
    #[inline]
    pub(crate) fn of(done: Done<O, CellIn<K>>) -> Self {
        let given = match done {
            Done::Hit(given) => given,
            Done::Due(due) => due.part().0,
            Done::Miss(task) => return Self::Miss(Seat::of(task)),
            Done::Failed(error) => {
                let value = K::failure(error.get::<K::Error>().clone());
                return Self::Hit(Given::new(value, Outcome::Coalesced, None));
            }
        };
        Self::Hit(given.restored::<R, K>())
    }
}

/// What an instance keeps of a value of kind `K`.
pub(crate) type CellIn<K> = <<K as Types>::Stowing as Stowing>::Cell;

/// An instance of a function with results of kind `K` and keys `O`.
pub(crate) type InstanceOf<K, O> = Instance<O, CellIn<K>>;

/// What a reader takes of an entry.
pub(crate) type TakenOf<K> = TakenFrom<<K as Types>::Stowing>;

impl<T> Given<T> {
    /// The result that a value is given back as.
    #[inline]
    pub(crate) fn restored<R, K: Kind<R>>(self) -> Given<R>
    where
        K::Stowing: Stowing<Cell: ValueCell<Taken = T>>,
    {
        Given {
            value: restored::<R, K>(self.value),
            outcome: self.outcome,
            stored_at: self.stored_at,
        }
    }
}

/// What a call has come to.
pub(crate) enum Done<O: KeyCell, C: ValueCell> {
    /// The value is there.
    Hit(Given<C::Taken>),
    /// The failure of another's computation that it has waited for.
    Failed(Share),
    /// The caller computes the value.
    Miss(Task<O, C>),
    /// The value is there, and somebody should refresh it.
    Due(Due<O, C>),
}

/// What a call does next.
#[cfg_attr(
    feature = "shared",
    expect(clippy::large_enum_variant, reason = "it is taken apart at once")
)]
pub(crate) enum Step<O: KeyCell, C: ValueCell> {
    Done(Done<O, C>),
    Wait(Follow<C::Taken>),
}

/// A value that is due for a refresh, and the task of that. The call is not counted yet.
pub(crate) struct Due<O: KeyCell, C: ValueCell> {
    pub(super) instance: &'static Instance<O, C>,
    pub(super) found: Given<C::Taken>,
    pub(super) task: Task<O, C>,
}

impl<O: KeyCell, C: ValueCell> Due<O, C> {
    /// The call is answered with the value that is there; the refresh is for somebody else.
    pub(crate) fn part(self) -> (Given<C::Taken>, Task<O, C>) {
        self.instance.counters.count(self.found.outcome);
        (self.found, self.task)
    }

    /// The call does the refresh itself.
    pub(crate) fn inline(self) -> Task<O, C> {
        self.task.inline()
    }
}

/// One call of a cached function, from its first step to its last.
pub(crate) struct Call<O: KeyCell, C: ValueCell> {
    pub(super) instance: &'static Instance<O, C>,
    pub(super) hash: u64,
    pub(super) forced: bool,
    /// The answer is to tell how old it is.
    #[cfg(feature = "shared")]
    pub(super) dated: bool,
    /// Computes for itself, whoever else computes the same.
    pub(super) alone: bool,
    /// The epoch of labels that it began in.
    began: u64,
    /// What a look for a hit has shown.
    miss: Miss,
    /// What the wait for another's computation has brought.
    landing: Option<Landing<C::Taken>>,
    /// The moment at which a value was stored that `is_stale` has been asked about, and refused.
    refused: Option<Moment>,
}

impl<O: KeyCell, C: ValueCell> Call<O, C> {
    pub(crate) fn new(instance: &'static Instance<O, C>, ask: Ask, hash: u64) -> Self {
        if !ask.forced {
            running::depend(instance, hash, None);
        }
        Self {
            instance,
            hash,
            forced: ask.forced,
            #[cfg(feature = "shared")]
            dated: ask.dated,
            alone: !instance.options.coalesce,
            began: instance.realm.tags.now(),
            miss: Miss::Unclear,
            landing: None,
            refused: None,
        }
    }

    /// Takes what a look for a hit has shown, which spares a call another look.
    pub(super) fn after(self, miss: Miss) -> Self {
        Self { miss, ..self }
    }

    /// Takes what a wait has brought; the next step goes on from there.
    pub(crate) fn landed(&mut self, landing: Landing<C::Taken>) {
        self.landing = Some(landing);
    }

    /// The answer that a wait has brought, if it has brought one that is good for this call.
    pub(super) fn answer_of(&mut self, landing: Landing<C::Taken>) -> Option<Done<O, C>> {
        if landing.is_outdated_at(self.began) {
            return None;
        }
        let (done, outcome, from) = match landing {
            Landing::Value(value, from) => {
                let outcome = Outcome::Coalesced;
                (Done::Hit(Given::new(value, outcome, None)), outcome, from)
            }
            Landing::Stale(value, from) => {
                let outcome = Outcome::Stale;
                (Done::Hit(Given::new(value, outcome, None)), outcome, from)
            }
            Landing::Failed(error, from) => (Done::Failed(error), Outcome::Coalesced, from),
            Landing::Unshared => {
                self.alone = true;
                return None;
            }
            Landing::Abandoned => return None,
        };
        running::inherit(&from);
        self.instance.counters.count(outcome);
        Some(done)
    }

    pub(crate) fn step<Q: KeyRef<Owned = O::Key>>(&mut self, key: &Q) -> Step<O, C> {
        if let Some(landing) = self.landing.take()
            && let Some(answer) = self.answer_of(landing)
        {
            return Step::Done(answer);
        }
        let miss = mem::replace(&mut self.miss, Miss::Unclear);
        if miss == Miss::Absent && !self.alone {
            let began = self.instance.now();
            if let Some((ticket, reason)) = self.instance.store.begin_new(self.hash, key) {
                return Step::Done(Done::Miss(self.task(key, ticket, reason, began)));
            }
        }
        loop {
            let look = self.instance.store.look(self.hash, key);
            if let Some((found, refresh)) = self.live(&look) {
                return Step::Done(self.answer(key, &look, found, refresh));
            }
            if let Some(follow) = self.follow(&look) {
                return Step::Wait(follow);
            }
            if let Some(task) = self.compute(key, &look) {
                return Step::Done(Done::Miss(task));
            }
        }
    }

    /// The answer from an entry, if there is one that may be given, and whether a refresh may begin.
    fn live(&mut self, look: &Look<O, C::Taken>) -> Option<(Given<C::Taken>, bool)> {
        let entry = look.entry()?;
        let now = self.instance.glance();
        let answer = self.judged(entry, now)?;
        if look.due <= now {
            self.instance.store.sweep_near(self.hash, now);
        }
        Some(answer)
    }

    /// The answer from an entry, if it may be given, and whether a refresh may begin.
    pub(super) fn judged(
        &mut self,
        entry: &Entry<C::Taken>,
        now: Moment,
    ) -> Option<(Given<C::Taken>, bool)> {
        let (outcome, refresh) = match entry.standing(now) {
            Standing::Live { refresh } => (Outcome::Hit, refresh),
            Standing::Stale { refresh } => (Outcome::Stale, refresh),
            Standing::Expired | Standing::Outdated => return None,
        };
        if self.forced || self.is_stale(entry) {
            return None;
        }
        entry.read(now);
        if let Some(lineage) = entry.lineage() {
            running::inherit(lineage);
        }
        let value = entry.value.clone();
        let stored_at = Some((entry.stored_at, &self.instance.realm.clock));
        Some((Given::new(value, outcome, stored_at), refresh))
    }

    /// Answers with a value that is there, with the task of a refresh if one may begin and none is under way.
    fn answer<Q: KeyRef<Owned = O::Key>>(
        &self,
        key: &Q,
        look: &Look<O, C::Taken>,
        found: Given<C::Taken>,
        refresh: bool,
    ) -> Done<O, C> {
        let task = if refresh {
            self.refresh(key, look)
        } else {
            None
        };
        self.given(found, task)
    }

    /// The task of a refresh, unless a computation is under way.
    pub(super) fn refresh<Q: KeyRef<Owned = O::Key>>(
        &self,
        key: &Q,
        look: &Look<O, C::Taken>,
    ) -> Option<Task<O, C>> {
        if look.flight().is_some() {
            return None;
        }
        let (instance, began) = (self.instance, self.instance.now());
        let claim = instance.store.begin(self.hash, key, look, Start::Lead);
        let (ticket, _) = claim.ok()?;
        let weighed = instance.weighed_key(key);
        let purpose = Purpose::Background;
        Some(Task::new(instance, ticket, purpose, weighed, began))
    }

    /// Answers with a value that is there, and with the task of a refresh if there is one.
    pub(super) fn given(&self, found: Given<C::Taken>, task: Option<Task<O, C>>) -> Done<O, C> {
        let instance = self.instance;
        let Some(task) = task else {
            instance.counters.count(found.outcome);
            return Done::Hit(found);
        };
        Done::Due(Due {
            instance,
            found,
            task,
        })
    }

    fn is_stale(&mut self, entry: &Entry<C::Taken>) -> bool {
        if !self.instance.is_choosy() {
            return false;
        }
        let stored_at = Some(entry.stored_at);
        if self.refused != stored_at && self.instance.refuses(&entry.value) {
            self.refused = stored_at;
        }
        self.refused == stored_at
    }

    /// The computation of another caller to wait for.
    pub(super) fn follow(&mut self, look: &Look<O, C::Taken>) -> Option<Follow<C::Taken>> {
        if self.alone || self.forced {
            return None;
        }
        let flight = look.flight()?;
        let follow = Follow::join(Arc::clone(flight));
        self.alone = follow.is_none();
        follow
    }

    /// The task of computing; `None` if the key has changed since the look.
    pub(super) fn compute<Q: KeyRef<Owned = O::Key>>(
        &self,
        key: &Q,
        look: &Look<O, C::Taken>,
    ) -> Option<Task<O, C>> {
        let start = match (self.alone, self.forced) {
            (true, _) => Start::Alone,
            (false, true) => Start::Supersede,
            (false, false) => Start::Lead,
        };
        let began = self.instance.now();
        let (ticket, reason) = self
            .instance
            .store
            .begin(self.hash, key, look, start)
            .ok()?;
        let reason = if self.forced {
            let load = ticket.id;
            running::depend(self.instance, self.hash, Some(load));
            MissReason::Forced
        } else {
            reason
        };
        Some(self.task(key, ticket, reason, began))
    }

    fn task<Q: KeyRef<Owned = O::Key>>(
        &self,
        key: &Q,
        ticket: Ticket,
        reason: MissReason,
        began: Moment,
    ) -> Task<O, C> {
        let weighed = self.instance.weighed_key(key);
        let purpose = Purpose::Call(reason);
        Task::new(self.instance, ticket, purpose, weighed, began)
    }
}

/// The result that a value is given back as.
#[inline]
pub(crate) fn restored<R, K: Kind<R>>(taken: TakenOf<K>) -> R {
    // SAFETY: what is taken from an instance of this kind, or waited for there, was made of a value of it.
    unsafe { K::Stowing::give(taken, K::restore, K::answer) }
}

/// The result that an answer is given back as.
pub(super) fn answered<R, K: Kind<R>>(answer: Detailed<TakenOf<K>>) -> Detailed<R> {
    Detailed {
        value: restored::<R, K>(answer.value),
        outcome: answer.outcome,
        age: answer.age,
    }
}
