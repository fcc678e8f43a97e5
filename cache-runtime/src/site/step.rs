//! The decision: what a call does next.
//!
//! Nothing here waits, takes a lock or runs the function; the drivers in [`door`](super::door) wait, and the
//! [`seat`](super::seat) computes.

use std::marker::PhantomData;
use std::sync::Arc;

use super::Instance;
use super::flight::{Follow, Landing};
use super::seat::Seat;
use crate::key::KeyRef;
use crate::outcome::{Detailed, MissReason, Outcome};
use crate::store::{Entry, Look, Start};
use crate::value::{Kind, Types};

/// What the attribute's conditions say about this call.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ask {
    pub(crate) bypass: bool,
    forced: bool,
}

impl Ask {
    /// A call without conditions.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bypass: false,
            forced: false,
        }
    }

    /// Bypasses the cache when true.
    #[must_use]
    pub const fn unless(self, bypass: bool) -> Self {
        Self { bypass, ..self }
    }

    /// Runs the function, whatever is stored, when true.
    #[must_use]
    pub const fn forced(self, forced: bool) -> Self {
        Self { forced, ..self }
    }
}

/// The answer to a call: a value, or the task of computing it.
#[derive(Debug)]
pub enum Found<R, K: Kind<R>, O: Send + Sync + 'static> {
    /// The value is there.
    Hit(Detailed<R>),
    /// The caller computes the value.
    Miss(Seat<R, K, O>),
}

/// An instance of a function with results of kind `K` and keys `O`.
pub(crate) type InstanceOf<K, O> =
    Instance<O, <K as Types>::Stored, <K as Types>::Error, <K as Types>::Value>;

/// What a call does next.
pub(crate) enum Step<R, K: Kind<R>, O: Send + Sync + 'static> {
    Done(Found<R, K, O>),
    Wait(Follow<K::Stored, K::Error>),
}

/// One call of a cached function, from its first step to its last.
pub(crate) struct Call<R, K: Kind<R>, O: Send + Sync + 'static> {
    instance: &'static InstanceOf<K, O>,
    hash: u64,
    forced: bool,
    /// Computes for itself, whoever else computes the same.
    alone: bool,
    /// What the wait for another's computation has brought.
    landing: Option<Landing<K::Stored, K::Error>>,
    /// A value that `is_stale` has been asked about, and refused.
    refused: Option<Arc<K::Stored>>,
    result: PhantomData<fn() -> R>,
}

impl<R, K: Kind<R>, O: Send + Sync + 'static> Call<R, K, O> {
    pub(crate) fn new(instance: &'static InstanceOf<K, O>, ask: Ask, hash: u64) -> Self {
        Self {
            instance,
            hash,
            forced: ask.forced,
            alone: !instance.options.coalesce,
            landing: None,
            refused: None,
            result: PhantomData,
        }
    }

    /// Takes what a wait has brought; the next step goes on from there.
    pub(crate) fn landed(&mut self, landing: Landing<K::Stored, K::Error>) {
        self.landing = Some(landing);
    }

    pub(crate) fn step<Q: KeyRef<Owned = O>>(&mut self, key: &Q) -> Step<R, K, O> {
        match self.landing.take() {
            Some(Landing::Value(value)) => return self.coalesced(K::answer(&value)),
            Some(Landing::Failed(error)) => {
                return self.coalesced(K::failure(K::Error::clone(&error)));
            }
            Some(Landing::Unshared) => self.alone = true,
            Some(Landing::Abandoned) | None => {}
        }
        loop {
            let look = self.instance.store.look(self.hash, key);
            if let Some(found) = self.live(&look) {
                return Step::Done(Found::Hit(found));
            }
            if let Some(follow) = self.follow(&look) {
                return Step::Wait(follow);
            }
            if let Some(seat) = self.compute(key, &look) {
                return Step::Done(Found::Miss(seat));
            }
        }
    }

    /// The answer from an entry, if there is one that may be given.
    fn live(&mut self, look: &Look<O, K::Stored, K::Error>) -> Option<Detailed<R>> {
        let entry = look.entry().filter(|_| !self.forced)?;
        let now = self.instance.now();
        if entry.expires_at <= now {
            return None;
        }
        if look.due <= now {
            self.instance.store.sweep_near(self.hash, now);
        }
        if self.is_stale(entry) {
            return None;
        }
        self.instance.counters.count(Outcome::Hit);
        Some(Detailed {
            value: K::answer(&entry.value),
            outcome: Outcome::Hit,
            age: Some(now.since(entry.stored_at)),
        })
    }

    fn is_stale(&mut self, entry: &Entry<K::Stored>) -> bool {
        let (Some(is_stale), Some(value)) = (self.instance.rules.is_stale, K::value(&entry.value))
        else {
            return false;
        };
        let refused = self
            .refused
            .as_ref()
            .is_some_and(|refused| Arc::ptr_eq(refused, &entry.value));
        if !refused && is_stale(value) {
            self.refused = Some(Arc::clone(&entry.value));
        }
        self.refused
            .as_ref()
            .is_some_and(|refused| Arc::ptr_eq(refused, &entry.value))
    }

    /// The computation of another caller to wait for.
    fn follow(
        &mut self,
        look: &Look<O, K::Stored, K::Error>,
    ) -> Option<Follow<K::Stored, K::Error>> {
        let flight = look.flight().filter(|_| !self.alone && !self.forced)?;
        let follow = Follow::join(Arc::clone(flight));
        self.alone = follow.is_none();
        follow
    }

    /// The task of computing; `None` if the key has changed since the look.
    fn compute<Q: KeyRef<Owned = O>>(
        &self,
        key: &Q,
        look: &Look<O, K::Stored, K::Error>,
    ) -> Option<Seat<R, K, O>> {
        let start = match (self.alone, self.forced) {
            (true, _) => Start::Alone,
            (false, true) => Start::Supersede,
            (false, false) => Start::Lead,
        };
        let (ticket, reason) = self
            .instance
            .store
            .begin(self.hash, key, look, start)
            .ok()?;
        let reason = if self.forced {
            MissReason::Forced
        } else {
            reason
        };
        self.instance.counters.count(Outcome::Computed(reason));
        Some(Seat::new(self.instance, ticket, reason))
    }

    fn coalesced(&self, value: R) -> Step<R, K, O> {
        self.instance.counters.count(Outcome::Coalesced);
        Step::Done(Found::Hit(Detailed {
            value,
            outcome: Outcome::Coalesced,
            age: None,
        }))
    }
}
