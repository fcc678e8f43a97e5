//! A computation whose value goes to a shared store: a claim before it, a store after it.

use std::cell::Cell;
use std::future::Future;

use super::super::flight::{CameTo, Landing, block_on};
use super::super::running::Framed;
use super::super::shared::{Claim, tag_marks, wire_times};
use super::super::step::{CellIn, answered};
use super::{Attempt, Computation, Purpose, Seat, Task, result_in, returned};
use crate::backend::Version;
use crate::codec::envelope::MarkId;
use crate::entry::Times;
use crate::error::Error;
use crate::key::cell::KeyCell;
use crate::lineage::{self, Lineage, Proof};
use crate::outcome::{Detailed, MissReason};
use crate::shared::remote::Storing;
use crate::stats::Event;
use crate::value::Kind;
use crate::value::cell::{Stowing, ValueCell};

/// A computation that has ended, and what is still to be done: `R` is not among it, since a future that waits may
/// change threads.
#[expect(clippy::large_enum_variant, reason = "it is taken apart at once")]
enum Ending<R, O: KeyCell, C: ValueCell> {
    Ended(Detailed<R>),
    Store(Computation<O, C>, C::Taken),
}

/// How a value is to be stored.
struct Intent {
    times: Option<Times>,
    /// The labels that the value gives itself.
    late: Vec<MarkId>,
    lineage: Lineage,
    /// What it depends on, if it is not stored; nothing if it has nothing to do with a store.
    proof: Option<Proof>,
}

/// A computation that has come to a value, which is not stored yet.
pub(in crate::site) struct Unstored<O: KeyCell, C: ValueCell>(Computation<O, C>, C::Taken);

impl<R, K: Kind<R>, O: KeyCell> Seat<R, K, O> {
    /// Takes what the function has come to; gives it back unless it is still to be stored.
    #[expect(clippy::result_large_err, reason = "it is taken apart at once")]
    pub(in crate::site) fn finish_shared(self, result: R) -> Result<R, Unstored<O, CellIn<K>>> {
        match self.0 {
            Task::Compute(computation) if computation.claim.is_some() => {
                match computation.end_shared::<R, K>(Ok(result)) {
                    Ending::Ended(answer) => Ok(answer.value),
                    Ending::Store(computation, taken) => Err(Unstored(computation, taken)),
                }
            }
            task => Ok(Self::of(task).finish(result)),
        }
    }
}

/// Takes the right to store what is about to be computed together.
pub(in crate::site) async fn lease_all<R, K: Kind<R>, O: KeyCell>(seats: Vec<&mut Seat<R, K, O>>) {
    let mut all = seats.into_iter().filter_map(|seat| match &mut seat.0 {
        Task::Compute(computation) => Some(computation),
        Task::Bypass(_) => None,
    });
    let Some(first) = all.next() else { return };
    let instance = first.instance;
    // Labels are made of arguments that all of them have in common.
    let labels = tag_marks(first.load.tags());
    let claims = std::iter::once(first).chain(all);
    let claims = claims.filter_map(|computation| computation.claim.as_mut());
    let leased = Claim::lease_all(claims.collect(), &labels, instance.options.longest());
    if leased.await.is_err() {
        instance.counters.count(Event::BackendError);
    }
}

/// Stores what was computed together, and gives out each result.
pub(in crate::site) async fn store_all<R, K: Kind<R>, O: KeyCell, P>(
    all: Vec<(P, Unstored<O, CellIn<K>>)>,
    mut give: impl FnMut(P, R),
) {
    let mut together = Vec::new();
    for (place, Unstored(computation, taken)) in all {
        let (computation, intent) = computation.intend(&taken);
        if computation.stores_with_others(&intent) {
            together.push((place, computation, taken, intent));
        } else {
            let stored = computation.store_intended(taken, intent).await;
            give(place, answered::<R, K>(stored).value);
        }
    }
    let stored = store_together(&together).await;
    for ((place, computation, taken, intent), version) in together.into_iter().zip(stored) {
        computation.count_store(version.is_some());
        let mut lineage = intent.lineage;
        if let Some(mut proof) = intent.proof {
            proof.version = version.or(proof.version);
            lineage = lineage.proven(proof);
        }
        let landed = computation.landed(taken, lineage);
        give(place, answered::<R, K>(landed).value);
    }
}

/// Stores what can be stored by one change; the versions that it has then.
#[expect(clippy::type_complexity, reason = "a list of what belongs together")]
async fn store_together<O: KeyCell, C: ValueCell, P>(
    all: &[(P, Computation<O, C>, C::Taken, Intent)],
) -> Vec<Option<Version>> {
    let values = all.iter().filter_map(|(_, computation, taken, intent)| {
        let claim = computation.claim.as_ref()?;
        let (slot, lease) = claim.held()?;
        let storing = Storing {
            stored: taken,
            times: wire_times(intent.times.as_ref()?),
            marks: &intent.proof.as_ref()?.marks,
            supersedes: false,
        };
        Some((claim.remote, (slot, lease, storing)))
    });
    let (remotes, values): (Vec<_>, Vec<_>) = values.unzip();
    let Some(remote) = remotes.first() else {
        return Vec::new();
    };
    match remote.store_many(values).await {
        Ok(versions) => versions,
        Err(why) => {
            for (_, computation, ..) in all {
                computation.report(&why);
            }
            vec![None; all.len()]
        }
    }
}

impl<O: KeyCell, C: ValueCell> Computation<O, C> {
    /// Whether one change is all that it takes to store the value.
    fn stores_with_others(&self, intent: &Intent) -> bool {
        let leased = self
            .claim
            .as_ref()
            .is_some_and(|claim| claim.held().is_some());
        let supersedes = self.load.purpose == Purpose::Call(MissReason::Forced);
        let ready = intent.times.is_some() && intent.proof.is_some();
        leased && ready && !supersedes && intent.late.is_empty()
    }

    pub(super) fn fill_shared<R, K>(
        mut self,
        body: &mut dyn FnMut(),
        result: &Cell<Option<R>>,
    ) -> Detailed<R>
    where
        K: Kind<R, Stowing: Stowing<Cell = C>>,
    {
        block_on(self.lease());
        let (place, catch) = self.load.run();
        let attempt = place.enclose(catch, body);
        match self.end_shared::<R, K>(attempt.map(|()| result_in(result))) {
            Ending::Ended(answer) => answer,
            Ending::Store(computation, taken) => {
                answered::<R, K>(block_on(computation.store_shared(taken)))
            }
        }
    }

    pub(super) async fn fill_shared_async<R, K>(
        mut self,
        body: impl Future<Output = R>,
    ) -> Detailed<R>
    where
        K: Kind<R, Stowing: Stowing<Cell = C>>,
    {
        self.lease().await;
        let (place, catch) = self.load.run();
        let attempt = Framed::new(place, catch, body).await;
        let (computation, taken) = match self.end_shared::<R, K>(attempt) {
            Ending::Ended(answer) => return answer,
            Ending::Store(computation, taken) => (computation, taken),
        };
        answered::<R, K>(computation.store_shared(taken).await)
    }

    /// Takes the right to store the value.
    async fn lease(&mut self) {
        let instance = self.instance;
        let labels = tag_marks(self.load.tags());
        let ttl = instance.options.longest();
        let Some(claim) = &mut self.claim else { return };
        if claim.lease(&labels, ttl).await.is_err() {
            instance.counters.count(Event::BackendError);
            self.load.place.forsake_outer();
        }
    }

    fn end_shared<R, K>(mut self, attempt: Attempt<R>) -> Ending<R, O, C>
    where
        K: Kind<R, Stowing: Stowing<Cell = C>>,
    {
        self.ran();
        let result = match attempt {
            Ok(result) => result,
            Err(panic) => return Ending::Ended(answered::<R, K>(self.stand_in_for(panic))),
        };
        match self.judge(returned::<R, K>(&result)) {
            Err(old) => Ending::Ended(answered::<R, K>(old)),
            Ok(None) => Ending::Ended(self.answer(result)),
            Ok(Some(taken)) => Ending::Store(self, taken),
        }
    }

    fn answer<R>(&self, value: R) -> Detailed<R> {
        Detailed {
            value,
            outcome: self.load.computed(),
            age: None,
        }
    }

    /// Stores a value, gives it to those who wait, and returns it.
    async fn store_shared(self, taken: C::Taken) -> Detailed<C::Taken> {
        let (computation, intent) = self.intend(&taken);
        computation.store_intended(taken, intent).await
    }

    /// Ends the recording of what a value was computed from, and says how it is to be stored.
    fn intend(mut self, taken: &C::Taken) -> (Self, Intent) {
        let times = self.instance.times(taken);
        let own = self.instance.labels_of(taken);
        let late = tag_marks(own.iter().map(crate::lineage::Label::name));
        let lineage = self.load.gather(own);
        if times.is_none() && self.load.is_refresh() {
            self.pause(self.instance.now());
        }
        let proof = self.claim.as_ref().map(|claim| claim.proof(&lineage, &[]));
        self.load.count_run(CameTo::Value);
        let intent = Intent {
            times,
            late,
            lineage,
            proof,
        };
        (self, intent)
    }

    async fn store_intended(self, taken: C::Taken, intent: Intent) -> Detailed<C::Taken> {
        let Intent {
            times,
            late,
            mut lineage,
            proof,
        } = intent;
        if let Some(proof) = proof {
            lineage = self.store_away(&taken, times, proof, &late, lineage).await;
        }
        self.landed(taken, lineage)
    }

    /// Gives a value to those who wait, and returns it.
    fn landed(mut self, taken: C::Taken, lineage: Lineage) -> Detailed<C::Taken> {
        self.load.place.hand_out(&lineage);
        self.land(Landing::Value(taken.clone(), lineage));
        self.answer(taken)
    }

    /// Stores a value if it may be stored; answers with what it depends on.
    async fn store_away(
        &self,
        taken: &C::Taken,
        times: Option<Times>,
        proof: Proof,
        late: &[MarkId],
        lineage: Lineage,
    ) -> Lineage {
        let claim = self.claim.as_ref().filter(|claim| claim.held().is_some());
        let (Some(times), Some(claim)) = (times, claim) else {
            return lineage.proven(proof);
        };
        let supersedes = self.load.purpose == Purpose::Call(MissReason::Forced);
        let settled = claim.store(taken, &times, &lineage, late, supersedes).await;
        if supersedes {
            lineage::outdate(self.instance, self.ticket.hash, Some(self.ticket.id));
        }
        let settled = settled.unwrap_or_else(|why| {
            self.report(&why);
            None
        });
        self.count_store(settled.is_some());
        lineage.proven(settled.unwrap_or(proof))
    }

    fn count_store(&self, stored: bool) {
        self.load.count(if stored {
            Event::Store
        } else {
            Event::Rejected
        });
    }

    fn report(&self, _why: &Error) {
        self.load.count(Event::BackendError);
    }
}
