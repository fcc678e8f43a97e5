//! The guard of a computation: filled, it stores; dropped, by a panic or a cancellation, it hands over.

use std::future::Future;
use std::marker::PhantomData;
use std::panic::resume_unwind;
use std::sync::Arc;

use super::background::{self, Tasks};
use super::flight::{CameTo, Landing, Stage};
use super::running::{Attempt, Frame, Framed};
#[cfg(feature = "shared")]
use super::shared::Claim;
use super::step::{InstanceOf, TakenOf, restored};
use super::tagging::Tagging;
use crate::clock::Moment;
use crate::entry::Entry;
use crate::key::cell::KeyCell;
use crate::lineage::{self, Dependant, Label, Lineage, Recording};
use crate::options::times;
use crate::outcome::{Detailed, MissReason, Outcome};
use crate::stats::{Counters, Event};
use crate::store::Ticket;
use crate::value::cell::{Share, Stowing};
use crate::value::{Kind, Verdict};
use crate::watch::Subject;
use crate::watch::load::Ending;

/// The task of computing a value.
#[must_use = "a seat computes when it is filled"]
pub struct Seat<R, K: Kind<R>, O: KeyCell>(Task<R, K, O>);

#[cfg_attr(
    feature = "shared",
    expect(
        clippy::large_enum_variant,
        reason = "nearly every seat is the large one"
    )
)]
enum Task<R, K: Kind<R>, O: KeyCell> {
    /// The cache is neither read nor written.
    Bypass(Arc<Counters>),
    Compute(Computation<R, K, O>),
}

/// On whose behalf a value is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A call has no value, for this reason.
    Call(MissReason),
    /// A call has a value, and refreshes it because there is nobody else who could.
    Inline,
    /// Nobody waits.
    Background,
}

/// A computation in progress. Dropping it ends it without a value.
struct Computation<R, K: Kind<R>, O: KeyCell> {
    instance: &'static InstanceOf<K, O>,
    ticket: Ticket<TakenOf<K>>,
    purpose: Purpose,
    /// The key that the value is weighed by, if it is.
    weighed: Option<O::Key>,
    began: Moment,
    /// When the function was done.
    done: Moment,
    frame: Arc<Frame>,
    /// The epoch of labels that it began in.
    epoch: u64,
    /// The round of counting that it began in.
    round: u64,
    labels: Vec<Label>,
    /// What it has to do with a shared store.
    #[cfg(feature = "shared")]
    claim: Option<Claim<K>>,
    /// Whether the store still has a note of it.
    noted: bool,
    stage: Stage,
    result: PhantomData<fn() -> R>,
}

impl<R, K: Kind<R>, O: KeyCell> Seat<R, K, O> {
    pub(crate) fn new(
        instance: &'static InstanceOf<K, O>,
        ticket: Ticket<TakenOf<K>>,
        purpose: Purpose,
        weighed: Option<O::Key>,
    ) -> Self {
        let owner = Dependant {
            source: instance,
            hash: ticket.hash,
        };
        let (began, epoch) = (instance.now(), instance.realm.tags.now());
        let recording = instance
            .options
            .depends
            .then(|| Recording::begin(owner, epoch));
        Self(Task::Compute(Computation {
            instance,
            frame: Frame::begin(ticket.flight.id, recording, instance.is_away()),
            ticket,
            purpose,
            weighed,
            began,
            done: began,
            epoch,
            round: instance.counters.round(),
            labels: Vec::new(),
            #[cfg(feature = "shared")]
            claim: None,
            noted: true,
            stage: Stage::Running,
            result: PhantomData,
        }))
    }

    pub(crate) fn bypass(counters: Arc<Counters>) -> Self {
        Self(Task::Bypass(counters))
    }

    /// Computes on behalf of the call that has found it due.
    pub(crate) fn inline(mut self) -> Self {
        if let Task::Compute(computation) = &mut self.0 {
            computation.purpose = Purpose::Inline;
        }
        self
    }

    /// Says what the computation has to do with a shared store, and why it is needed.
    #[cfg(feature = "shared")]
    pub(super) fn claimed(mut self, claim: Claim<K>, why: MissReason) -> Self {
        if let Task::Compute(computation) = &mut self.0 {
            computation.claim = Some(claim);
            match &mut computation.purpose {
                Purpose::Call(reason) if *reason != MissReason::Forced => *reason = why,
                _ => {}
            }
        }
        self
    }

    /// Gives the value labels.
    pub fn tagged(mut self, tags: impl FnOnce(&mut Tagging)) -> Self {
        if let Task::Compute(computation) = &mut self.0 {
            let mut tagging = Tagging::new(computation.instance.realm);
            tags(&mut tagging);
            computation.labels = tagging.into_labels();
        }
        self
    }

    /// Runs the function and stores what it returns.
    // By itself, so that a hit saves no registers for it.
    #[inline(never)]
    pub fn fill(self, body: impl FnOnce() -> R) -> Detailed<R> {
        match self.0 {
            Task::Bypass(counters) => {
                counters.count(Outcome::Bypassed);
                bypassed(body())
            }
            Task::Compute(computation) => {
                #[cfg(feature = "shared")]
                if computation.claim.is_some() {
                    return computation.fill_shared(body);
                }
                let (frame, catch) = computation.run();
                let attempt = frame.attempt(catch, body);
                computation.end(attempt)
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
            Task::Bypass(counters) => {
                counters.count(Outcome::Bypassed);
                bypassed(body.await)
            }
            Task::Compute(computation) => {
                #[cfg(feature = "shared")]
                if computation.claim.is_some() {
                    return Box::pin(computation.fill_shared_async(body)).await;
                }
                let (frame, catch) = computation.run();
                let attempt = Framed::new(frame, catch, body).await;
                computation.end(attempt)
            }
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
            Task::Compute(computation) => computation.why(),
        }
    }

    /// Where the function runs; nothing if the cache is bypassed.
    pub(super) fn frame(&self) -> Option<Arc<Frame>> {
        match &self.0 {
            Task::Bypass(_) => None,
            Task::Compute(computation) => Some(Arc::clone(&computation.frame)),
        }
    }

    /// Takes what the function has come to, stores it if it may be stored, and gives it back.
    pub(super) fn finish(self, result: R) -> R {
        match self.0 {
            Task::Bypass(counters) => {
                counters.count(Outcome::Bypassed);
                result
            }
            Task::Compute(computation) => computation.end(Ok(result)).value,
        }
    }

    /// Runs the function on a thread that nobody waits for.
    pub(crate) fn fill_later(self, body: impl FnOnce() -> R + Send + 'static)
    where
        R: 'static,
        K: 'static,
    {
        background::run_on_thread(move || drop(self.fill(body)));
    }

    /// Runs the function as a task that nobody waits for.
    pub(crate) fn fill_as_task(self, tasks: Tasks, body: impl Future<Output = R> + Send + 'static)
    where
        R: 'static,
        K: 'static,
    {
        tasks.spawn(async move { drop(self.fill_async(body).await) });
    }
}

fn bypassed<R>(value: R) -> Detailed<R> {
    Detailed {
        value,
        outcome: Outcome::Bypassed,
        age: None,
    }
}

impl<R, K: Kind<R>, O: KeyCell> Computation<R, K, O> {
    /// Where the function runs, and whether its panic is caught since an old value might stand in.
    fn run(&self) -> (Arc<Frame>, bool) {
        let catch = self.instance.options.tolerates_failures();
        self.frame.begins(self.subject(), self.why());
        (Arc::clone(&self.frame), catch)
    }

    // By itself: the function, which may call itself, runs while who calls this has its place on the stack.
    #[inline(never)]
    fn end(mut self, attempt: Attempt<R>) -> Detailed<R> {
        let (result, taken) = match self.judge(attempt) {
            Ok(judged) => judged,
            Err(answer) => return answer,
        };
        if let Some(taken) = taken {
            let lineage = self.store(&taken);
            self.land(Landing::Value(taken, lineage), self.computed());
        }
        self.answer(result)
    }

    /// What a computation came to: its result, with what others may have of it if it is a value. Anything but a
    /// value is dealt with, and so is a failure that an old value makes up for: that is the answer.
    fn judge(&mut self, attempt: Attempt<R>) -> Result<(R, Option<TakenOf<K>>), Detailed<R>> {
        self.done = self.instance.now();
        if let Some(counters) = self.counters() {
            counters.load_took(self.done.since(self.began));
        }
        let result = match attempt {
            Ok(result) => result,
            Err(panic) => match self.stand_in() {
                Some(old) => {
                    self.tell(Ending::Panic);
                    return Err(self.settle_for(&old));
                }
                None => resume_unwind(panic),
            },
        };
        let verdict = K::judge(&result);
        let failed = match &verdict {
            Verdict::Failed(_) => true,
            Verdict::Value(stored) => K::value(stored).is_none(),
            #[cfg(feature = "axum")]
            Verdict::Private => false,
        };
        self.tell(if failed { Ending::Error } else { Ending::Value });
        if let Some(old) = failed.then(|| self.stand_in()).flatten() {
            return Err(self.settle_for(&old));
        }
        match verdict {
            Verdict::Value(stored) => Ok((result, Some(K::Stowing::taken(stored)))),
            Verdict::Failed(error) => {
                let lineage = self.close(None);
                let shared = |error| Landing::Failed(Share::new(error), lineage);
                let landing = error.map_or(Landing::Unshared, shared);
                self.land(landing, self.computed());
                Ok((result, None))
            }
            #[cfg(feature = "axum")]
            Verdict::Private => {
                self.close(None);
                self.land(Landing::Unshared, self.computed());
                Ok((result, None))
            }
        }
    }

    fn answer(&self, value: R) -> Detailed<R> {
        Detailed {
            value,
            outcome: self.computed(),
            age: None,
        }
    }

    /// Stores a value, if it may be stored; answers what it was computed from.
    fn store(&mut self, taken: &TakenOf<K>) -> Lineage {
        let (instance, value) = (self.instance, K::value(K::Stowing::view(taken)));
        let times = times(&instance.options, &instance.rules, value);
        let weight = instance.weigh(value, self.weighed.as_ref());
        let lineage = self.close(value);
        if times.is_none() && self.is_refresh() {
            self.pause(self.done);
        }
        if let Some(times) = times {
            let taken = taken.clone();
            let entry = instance.entry(taken, self.done, &times, weight, lineage.clone());
            self.count_run(CameTo::Value, self.computed());
            self.noted = false;
            if instance.store.commit(&self.ticket, entry)
                && self.purpose == Purpose::Call(MissReason::Forced)
            {
                lineage::outdate(instance, self.ticket.hash, Some(self.ticket.flight.id));
            }
        }
        lineage
    }

    /// Ends the recording of what the value was computed from, and hands it to the computation around this one.
    fn close(&mut self, value: Option<&K::Value>) -> Lineage {
        let lineage = self.gather(value);
        self.frame.hand_out(&lineage);
        lineage
    }

    /// Ends the recording of what the value was computed from.
    fn gather(&mut self, value: Option<&K::Value>) -> Lineage {
        let mut own = std::mem::take(&mut self.labels);
        if let Some(value) = value {
            own.append(&mut self.instance.labels_of(value));
        }
        match self.frame.recording() {
            Some(recording) => recording.close(own),
            None => Lineage::of_labels(self.epoch, own),
        }
    }

    /// The function's counters, unless they count for somebody else by now.
    fn counters(&self) -> Option<&Counters> {
        let counters = &self.instance.counters;
        (counters.round() == self.round).then_some(counters)
    }

    fn computed(&self) -> Outcome {
        Outcome::Computed(match self.purpose {
            Purpose::Call(reason) => reason,
            Purpose::Inline | Purpose::Background => MissReason::Expired,
        })
    }

    fn subject(&self) -> Subject<'static> {
        Subject::Function(self.instance.site)
    }

    /// Why the function runs, in a word.
    fn why(&self) -> &'static str {
        match self.purpose {
            Purpose::Call(reason) => reason.word(),
            Purpose::Inline | Purpose::Background => "refresh",
        }
    }

    /// Tells those who watch how the run has ended.
    fn tell(&self, ending: Ending) {
        let time = self.done.since(self.began);
        self.frame.watch.ended(ending, time);
    }

    fn is_refresh(&self) -> bool {
        !matches!(self.purpose, Purpose::Call(_))
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
    fn replaced(&self) -> Option<Entry<TakenOf<K>>> {
        #[cfg(feature = "shared")]
        if let Some(claim) = &self.claim {
            return claim.old.clone();
        }
        self.instance.store.replaced_by(&self.ticket)
    }

    /// The old value that answers in the stead of a failure, if there is one.
    fn stand_in(&self) -> Option<Entry<TakenOf<K>>> {
        let old = self.replaced()?;
        old.stands_in(self.instance.now(), self.is_refresh())
            .then_some(old)
    }

    /// Answers with the old value.
    fn settle_for(&mut self, old: &Entry<TakenOf<K>>) -> Detailed<R> {
        let now = self.instance.now();
        if !self.is_refresh() {
            self.frame
                .watch
                .failed("the function has failed, and the old value answers");
        }
        self.pause(now);
        self.close(None);
        let lineage = old.lineage().cloned().unwrap_or_default();
        self.frame.hand_out(&lineage);
        let value = restored::<R, K>(old.value.clone());
        self.land(Landing::Stale(old.value.clone(), lineage), Outcome::Stale);
        Detailed {
            value,
            outcome: Outcome::Stale,
            age: Some(now.since(old.stored_at)),
        }
    }

    /// Leaves the store first and lands then, so that who comes between finds nothing to wait for.
    fn land(&mut self, landing: Landing<TakenOf<K>>, outcome: Outcome) {
        let came_to = (&landing).into();
        self.count_run(came_to, outcome);
        self.stage = Stage::Landed;
        if std::mem::take(&mut self.noted) {
            self.instance.store.abandon(&self.ticket);
        }
        self.ticket.flight.land(landing);
        if self.is_refresh() && came_to != CameTo::Value {
            self.frame
                .watch
                .failed("a refresh has failed, and the old value stays");
        }
    }

    /// Counts what the run came to, before anybody can see that.
    fn count_run(&mut self, came_to: CameTo, outcome: Outcome) {
        if self.stage >= Stage::Counted {
            return;
        }
        self.stage = Stage::Counted;
        let event = match self.purpose {
            Purpose::Background if came_to == CameTo::Value => Event::Refresh,
            Purpose::Background => Event::FailedRefresh,
            _ => outcome.into(),
        };
        if let Some(counters) = self.counters() {
            counters.count(event);
            #[cfg(feature = "admin")]
            counters.record.runs.note(crate::record::Run {
                at: self.done,
                took: self.done.since(self.began),
                event,
                came_to,
                hash: self.ticket.hash,
            });
        }
    }
}

#[cfg(feature = "shared")]
mod shared;
#[cfg(feature = "shared")]
pub(super) use shared::{Unstored, lease_all, store_all};

impl<R, K: Kind<R>, O: KeyCell> Drop for Computation<R, K, O> {
    fn drop(&mut self) {
        if self.stage == Stage::Landed {
            return;
        }
        self.done = self.instance.now();
        self.tell(Ending::dropped());
        self.close(None);
        #[cfg(feature = "admin")]
        if self.done == self.began {
            self.done = self.instance.now();
        }
        self.land(Landing::Abandoned, self.computed());
    }
}

impl<R, K: Kind<R>, O: KeyCell> std::fmt::Debug for Seat<R, K, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seat").finish_non_exhaustive()
    }
}
