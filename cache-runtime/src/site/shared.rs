//! Calls of functions whose entries live in a shared store: what the other drivers do, with a look at the store
//! before the decision, a claim before the computation, and a store after it.
//!
//! In this process a computation is noted in the function's own store all the same: that is what callers wait for,
//! and what an invalidation here detaches.

use std::sync::Arc;
use std::time::Duration;

use super::Instance;
use super::flight::{Follow, Landing};
use super::running::{self, Frame};
use super::seat::Task;
use super::step::{Call, Done, Step};
use crate::codec::envelope::{MarkId, WireTimes};
#[cfg(feature = "redis")]
use crate::entry::Standing;
use crate::entry::{Entry, Times};
use crate::error::Error;
use crate::key::KeyRef;
use crate::key::cell::KeyCell;
#[cfg(feature = "redis")]
use crate::lineage::Marks;
use crate::lineage::{Labels, Lineage, Proof};
use crate::outcome::MissReason;
use crate::realm::Realm;
use crate::shared::hub::Hub;
use crate::shared::names::{Mark, hex};
use crate::shared::remote::{self, Fetched, Found, Lease, Remote, Slot, Storing};
#[cfg(feature = "redis")]
use crate::shared::tier::{Before, Tier};
use crate::shared::versions::{self, Seen};
use crate::stats::Event;
#[cfg(feature = "redis")]
use crate::sweeper;
use crate::value::cell::ValueCell;

/// Where the entries of a function live.
#[derive(Debug)]
pub(crate) enum Home<T> {
    /// In this process.
    Here,
    /// In a shared store.
    Away(Box<Remote<T>>),
    /// Nowhere: they should live in a shared store, and cannot.
    Nowhere,
}

/// What a computation has to do with the store.
pub(crate) struct Claim<T: 'static> {
    pub(crate) remote: &'static Remote<T>,
    pub(crate) slot: Slot,
    /// What the store showed before; nothing if it could not be asked.
    seen: Option<Seen>,
    /// The old value.
    pub(crate) old: Option<Entry<T>>,
    lease: Option<Lease>,
    /// When it was made, in the order of this process.
    since: u64,
}

impl<T> Claim<T> {
    /// Takes the right to store a value with these labels, before it is computed.
    pub(crate) async fn lease(
        &mut self,
        labels: &[MarkId],
        ttl: Option<Duration>,
    ) -> Result<(), Error> {
        if let Some(seen) = self.seen.take() {
            let lease = self.remote.lease(&self.slot, seen, labels, ttl).await?;
            self.lease = Some(lease);
        }
        Ok(())
    }

    /// Takes the right to store values with these labels, before they are computed together.
    pub(crate) async fn lease_all(
        mut claims: Vec<&mut Self>,
        labels: &[MarkId],
        ttl: Option<Duration>,
    ) -> Result<(), Error> {
        let Some(remote) = claims.first().map(|claim| claim.remote) else {
            return Ok(());
        };
        claims.retain(|claim| claim.seen.is_some());
        let seen = claims
            .iter_mut()
            .map(|claim| (claim.slot.clone(), claim.seen.take().unwrap_or_default()));
        let leases = remote.lease_many(seen.collect(), labels, ttl).await?;
        for (claim, lease) in claims.into_iter().zip(leases) {
            claim.lease = Some(lease);
        }
        Ok(())
    }

    /// The lease, and with it where a value is to be stored.
    pub(crate) fn held(&self) -> Option<(&Slot, &Lease)> {
        Some((&self.slot, self.lease.as_ref()?))
    }

    /// What a value depends on that is computed under this claim.
    ///
    /// `late` are those of its labels whose marks are added when it is stored; a label without a mark stands for every
    /// label there is. Without a lease nobody knows; it is good for those who have asked before it began.
    pub(crate) fn proof(&self, lineage: &Lineage, late: &[MarkId]) -> Proof {
        let Some(lease) = &self.lease else {
            return Proof::unknown(self.since);
        };
        let mut proof = lease.proof();
        if let Some(inner) = lineage.proof() {
            proof.marks.inherit(&inner.marks);
        }
        // Labels of values that stay in this process have no marks of their own.
        let has_mark = |mark| late.contains(&mark) || proof.marks.version(mark).is_some();
        let is_covered = |name: &str| name.starts_with('\0') || has_mark(Mark::Tag(name).id());
        if lineage.has_label_beyond(is_covered) {
            proof.marks.add(Mark::AnyTag.id(), lease.any_tag);
        }
        proof
    }

    /// Stores a value that gives itself the labels `late`; answers with what it depends on, if it was stored.
    pub(crate) async fn store(
        &self,
        stored: &T,
        times: &Times,
        lineage: &Lineage,
        late: &[MarkId],
        supersedes: bool,
    ) -> Result<Option<Proof>, Error> {
        let Some(lease) = &self.lease else {
            return Ok(None);
        };
        let times = wire_times(times);
        let mut proof = self.proof(lineage, late);
        if !late.is_empty() {
            let Some(labels) = self.remote.late(lease, late, times.ttl).await? else {
                return Ok(None);
            };
            for (mark, version) in labels {
                proof.marks.add(mark, version);
            }
        }
        let storing = Storing {
            stored,
            times,
            marks: &proof.marks,
            supersedes,
        };
        let Some(version) = self.remote.store(&self.slot, lease, storing).await? else {
            return Ok(None);
        };
        if supersedes {
            self.remote.outdate(&self.slot).await?;
        }
        proof.version = Some(version);
        Ok(Some(proof))
    }
}

/// The times of an entry as they travel: with how long the store is to keep it.
pub(crate) fn wire_times(times: &Times) -> WireTimes {
    let window = |window: Option<Duration>| window.unwrap_or_default();
    let windows = window(times.stale_while_revalidate).max(window(times.stale_if_error));
    WireTimes {
        ttl: times.timeout.map(|timeout| timeout + windows),
        timeout: times.timeout,
        stale_while_revalidate: times.stale_while_revalidate,
        stale_if_error: times.stale_if_error,
        refresh_after: times.refresh_after,
    }
}

/// The moment before a look at the store.
#[derive(Clone, Copy)]
pub(super) struct Eve {
    epoch: u64,
    #[cfg(feature = "redis")]
    before: Option<Before>,
}

impl Eve {
    #[cfg_attr(not(feature = "redis"), expect(unused_variables, reason = "no copies"))]
    pub(super) fn now(realm: &Realm, hub: &Hub) -> Self {
        Self {
            epoch: realm.tags.now(),
            #[cfg(feature = "redis")]
            before: hub.tier().and_then(Tier::before),
        }
    }
}

/// Takes a call from step to step.
pub(super) async fn steps<O: KeyCell, C: ValueCell, Q: KeyRef<Owned = O::Key>>(
    call: &mut Call<O, C>,
    key: &Q,
    remote: &'static Remote<C::Taken>,
) -> Step<O, C> {
    let (instance, began) = (call.instance, remote::sequence());
    let slot = match remote.slot(key) {
        Ok(slot) => slot,
        Err(why) => return Step::Done(call.not_shareable(&why)),
    };
    loop {
        #[cfg(feature = "redis")]
        if let Some(copy) = call.copy(key, remote) {
            return Step::Done(call.given(copy, None));
        }
        let eve = Eve::now(instance.realm, &remote.hub);
        let fetched = remote.fetch(&slot, call.dated).await;
        if fetched.is_err() {
            instance.counters.count(Event::BackendError);
            // Nobody knows what the value will depend on, so nothing that is computed from it is stored.
            running::record(&crate::lineage::Recording::forsake);
        }
        match call.decide(key, remote, &slot, fetched.ok(), eve) {
            Decision::Done(done) => return Step::Done(done),
            Decision::Again => {}
            Decision::Follow(follow, seen) => {
                let landing = follow.await;
                let taken = call.taken(landing, remote, &slot, began, seen.as_ref());
                if let Some(done) = Box::pin(taken).await {
                    return Step::Done(done);
                }
            }
        }
    }
}

/// What a call does after a look at the store.
#[expect(clippy::large_enum_variant, reason = "it is taken apart at once")]
pub(super) enum Decision<O: KeyCell, C: ValueCell> {
    Done(Done<O, C>),
    /// It waits for another's computation, and has seen this.
    Follow(Follow<C::Taken>, Option<Seen>),
    /// It looks again, since the key has changed meanwhile.
    Again,
}

impl<O: KeyCell, C: ValueCell> Call<O, C> {
    /// Decides by what the store has shown; by nothing if it could not be asked.
    pub(super) fn decide<Q: KeyRef<Owned = O::Key>>(
        &mut self,
        key: &Q,
        remote: &'static Remote<C::Taken>,
        slot: &Slot,
        fetched: Option<Fetched<C::Taken>>,
        eve: Eve,
    ) -> Decision<O, C> {
        let instance = self.instance;
        let (found, seen, stored) = match fetched {
            Some(fetched) => (fetched.found, Some(fetched.seen), Some(fetched.stored)),
            None => (Err(MissReason::Cold), None, None),
        };
        let (old, reason) = match found {
            Ok(found) => (Some(entry_of(instance, remote, found)), MissReason::Expired),
            Err(reason) => (None, reason),
        };
        let claim = |seen, old| Claim {
            remote,
            slot: slot.clone(),
            seen,
            old,
            lease: None,
            since: remote::sequence(),
        };
        #[cfg(feature = "redis")]
        if let (Some(before), Some(entry)) = (eve.before, &old) {
            self.keep_copy(key, remote, slot, (before, eve.epoch), entry);
        }
        let look = instance.store.look(self.hash, key);
        let judged = old
            .as_ref()
            .and_then(|entry| self.judged(entry, instance.now()));
        if let Some((given, refresh)) = judged {
            if let Some(entry) = &old {
                tell_labels(instance.realm, entry, eve.epoch);
            }
            let refresh = refresh && !remote.is_paused(slot, instance.now());
            let task = refresh.then(|| self.refresh(key, &look)).flatten();
            let task = task.map(|task| task.claimed(claim(seen, old), reason));
            return Decision::Done(self.given(given, task));
        }
        if let Some(follow) = self.follow(&look) {
            return Decision::Follow(follow, seen);
        }
        // Somebody here may have come to a value since the look, and left.
        let overtaken = stored.is_some_and(|before| remote.hub.stored_since(&slot.name, before));
        if overtaken && !self.forced && !self.alone {
            return Decision::Again;
        }
        match self.compute(key, &look) {
            Some(task) => Decision::Done(Done::Miss(task.claimed(claim(seen, old), reason))),
            None => Decision::Again,
        }
    }

    /// The answer from what a wait has brought, if it is good for this call.
    pub(super) async fn taken(
        &mut self,
        landing: Landing<C::Taken>,
        remote: &Remote<C::Taken>,
        slot: &Slot,
        began: u64,
        seen: Option<&Seen>,
    ) -> Option<Done<O, C>> {
        let proof = match &landing {
            Landing::Value(_, from) | Landing::Stale(_, from) => from.proof().cloned(),
            _ => None,
        };
        let is_value = matches!(landing, Landing::Value(..) | Landing::Stale(..));
        let good = match (proof, seen) {
            (Some(proof), Some(seen)) => remote.proves(slot, &proof, began, seen).await,
            // This call could not ask the store.
            (Some(proof), None) => proof.since > began,
            (None, _) => false,
        };
        if is_value && !good {
            return None;
        }
        self.answer_of(landing)
    }

    /// The copy of an entry in this process, if there is one that needs no question.
    #[cfg(feature = "redis")]
    fn copy<Q: KeyRef<Owned = O::Key>>(
        &mut self,
        key: &Q,
        remote: &Remote<C::Taken>,
    ) -> Option<super::step::Given<C::Taken>> {
        remote.hub.tier().filter(|tier| tier.is_trusted())?;
        let look = self.instance.store.look(self.hash, key);
        let entry = look.entry()?;
        let now = self.instance.now();
        if entry.standing(now) != (Standing::Live { refresh: false }) {
            return None;
        }
        Some(self.judged(entry, now)?.0)
    }

    /// Keeps a copy of an entry in this process, unless somebody computes for its key.
    #[cfg(feature = "redis")]
    fn keep_copy<Q: KeyRef<Owned = O::Key>>(
        &self,
        key: &Q,
        remote: &Remote<C::Taken>,
        slot: &Slot,
        (before, epoch): (Before, u64),
        entry: &Entry<C::Taken>,
    ) {
        let (instance, hash) = (self.instance, self.hash);
        let marks = entry
            .lineage()
            .and_then(Lineage::proof)
            .map(|proof| &proof.marks);
        let (Some(tier), Some(marks)) = (remote.hub.tier(), marks) else {
            return;
        };
        let copy = copy_of(remote, instance, entry, marks, epoch);
        sweeper::expect(copy.leaves_at());
        tier.expect(slot, instance, hash);
        let still = || tier.stands(before, slot, marks);
        instance.store.keep(hash, key, &copy, still);
    }

    /// A call whose key cannot leave the process after all: it runs.
    pub(super) fn not_shareable(&self, _why: &Error) -> Done<O, C> {
        let counters = Arc::clone(&self.instance.counters);
        counters.count(Event::BackendError);
        Done::Miss(Task::Bypass(counters))
    }
}

/// An entry of the store as one of this process, as old as it is. What it depends on is only noted for those who ask.
pub(super) fn entry_of<O: KeyCell, C: ValueCell>(
    instance: &Instance<O, C>,
    remote: &Remote<C::Taken>,
    found: Found<C::Taken>,
) -> Entry<C::Taken> {
    let times = Times {
        timeout: found.times.timeout,
        stale_while_revalidate: found.times.stale_while_revalidate,
        stale_if_error: found.times.stale_if_error,
        refresh_after: found.times.refresh_after,
        idle: None,
    };
    let lineage = if found.times.depend_on_age() || remote.is_traced() {
        let proof = Proof {
            since: 0,
            version: Some(found.version),
            marks: found.marks.into_iter().collect(),
        };
        Lineage::default().proven(proof)
    } else {
        Lineage::default()
    };
    let stored_at = instance.now().before(found.age);
    Entry::new(found.stored, stored_at, &times, 0, lineage)
}

/// Labels of this process that stand for marks, of a value that was asked for in this epoch.
fn labels_of(realm: &'static Realm, marks: impl Iterator<Item = MarkId>, epoch: u64) -> Labels {
    let mut labels = Labels::since(epoch);
    for mark in marks {
        labels.add(realm.tags.label(&label_of(mark)));
    }
    labels
}

/// Tells the computation that runs here which labels a value has that it gets from the store. The value itself was
/// compared with the store, and is good whatever becomes of them meanwhile.
pub(super) fn tell_labels<V>(realm: &'static Realm, entry: &Entry<V>, epoch: u64) {
    if running::here().is_none() {
        return;
    }
    let proof = entry.lineage().and_then(Lineage::proof);
    let listed = proof.and_then(|proof| proof.marks.listed());
    let marks = listed.into_iter().flatten().map(|(mark, _)| *mark);
    let labels = labels_of(realm, marks, epoch);
    running::record(&|recording| recording.carry(&labels));
}

/// A copy of an entry, which carries labels for those marks of which the tier does not know what depends on them.
#[cfg(feature = "redis")]
fn copy_of<O: KeyCell, C: ValueCell>(
    remote: &Remote<C::Taken>,
    instance: &Instance<O, C>,
    entry: &Entry<C::Taken>,
    marks: &Marks,
    epoch: u64,
) -> Entry<C::Taken> {
    let listed = marks.listed().unwrap_or_default().iter();
    let others = listed
        .map(|(mark, _)| *mark)
        .filter(|mark| !remote.is_own(*mark));
    let labels = labels_of(instance.realm, others, epoch);
    entry.with_labels(labels)
}

/// The label of this process that stands for a mark.
pub(crate) fn label_of(mark: MarkId) -> String {
    format!("\0{}", hex(&mark.0))
}

/// Notes that the computation here is about to look at an entry, if what it depends on matters in a store.
pub(super) async fn rely_on<S>(remote: &Remote<S>, slot: &Slot) {
    if let Some(frame) = running::here_for_shared() {
        let mark = slot.mark();
        let version = versions::version_of(&remote.hub, mark, false).await;
        note(&frame, mark, version.ok());
    }
}

/// Notes that the computation here is about to look at an entry of a function that stays in this process.
pub(super) async fn rely_on_local(hub: &Arc<Hub>, function: &str) {
    let Some(frame) = running::here_for_shared() else {
        return;
    };
    let mark = Mark::AnyOf(function).id();
    if frame
        .recordings()
        .all(|recording| recording.relies(mark).is_some())
    {
        return;
    }
    let version = versions::version_of(hub, mark, true).await;
    note(&frame, mark, version.ok());
}

/// What cannot be known to stand makes that nothing is stored: a version that no mark ever has.
fn note(frame: &Frame, mark: MarkId, version: Option<crate::backend::Version>) {
    let version = version.unwrap_or_else(crate::backend::Version::fresh);
    for recording in frame.recordings() {
        recording.rely(mark, version);
    }
}

/// The marks of labels.
pub(super) fn tag_marks<'a>(names: impl Iterator<Item = &'a str>) -> Vec<MarkId> {
    names.map(|name| Mark::Tag(name).id()).collect()
}
