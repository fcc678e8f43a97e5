//! A computation whose value goes to a shared store: a claim before it, a store after it.

use std::future::Future;

use super::super::flight::{Landing, block_on};
use super::super::running::Framed;
use super::super::shared::tag_marks;
use super::super::step::{TakenOf, restored};
use super::{Attempt, Computation};
use crate::codec::envelope::MarkId;
use crate::entry::Times;
use crate::error::Error;
use crate::key::cell::KeyCell;
use crate::lineage::{self, Lineage, Proof};
use crate::options::times;
use crate::outcome::{Detailed, MissReason};
use crate::stats::Event;
use crate::value::Kind;
use crate::value::cell::ValueCell;

use super::Purpose;

/// A computation that has ended, and what is still to be done: `R` is not among it, since a future that waits may
/// change threads.
#[expect(clippy::large_enum_variant, reason = "it is taken apart at once")]
enum Ending<R, K: Kind<R>, O: KeyCell> {
    Ended(Detailed<R>),
    Store(Computation<R, K, O>, TakenOf<K>),
}

impl<R, K: Kind<R>, O: KeyCell> Computation<R, K, O> {
    pub(super) fn fill_shared(mut self, body: impl FnOnce() -> R) -> Detailed<R> {
        block_on(self.lease());
        let (frame, catch) = self.run();
        let attempt = frame.attempt(catch, body);
        match self.end_shared(attempt) {
            Ending::Ended(answer) => answer,
            Ending::Store(computation, taken) => block_on(computation.store_shared(taken)),
        }
    }

    pub(super) async fn fill_shared_async(mut self, body: impl Future<Output = R>) -> Detailed<R> {
        self.lease().await;
        let (frame, catch) = self.run();
        let run = Framed::new(frame, catch, body);
        let (computation, taken) = match self.end_shared(run.await) {
            Ending::Ended(answer) => return answer,
            Ending::Store(computation, taken) => (computation, taken),
        };
        computation.store_shared(taken).await
    }

    /// Takes the right to store the value.
    async fn lease(&mut self) {
        let instance = self.instance;
        let labels = tag_marks(self.labels.iter().map(crate::lineage::Label::name));
        let ttl = instance.options.longest();
        let Some(claim) = &mut self.claim else { return };
        if claim.lease(&labels, ttl).await.is_err() {
            instance.counters.count(Event::BackendError);
            if let Some(outer) = self.frame.outer_recording() {
                outer.forsake();
            }
        }
    }

    fn end_shared(mut self, attempt: Attempt<R>) -> Ending<R, K, O> {
        match self.judge(attempt) {
            Err(answer) => Ending::Ended(answer),
            Ok((result, None)) => Ending::Ended(self.answer(result)),
            Ok((_, Some(taken))) => Ending::Store(self, taken),
        }
    }

    /// Stores a value, gives it to those who wait, and returns it.
    async fn store_shared(mut self, taken: TakenOf<K>) -> Detailed<R> {
        let value = K::value(K::Cell::view(&taken));
        let times = times(&self.instance.options, &self.instance.rules, value);
        let late = value.map_or_else(Vec::new, |value| self.instance.labels_of(value));
        let late = tag_marks(late.iter().map(crate::lineage::Label::name));
        let mut lineage = self.gather(value);
        if times.is_none() && self.is_refresh() {
            self.pause(self.instance.now());
        }
        let proof = self.claim.as_ref().and_then(|claim| claim.proof(&lineage));
        if let Some(proof) = proof {
            lineage = self.settle(&taken, times, proof, &late, lineage).await;
        }
        self.hand_out(&lineage);
        let answer = restored::<R, K>(taken.clone());
        self.land(Landing::Value(taken, lineage), self.computed());
        self.answer(answer)
    }

    /// Stores a value if it may be stored; answers with what it depends on.
    async fn settle(
        &self,
        taken: &TakenOf<K>,
        times: Option<Times>,
        proof: Proof,
        late: &[MarkId],
        lineage: Lineage,
    ) -> Lineage {
        let (Some(times), Some(claim)) = (times, &self.claim) else {
            return lineage.proven(proof);
        };
        let supersedes = self.purpose == Purpose::Call(MissReason::Forced);
        let stored = K::Cell::view(taken);
        let settled = claim
            .store(stored, &times, proof.clone(), late, supersedes)
            .await;
        if supersedes {
            lineage::outdate(self.instance, self.ticket.hash, Some(self.ticket.flight.id));
        }
        let (proof, stored) = settled.unwrap_or_else(|why| {
            self.report(&why);
            (proof, false)
        });
        self.count(if stored {
            Event::Store
        } else {
            Event::Rejected
        });
        lineage.proven(proof)
    }

    fn report(&self, _why: &Error) {
        self.count(Event::BackendError);
    }

    fn count(&self, event: Event) {
        if let Some(counters) = self.counters() {
            counters.count(event);
        }
    }
}
