//! The decision: what a call does next.
//!
//! Nothing here waits, takes a lock or runs the function; the drivers in [`door`](super::door) wait, and the
//! [`seat`](super::seat) computes.

use std::marker::PhantomData;
use std::mem;
use std::sync::Arc;

use super::Instance;
use super::flight::{Follow, Landing};
use super::load::Purpose;
use super::running;
use super::seat::Seat;
use crate::clock::{Clock, Moment};
use crate::entry::{Entry, Standing};
use crate::key::KeyRef;
use crate::key::cell::KeyCell;
use crate::outcome::{Detailed, MissReason, Outcome};
use crate::store::{Look, Miss, Start, Ticket};
use crate::value::cell::{Stowing, TakenFrom};
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

/// An instance of a function with results of kind `K` and keys `O`.
pub(crate) type InstanceOf<K, O> = Instance<O, <K as Types>::Stowing, <K as Types>::Value>;

/// What a reader takes of an entry.
pub(crate) type TakenOf<K> = TakenFrom<<K as Types>::Stowing>;

/// What a call does next.
pub(crate) enum Step<R, K: Kind<R>, O: KeyCell> {
    Done(Found<R, K, O>),
    /// The value is there, and somebody should refresh it.
    Due(Due<R, K, O>),
    Wait(Follow<TakenOf<K>>),
}

/// A value that is due for a refresh, and the task of that. The call is not counted yet.
pub(crate) struct Due<R, K: Kind<R>, O: KeyCell> {
    pub(super) instance: &'static InstanceOf<K, O>,
    pub(super) found: Given<R>,
    pub(super) seat: Seat<R, K, O>,
}

impl<R, K: Kind<R>, O: KeyCell> Due<R, K, O> {
    /// The call is answered with the value that is there; the refresh is for somebody else.
    pub(crate) fn part(self) -> (Given<R>, Seat<R, K, O>) {
        self.instance.counters.count(self.found.outcome);
        (self.found, self.seat)
    }

    /// The call does the refresh itself.
    pub(crate) fn inline(self) -> Seat<R, K, O> {
        self.seat.inline()
    }
}

/// One call of a cached function, from its first step to its last.
pub(crate) struct Call<R, K: Kind<R>, O: KeyCell> {
    pub(super) instance: &'static InstanceOf<K, O>,
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
    landing: Option<Landing<TakenOf<K>>>,
    /// The moment at which a value was stored that `is_stale` has been asked about, and refused.
    refused: Option<Moment>,
    result: PhantomData<fn() -> R>,
}

impl<R, K: Kind<R>, O: KeyCell> Call<R, K, O> {
    pub(crate) fn new(instance: &'static InstanceOf<K, O>, ask: Ask, hash: u64) -> Self {
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
            result: PhantomData,
        }
    }

    /// Takes what a look for a hit has shown, which spares a call another look.
    pub(super) fn after(self, miss: Miss) -> Self {
        Self { miss, ..self }
    }

    /// Takes what a wait has brought; the next step goes on from there.
    pub(crate) fn landed(&mut self, landing: Landing<TakenOf<K>>) {
        self.landing = Some(landing);
    }

    /// The answer that a wait has brought, if it has brought one that is good for this call.
    pub(super) fn answer_of(&mut self, landing: Landing<TakenOf<K>>) -> Option<Step<R, K, O>> {
        if landing.is_outdated_at(self.began) {
            return None;
        }
        let (brought, outcome, from) = match landing {
            Landing::Value(value, from) => (Ok(value), Outcome::Coalesced, from),
            Landing::Stale(value, from) => (Ok(value), Outcome::Stale, from),
            Landing::Failed(error, from) => (Err(error), Outcome::Coalesced, from),
            Landing::Unshared => {
                self.alone = true;
                return None;
            }
            Landing::Abandoned => return None,
        };
        running::inherit(&from);
        self.instance.counters.count(outcome);
        let value = match brought {
            Ok(value) => restored::<R, K>(value),
            Err(error) => K::failure(error.get::<K::Error>().clone()),
        };
        Some(Step::Done(Found::Hit(Given::new(value, outcome, None))))
    }

    pub(crate) fn step<Q: KeyRef<Owned = O::Key>>(&mut self, key: &Q) -> Step<R, K, O> {
        if let Some(landing) = self.landing.take()
            && let Some(answer) = self.answer_of(landing)
        {
            return answer;
        }
        let miss = mem::replace(&mut self.miss, Miss::Unclear);
        if miss == Miss::Absent && !self.alone {
            let began = self.instance.now();
            if let Some((ticket, reason)) = self.instance.store.begin_new(self.hash, key) {
                return Step::Done(Found::Miss(self.seat(key, ticket, reason, began)));
            }
        }
        loop {
            let look = self.instance.store.look(self.hash, key);
            if let Some((found, refresh)) = self.live(&look) {
                return self.answer(key, &look, found, refresh);
            }
            if let Some(follow) = self.follow(&look) {
                return Step::Wait(follow);
            }
            if let Some(seat) = self.compute(key, &look) {
                return Step::Done(Found::Miss(seat));
            }
        }
    }

    /// The answer from an entry, if there is one that may be given, and whether a refresh may begin.
    fn live(&mut self, look: &Look<O, TakenOf<K>>) -> Option<(Given<R>, bool)> {
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
        entry: &Entry<TakenOf<K>>,
        now: Moment,
    ) -> Option<(Given<R>, bool)> {
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
        let value = restored::<R, K>(entry.value.clone());
        let stored_at = Some((entry.stored_at, &self.instance.realm.clock));
        Some((Given::new(value, outcome, stored_at), refresh))
    }

    /// Answers with a value that is there, with the task of a refresh if one may begin and none is under way.
    fn answer<Q: KeyRef<Owned = O::Key>>(
        &self,
        key: &Q,
        look: &Look<O, TakenOf<K>>,
        found: Given<R>,
        refresh: bool,
    ) -> Step<R, K, O> {
        let seat = refresh.then(|| self.refresh(key, look)).flatten();
        self.given(found, seat)
    }

    /// The task of a refresh, unless a computation is under way.
    pub(super) fn refresh<Q: KeyRef<Owned = O::Key>>(
        &self,
        key: &Q,
        look: &Look<O, TakenOf<K>>,
    ) -> Option<Seat<R, K, O>> {
        if look.flight().is_some() {
            return None;
        }
        let (instance, began) = (self.instance, self.instance.now());
        let claim = instance.store.begin(self.hash, key, look, Start::Lead);
        let (ticket, _) = claim.ok()?;
        let weighed = instance.weighed_key(key);
        let purpose = Purpose::Background;
        Some(Seat::new(instance, ticket, purpose, weighed, began))
    }

    /// Answers with a value that is there, and with the task of a refresh if there is one.
    pub(super) fn given(&self, found: Given<R>, seat: Option<Seat<R, K, O>>) -> Step<R, K, O> {
        let instance = self.instance;
        let Some(seat) = seat else {
            instance.counters.count(found.outcome);
            return Step::Done(Found::Hit(found));
        };
        Step::Due(Due {
            instance,
            found,
            seat,
        })
    }

    fn is_stale(&mut self, entry: &Entry<TakenOf<K>>) -> bool {
        let Some(is_stale) = self.instance.rules.is_stale else {
            return false;
        };
        let Some(value) = K::value(K::Stowing::view(&entry.value)) else {
            return false;
        };
        if self.refused != Some(entry.stored_at) && is_stale(value) {
            self.refused = Some(entry.stored_at);
        }
        self.refused == Some(entry.stored_at)
    }

    /// The computation of another caller to wait for.
    pub(super) fn follow(&mut self, look: &Look<O, TakenOf<K>>) -> Option<Follow<TakenOf<K>>> {
        let flight = look.flight().filter(|_| !self.alone && !self.forced)?;
        let follow = Follow::join(Arc::clone(flight));
        self.alone = follow.is_none();
        follow
    }

    /// The task of computing; `None` if the key has changed since the look.
    pub(super) fn compute<Q: KeyRef<Owned = O::Key>>(
        &self,
        key: &Q,
        look: &Look<O, TakenOf<K>>,
    ) -> Option<Seat<R, K, O>> {
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
        Some(self.seat(key, ticket, reason, began))
    }

    fn seat<Q: KeyRef<Owned = O::Key>>(
        &self,
        key: &Q,
        ticket: Ticket,
        reason: MissReason,
        began: Moment,
    ) -> Seat<R, K, O> {
        let weighed = self.instance.weighed_key(key);
        let purpose = Purpose::Call(reason);
        Seat::new(self.instance, ticket, purpose, weighed, began)
    }
}

/// The result that a value is given back as.
#[inline]
pub(crate) fn restored<R, K: Kind<R>>(taken: TakenOf<K>) -> R {
    // SAFETY: what is taken from an instance of this kind, or waited for there, was made of a value of it.
    unsafe { K::Stowing::give(taken, K::restore, K::answer) }
}
