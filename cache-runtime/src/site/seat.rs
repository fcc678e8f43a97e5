//! The guard of a computation: filled, it stores; dropped, by a panic or a cancellation, it hands over.

use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

use super::flight::Landing;
use super::running::{Frame, Framed, LoadId};
use super::step::InstanceOf;
use crate::clock::Moment;
use crate::options::lifetime;
use crate::outcome::{Detailed, MissReason, Outcome};
use crate::stats::Counters;
use crate::store::Ticket;
use crate::value::{Kind, Verdict};

/// The task of computing a value.
#[must_use = "a seat computes when it is filled"]
pub struct Seat<R, K: Kind<R>, O: Send + Sync + 'static>(Task<R, K, O>);

enum Task<R, K: Kind<R>, O: Send + Sync + 'static> {
    /// The cache is neither read nor written.
    Bypass(Arc<Counters>),
    Compute(Computation<R, K, O>),
}

/// A computation in progress. Dropping it ends it without a value.
struct Computation<R, K: Kind<R>, O: Send + Sync + 'static> {
    instance: &'static InstanceOf<K, O>,
    ticket: Ticket<K::Stored, K::Error>,
    reason: MissReason,
    began: Moment,
    /// Whether the store still has a note of it.
    noted: bool,
    result: PhantomData<fn() -> R>,
}

impl<R, K: Kind<R>, O: Send + Sync + 'static> Seat<R, K, O> {
    pub(crate) fn new(
        instance: &'static InstanceOf<K, O>,
        ticket: Ticket<K::Stored, K::Error>,
        reason: MissReason,
    ) -> Self {
        Self(Task::Compute(Computation {
            instance,
            ticket,
            reason,
            began: instance.now(),
            noted: true,
            result: PhantomData,
        }))
    }

    pub(crate) fn bypass(counters: Arc<Counters>) -> Self {
        Self(Task::Bypass(counters))
    }

    /// Runs the function and stores what it returns.
    pub fn fill(self, body: impl FnOnce() -> R) -> Detailed<R> {
        match self.0 {
            Task::Bypass(counters) => bypassed(body(), &counters),
            Task::Compute(computation) => {
                let result = Frame::begin(computation.id()).run(body);
                computation.finish(result)
            }
        }
    }

    /// Runs the function and stores what it returns.
    ///
    /// # Cancellation
    ///
    /// A future that is dropped stores nothing; one of those who wait for it takes over.
    pub async fn fill_async(self, body: impl Future<Output = R>) -> Detailed<R> {
        match self.0 {
            Task::Bypass(counters) => bypassed(body.await, &counters),
            Task::Compute(computation) => {
                let result = Framed::new(Frame::begin(computation.id()), body).await;
                computation.finish(result)
            }
        }
    }
}

fn bypassed<R>(value: R, counters: &Counters) -> Detailed<R> {
    counters.count(Outcome::Bypassed);
    Detailed {
        value,
        outcome: Outcome::Bypassed,
        age: None,
    }
}

impl<R, K: Kind<R>, O: Send + Sync + 'static> Computation<R, K, O> {
    fn id(&self) -> LoadId {
        self.ticket.flight.id
    }

    /// Stores a result if it may be stored, gives it to those who wait, and returns it.
    fn finish(mut self, result: R) -> Detailed<R> {
        self.instance
            .counters
            .load_took(self.instance.now().since(self.began));
        let landing = match K::judge(&result) {
            Verdict::Failed(error) => {
                error.map_or(Landing::Unshared, |error| Landing::Failed(Arc::new(error)))
            }
            Verdict::Value(stored) => {
                let stored = Arc::new(stored);
                self.store(&stored);
                Landing::Value(stored)
            }
        };
        self.end(landing);
        Detailed {
            value: result,
            outcome: Outcome::Computed(self.reason),
            age: None,
        }
    }

    fn store(&mut self, stored: &Arc<K::Stored>) {
        let Self {
            instance, ticket, ..
        } = self;
        let value = K::value(stored);
        if let Some(ttl) = lifetime(&instance.options, &instance.rules, value) {
            instance
                .store
                .commit(ticket, instance.entry(Arc::clone(stored), ttl));
            self.noted = false;
        }
    }

    /// Leaves the store first and lands then, so that who comes between finds nothing to wait for.
    fn end(&mut self, landing: Landing<K::Stored, K::Error>) {
        if std::mem::take(&mut self.noted) {
            self.instance.store.abandon(&self.ticket);
        }
        self.ticket.flight.land(landing);
    }
}

impl<R, K: Kind<R>, O: Send + Sync + 'static> Drop for Computation<R, K, O> {
    fn drop(&mut self) {
        self.end(Landing::Abandoned);
    }
}

impl<R, K: Kind<R>, O: Send + Sync + 'static> std::fmt::Debug for Seat<R, K, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seat").finish_non_exhaustive()
    }
}
