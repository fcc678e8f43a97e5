//! The entries of one function in a shared store.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use foldhash::fast::RandomState;

use super::hub::Hub;
use super::names::{EPOCH, Mark, Naming, Prefix, with_hash};
use super::versions::{Begin, SLACK, Seen, claim};
use crate::backend::{Change, Item, Read, Version, When};
use crate::clock::Moment;
use crate::codec::canonical::encode_key;
use crate::codec::envelope::{self, MarkId, WireTimes};
use crate::entry::pause_after;
use crate::error::Error;
use crate::key::KeyRef;
use crate::lineage::{Marks, Proof};
use crate::outcome::MissReason;
use crate::threads::Detour;
use crate::value::coding::Coder;

/// So many entries' marks are remembered, until all are forgotten and learnt anew.
const HINTS: usize = 10_000;

/// The order in which things happen in this process.
pub(crate) fn sequence() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, SeqCst)
}

/// The entries of one instantiation of a function, with values that are taken out as `S`.
pub(crate) struct Remote<S> {
    pub(crate) hub: Arc<Hub>,
    coding: Box<dyn Coder<S>>,
    fingerprint: u64,
    /// What the names of entries begin with.
    prefix: String,
    /// What tells the instantiation from every other, of this function and of all: the beginning of its keys.
    instantiation: Vec<u8>,
    /// Makes the names of entries.
    naming: Naming,
    /// What every entry depends on.
    own: Arc<Hint>,
    routed: bool,
    /// Some entries are more than there or not there: how old they are matters.
    ages_matter: AtomicBool,
    /// What entries depend on that depend on more.
    hints: Mutex<HashMap<[u8; 16], Arc<Hint>, RandomState>>,
    /// Entries that this process has removed, and has not asked for since.
    removed: Mutex<HashSet<[u8; 16]>>,
    /// Until when refreshes that have failed wait, and how often they have.
    pauses: Mutex<HashMap<[u8; 16], (Moment, u32)>>,
}

/// The marks that an entry is thought to depend on, and what they are called.
struct Hint {
    marks: Vec<MarkId>,
    names: Vec<String>,
}

impl Hint {
    fn of(marks: impl Iterator<Item = MarkId>, prefix: &Prefix) -> Arc<Self> {
        let marks: Vec<_> = marks.collect();
        let names = prefix.marks(marks.iter().copied());
        Arc::new(Self { marks, names })
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    fn named(&self) -> impl Iterator<Item = (MarkId, &str)> {
        self.marks.iter().copied().zip(self.names())
    }
}

/// Where a key's entry is.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) name: String,
    pub(crate) id: [u8; 16],
    key: Vec<u8>,
    /// The route that the key is, if it is one.
    route: Option<MarkId>,
}

impl Slot {
    /// The mark of what is computed from the entry.
    pub(crate) fn mark(&self) -> MarkId {
        Mark::Entry(&self.name).id()
    }
}

/// A look at a key.
pub(crate) struct Fetched<S> {
    pub(crate) found: Result<Found<S>, MissReason>,
    pub(crate) seen: Seen,
    /// The moment before, as [`Hub::stored`] tells it.
    pub(crate) stored: u64,
}

/// A value that is in the store.
pub(crate) struct Found<S> {
    pub(crate) stored: S,
    pub(crate) times: WireTimes,
    /// How long ago it was stored.
    pub(crate) age: Duration,
    pub(crate) marks: Vec<(MarkId, Version)>,
    pub(crate) version: Version,
}

/// The right to store what is computed from now on.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    pub(crate) version: Version,
    pub(crate) marks: Marks,
    /// The version that moves on with every label.
    pub(crate) any_tag: Version,
    pub(crate) since: u64,
}

impl Lease {
    pub(crate) fn proof(&self) -> Proof {
        Proof {
            since: self.since,
            version: Some(self.version),
            marks: self.marks.clone(),
        }
    }
}

/// What is to be stored, and how.
pub(crate) struct Storing<'a, S> {
    pub(crate) stored: &'a S,
    pub(crate) times: WireTimes,
    pub(crate) marks: &'a Marks,
    /// Whether computations that began before are not to be stored after it.
    pub(crate) supersedes: bool,
}

impl<S> Remote<S> {
    /// None if values cannot be made of bytes alone.
    pub(crate) fn new(
        hub: Arc<Hub>,
        coding: impl Coder<S> + 'static,
        function: &str,
        instantiation: &str,
        routed: bool,
    ) -> Option<Self> {
        let own = [EPOCH, Mark::Function(function).id()].into_iter();
        let mut beginning = Vec::new();
        encode_key(instantiation, &mut beginning).ok()?;
        Some(Self {
            fingerprint: coding.fingerprint()?,
            coding: Box::new(coding),
            prefix: hub.rules.prefix.function(function),
            own: Hint::of(own, &hub.rules.prefix),
            hub,
            naming: Naming::of(&beginning),
            instantiation: beginning,
            routed,
            ages_matter: AtomicBool::new(false),
            hints: Mutex::default(),
            removed: Mutex::default(),
            pauses: Mutex::default(),
        })
    }

    /// Where the entry of a key is.
    pub(crate) fn slot(&self, key: &impl KeyRef) -> Result<Slot, Error> {
        self.slot_with(|bytes| key.wire(bytes))
    }

    /// Where the entry of a key is that is these bytes.
    #[cfg(feature = "admin")]
    pub(crate) fn slot_of(&self, wire: &[u8]) -> Result<Slot, Error> {
        self.slot_with(|bytes| {
            bytes.extend_from_slice(wire);
            Ok(())
        })
    }

    fn slot_with(
        &self,
        add_key: impl FnOnce(&mut Vec<u8>) -> Result<(), Error>,
    ) -> Result<Slot, Error> {
        let begin = self.instantiation.len();
        let mut bytes = Vec::with_capacity(begin + 64);
        bytes.extend_from_slice(&self.instantiation);
        add_key(&mut bytes)?;
        let id = self.naming.hash(&bytes[begin..]);
        let route = self.routed.then(|| Mark::Route(&bytes[begin..]).id());
        Ok(Slot {
            name: with_hash(&self.prefix, &id),
            id,
            key: bytes,
            route,
        })
    }

    /// Whether every entry of the function depends on a mark.
    #[cfg(feature = "redis")]
    pub(crate) fn is_own(&self, mark: MarkId) -> bool {
        self.own.marks.contains(&mark)
    }

    /// The marks that the entry is thought to depend on.
    fn hint(&self, slot: &Slot) -> Arc<Hint> {
        let hints = self.hints.lock().unwrap_or_else(PoisonError::into_inner);
        match (hints.get(&slot.id), slot.route) {
            (Some(hint), _) => Arc::clone(hint),
            (None, None) => Arc::clone(&self.own),
            (None, route) => {
                let marks = self.own.marks.iter().copied().chain(route);
                Hint::of(marks, &self.hub.rules.prefix)
            }
        }
    }

    fn remember(&self, slot: &Slot, marks: &[(MarkId, Version)]) {
        let marks = marks.iter().map(|(mark, _)| *mark);
        let hint = Hint::of(marks, &self.hub.rules.prefix);
        let mut hints = self.hints.lock().unwrap_or_else(PoisonError::into_inner);
        if hints.len() >= HINTS {
            hints.clear();
        }
        hints.insert(slot.id, hint);
    }

    /// Why there is no entry, as far as this process knows. What another has removed is as if it had never been: a
    /// removed slot has no version, nor has one that has expired or was evicted.
    fn why_absent(&self, slot: &Slot) -> MissReason {
        if self.removed().remove(&slot.id) {
            MissReason::Invalidated
        } else {
            MissReason::Cold
        }
    }

    fn removed(&self) -> MutexGuard<'_, HashSet<[u8; 16]>> {
        self.removed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_removed(&self, slot: &Slot) {
        let mut removed = self.removed();
        if removed.len() >= HINTS {
            removed.clear();
        }
        removed.insert(slot.id);
    }

    fn pauses(&self) -> MutexGuard<'_, HashMap<[u8; 16], (Moment, u32)>> {
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whether refreshes of an entry wait since they have failed.
    pub(crate) fn is_paused(&self, slot: &Slot, now: Moment) -> bool {
        self.pauses()
            .get(&slot.id)
            .is_some_and(|(until, _)| now < *until)
    }

    /// Takes note that a refresh has failed: the next one waits, longer each time.
    pub(crate) fn refresh_failed(&self, slot: &Slot, now: Moment) {
        let mut pauses = self.pauses();
        if pauses.len() >= HINTS {
            pauses.clear();
        }
        let (until, failures) = pauses.entry(slot.id).or_insert((now, 0));
        *until = now.after(pause_after(*failures));
        *failures += 1;
    }

    /// Looks at a key. How old its entry is is known if that is asked for, or if it matters.
    pub(crate) async fn fetch(&self, slot: &Slot, dated: bool) -> Result<Fetched<S>, Error> {
        let timed = dated || self.asks_for_times();
        let fetched = self.fetch_once(slot, timed).await?;
        if timed || !self.asks_for_times() {
            return Ok(fetched);
        }
        Box::pin(self.fetch_once(slot, true)).await
    }

    /// Whether it matters how old entries are: to whoever keeps copies, or to those that were seen last.
    fn asks_for_times(&self) -> bool {
        #[cfg(feature = "redis")]
        if self.hub.tier().is_some() {
            return true;
        }
        self.ages_matter.load(Relaxed)
    }

    /// Whether somebody asks what an entry depends on: a computation here, or whoever keeps copies.
    #[cfg_attr(
        not(feature = "redis"),
        expect(clippy::unused_self, reason = "no copies")
    )]
    pub(crate) fn is_traced(&self) -> bool {
        #[cfg(feature = "redis")]
        if self.hub.tier().is_some() {
            return true;
        }
        Detour::Inside.is_there()
    }

    async fn read(&self, items: &[&str], versions: &[&str], timed: bool) -> Result<Read, Error> {
        if timed {
            self.hub.get(items, versions).await
        } else {
            self.hub.get_contents(items, versions).await
        }
    }

    async fn fetch_once(&self, slot: &Slot, timed: bool) -> Result<Fetched<S>, Error> {
        let hint = self.hint(slot);
        let versions: Vec<&str> = hint.names().collect();
        let stored = self.hub.stored(&slot.name);
        let mut read = self.read(&[&slot.name], &versions, timed).await?;
        let item = read.items.pop().flatten();
        let mut seen = Seen {
            slot: item.as_ref().map(|item| item.version),
            marks: hint.marks.iter().copied().zip(read.versions).collect(),
        };
        let found = self.opened(slot, item, &mut seen).await?;
        Ok(Fetched {
            found,
            seen,
            stored,
        })
    }

    /// Looks at keys, all of them at once.
    pub(crate) async fn fetch_many(&self, slots: &[Slot]) -> Result<Vec<Fetched<S>>, Error> {
        let timed = self.asks_for_times();
        let fetched = self.fetch_many_once(slots, timed).await?;
        if timed || !self.asks_for_times() {
            return Ok(fetched);
        }
        self.fetch_many_once(slots, true).await
    }

    async fn fetch_many_once(&self, slots: &[Slot], timed: bool) -> Result<Vec<Fetched<S>>, Error> {
        let hints: Vec<_> = slots.iter().map(|slot| self.hint(slot)).collect();
        let marks: HashMap<MarkId, &str> = hints.iter().flat_map(|hint| hint.named()).collect();
        let (marks, versions): (Vec<_>, Vec<_>) = marks.into_iter().unzip();
        let items: Vec<_> = slots.iter().map(|slot| slot.name.as_str()).collect();
        let stored: Vec<_> = items.iter().map(|name| self.hub.stored(name)).collect();
        let read = self.read(&items, &versions, timed).await?;
        let known: HashMap<_, _> = marks.into_iter().zip(read.versions).collect();
        let mut all = Vec::with_capacity(slots.len());
        let looked_at = slots.iter().zip(hints).zip(read.items).zip(stored);
        for (((slot, hint), item), stored) in looked_at {
            let version = |mark: &MarkId| Some((*mark, *known.get(mark)?));
            let mut seen = Seen {
                slot: item.as_ref().map(|item| item.version),
                marks: hint.marks.iter().filter_map(version).collect(),
            };
            let found = self.opened(slot, item, &mut seen).await?;
            all.push(Fetched {
                found,
                seen,
                stored,
            });
        }
        Ok(all)
    }

    /// What is in an item that was looked at.
    async fn opened(
        &self,
        slot: &Slot,
        item: Option<Item>,
        seen: &mut Seen,
    ) -> Result<Result<Found<S>, MissReason>, Error> {
        let Some(item) = item.filter(|item| !item.content.is_empty()) else {
            return Ok(Err(self.why_absent(slot)));
        };
        let sealing = &self.hub.rules.sealing;
        let Ok(entry) = sealing.open(item.version, &item.content, self.fingerprint, &slot.key)
        else {
            return Ok(Err(MissReason::Undecodable));
        };
        if !self.stands(slot, &entry.marks, seen).await? {
            return Ok(Err(MissReason::Invalidated));
        }
        let Ok(stored) = self.coding.decode(&entry.payload) else {
            return Ok(Err(MissReason::Undecodable));
        };
        if entry.times.depend_on_age() && !self.ages_matter.load(Relaxed) {
            self.ages_matter.store(true, Relaxed);
        }
        Ok(Ok(Found {
            stored,
            age: age(&entry.times, item.remaining),
            times: entry.times,
            marks: entry.marks,
            version: item.version,
        }))
    }

    /// Tells whether all marks still have these versions; asks for those that were not seen yet.
    async fn stands(
        &self,
        slot: &Slot,
        marks: &[(MarkId, Version)],
        seen: &mut Seen,
    ) -> Result<bool, Error> {
        // An entry that does not depend on what all entries do was not stored here.
        if !self
            .own
            .marks
            .iter()
            .all(|own| marks.iter().any(|(mark, _)| mark == own))
        {
            return Ok(false);
        }
        let unseen: Vec<_> = marks
            .iter()
            .map(|(mark, _)| *mark)
            .filter(|mark| !seen.has_looked_at(*mark))
            .collect();
        if !unseen.is_empty() {
            self.remember(slot, marks);
            Box::pin(seen.look(&self.hub, &unseen)).await?;
        }
        let stands = |(mark, version): &(MarkId, Version)| seen.version(*mark) == Some(*version);
        Ok(marks.iter().all(stands))
    }

    /// Tells whether a value that somebody else has computed is good for a call that began at `began`, and has
    /// seen this since.
    pub(crate) async fn proves(&self, slot: &Slot, proof: &Proof, began: u64, seen: &Seen) -> bool {
        if proof.since > began {
            return true;
        }
        let Some(marks) = proof.marks.listed() else {
            return false;
        };
        if proof.version.is_some()
            && proof.version == seen.slot
            && marks.iter().all(|(mark, _)| seen.has_looked_at(*mark))
        {
            return marks
                .iter()
                .all(|(mark, version)| seen.version(*mark) == Some(*version));
        }
        let names = self
            .hub
            .rules
            .prefix
            .marks(marks.iter().map(|(mark, _)| *mark));
        let mut versions: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        versions.push(&slot.name);
        let Ok(read) = self.hub.get(&[], &versions).await else {
            return false;
        };
        let expected = marks
            .iter()
            .map(|(_, version)| Some(*version))
            .chain([proof.version]);
        read.versions.into_iter().eq(expected)
    }

    /// Takes the right to store what is computed from now on: begins versions where there are none.
    pub(crate) async fn lease(
        &self,
        slot: &Slot,
        mut seen: Seen,
        labels: &[MarkId],
        ttl: Option<Duration>,
    ) -> Result<Lease, Error> {
        let since = sequence();
        let any_tag = Mark::AnyTag.id();
        let mut wanted = Vec::with_capacity(4 + labels.len());
        for mark in self.own.marks.iter().chain(&slot.route).chain(labels) {
            if !wanted.contains(mark) {
                wanted.push(*mark);
            }
        }
        wanted.push(any_tag);
        let lasting = [&self.own.marks[..], &[any_tag]].concat();
        let begin = Begin {
            hub: &self.hub,
            slot: Some(&slot.name),
            ttl,
            lasting: &lasting,
        };
        let (version, mut versions) = begin.versions(&mut seen, &wanted).await?;
        let any_tag = versions.pop().map(|(_, version)| version);
        match (version, any_tag) {
            (Some(version), Some(any_tag)) => Ok(Lease {
                version,
                marks: versions.into_iter().collect(),
                any_tag,
                since,
            }),
            _ => Err(Error::refused("the store keeps no versions")),
        }
    }

    /// Takes the right to store what is computed together from now on, in the order of the slots.
    pub(crate) async fn lease_many(
        &self,
        slots: Vec<(Slot, Seen)>,
        labels: &[MarkId],
        ttl: Option<Duration>,
    ) -> Result<Vec<Lease>, Error> {
        let (since, any_tag) = (sequence(), Mark::AnyTag.id());
        let mut wanted = self.own.marks.clone();
        wanted.extend(labels);
        wanted.push(any_tag);
        let lasting = [&self.own.marks[..], &[any_tag]].concat();
        let begin = Begin {
            hub: &self.hub,
            slot: None,
            ttl,
            lasting: &lasting,
        };
        let mut seen = Seen::default();
        if let Some((_, first)) = slots.first() {
            let common = first.marks.iter().filter(|(mark, _)| wanted.contains(mark));
            seen.marks = common.copied().collect();
        }
        let (_, mut versions) = begin.versions(&mut seen, &wanted).await?;
        let any_tag = versions.pop().map(|(_, version)| version);
        let any_tag = any_tag.ok_or_else(|| Error::refused("the store keeps no versions"))?;
        let marks: Marks = versions.into_iter().collect();
        let claimed = self.claim_many(&slots).await?;
        let mut leases = Vec::with_capacity(slots.len());
        for ((slot, seen), version) in slots.into_iter().zip(claimed) {
            let lease = match version {
                Some(version) => Lease {
                    version,
                    marks: marks.clone(),
                    any_tag,
                    since,
                },
                // It comes and goes: it is looked at by itself.
                None => self.lease(&slot, seen, labels, ttl).await?,
            };
            leases.push(lease);
        }
        Ok(leases)
    }

    /// The versions of slots, as they were seen, are begun now or have been begun meanwhile.
    async fn claim_many(&self, slots: &[(Slot, Seen)]) -> Result<Vec<Option<Version>>, Error> {
        let mut claimed: Vec<_> = slots.iter().map(|(_, seen)| seen.slot).collect();
        let is_absent = |claimed: &[Option<Version>]| {
            let absent = claimed.iter().enumerate();
            let absent = absent.filter(|(_, version)| version.is_none());
            absent.map(|(n, _)| n).collect::<Vec<_>>()
        };
        let name = |n: usize| slots[n].0.name.as_str();
        let absent = is_absent(&claimed);
        if !absent.is_empty() {
            let version = Version::fresh();
            let changes: Vec<_> = absent.iter().map(|&n| claim(name(n), version)).collect();
            let made = self.hub.change(&changes).await?;
            for (&n, _) in absent.iter().zip(made).filter(|(_, made)| *made) {
                claimed[n] = Some(version);
            }
        }
        let others = is_absent(&claimed);
        if !others.is_empty() {
            let names: Vec<_> = others.iter().map(|&n| name(n)).collect();
            let read = self.hub.get(&[], &names).await?;
            for (n, version) in others.into_iter().zip(read.versions) {
                claimed[n] = version;
            }
        }
        Ok(claimed)
    }

    /// The versions of labels that were learnt from a value, as they were when its lease was taken; none if a label
    /// has been invalidated since.
    pub(crate) async fn late(
        &self,
        lease: &Lease,
        labels: &[MarkId],
        ttl: Option<Duration>,
    ) -> Result<Option<Vec<(MarkId, Version)>>, Error> {
        let begin = Begin {
            hub: &self.hub,
            slot: None,
            ttl,
            lasting: &self.own.marks,
        };
        let (_, versions) = begin.versions(&mut Seen::default(), labels).await?;
        // Read after the labels: an invalidation removes this one before them.
        let mut seen = Seen::default();
        let any_tag = Mark::AnyTag.id();
        seen.look(&self.hub, &[any_tag]).await?;
        let still = seen.version(any_tag) == Some(lease.any_tag);
        Ok(still.then_some(versions))
    }

    /// Stores a value, unless its slot has changed since the lease; answers with the version that it has then.
    pub(crate) async fn store(
        &self,
        slot: &Slot,
        lease: &Lease,
        storing: Storing<'_, S>,
    ) -> Result<Option<Version>, Error> {
        let Some(sealed) = self.seal(slot, lease, &storing)? else {
            return Ok(None);
        };
        let made = self.hub.change(&sealed.changes()).await?;
        Ok(self.stored(&sealed, made.last() == Some(&true)))
    }

    /// Stores values, each unless its slot has changed since its lease; answers with the versions that they have then.
    pub(crate) async fn store_many(
        &self,
        values: Vec<(&Slot, &Lease, Storing<'_, S>)>,
    ) -> Result<Vec<Option<Version>>, Error> {
        let sealed: Vec<_> = values
            .into_iter()
            .map(|(slot, lease, storing)| self.seal(slot, lease, &storing).ok().flatten())
            .collect();
        let changes: Vec<_> = sealed.iter().flatten().flat_map(Sealed::changes).collect();
        let made = self.hub.change(&changes).await?;
        let mut made = made.iter();
        let stored = sealed.iter().map(|sealed| {
            let sealed = sealed.as_ref()?;
            let stored = made.nth(sealed.kept.len()) == Some(&true);
            self.stored(sealed, stored)
        });
        Ok(stored.collect())
    }

    /// Makes ready what is to be stored, if it may be.
    fn seal<'a>(
        &self,
        slot: &'a Slot,
        lease: &Lease,
        storing: &Storing<'_, S>,
    ) -> Result<Option<Sealed<'a>>, Error> {
        let Some(marks) = storing.marks.listed() else {
            return Ok(None);
        };
        let payload = self.coding.encode(storing.stored)?;
        let version = if storing.supersedes {
            Version::fresh()
        } else {
            lease.version
        };
        let entry = envelope::Entry {
            fingerprint: self.fingerprint,
            key: &slot.key,
            times: storing.times,
            marks: marks.to_vec(),
            failed: false,
            payload: payload.into(),
        };
        let kept = marks.iter().map(|(mark, _)| *mark);
        let kept = kept.filter(|mark| !self.own.marks.contains(mark) && *mark != Mark::AnyTag.id());
        Ok(Some(Sealed {
            slot,
            leased: lease.version,
            version,
            content: self.hub.rules.sealing.seal(version, &entry),
            ttl: storing.times.ttl,
            kept: kept.map(|mark| self.hub.rules.prefix.mark(mark)).collect(),
        }))
    }

    fn stored(&self, sealed: &Sealed<'_>, stored: bool) -> Option<Version> {
        if stored {
            self.pauses().remove(&sealed.slot.id);
            self.removed().remove(&sealed.slot.id);
        }
        stored.then_some(sealed.version)
    }

    /// Removes an entry and what was computed from it; answers whether there was a live one.
    pub(crate) async fn invalidate(&self, slot: &Slot) -> Result<bool, Error> {
        let existed = self.fetch(slot, false).await.is_ok_and(|fetched| {
            let live = |found: &Found<S>| {
                found
                    .times
                    .timeout
                    .is_none_or(|timeout| found.age < timeout)
            };
            fetched.found.as_ref().is_ok_and(live)
        });
        Ok(self.remove(slot).await? && existed)
    }

    /// Removes an entry and what was computed from it; answers whether there was something.
    pub(crate) async fn remove(&self, slot: &Slot) -> Result<bool, Error> {
        let mark = self.hub.rules.prefix.mark(slot.mark());
        let removed = self.hub.remove(&[&slot.name, &mark]).await?;
        let existed = removed.first() == Some(&true);
        if existed {
            self.note_removed(slot);
        }
        Ok(existed)
    }

    /// Removes what was computed from an entry.
    pub(crate) async fn outdate(&self, slot: &Slot) -> Result<(), Error> {
        let mark = self.hub.rules.prefix.mark(slot.mark());
        self.hub.remove(&[&mark]).await.map(drop)
    }
}

/// A value that is ready to be stored.
struct Sealed<'a> {
    slot: &'a Slot,
    leased: Version,
    version: Version,
    content: Vec<u8>,
    ttl: Option<Duration>,
    /// The names of the marks that are to live as long as the value.
    kept: Vec<String>,
}

impl Sealed<'_> {
    /// What is to be changed in the store; the value comes last.
    fn changes(&self) -> Vec<Change<'_>> {
        let longer = self.ttl.map(|ttl| ttl + SLACK);
        let kept = self.kept.iter();
        let kept = kept.map(|name| Change::Keep { name, ttl: longer });
        let set = Change::Set {
            name: &self.slot.name,
            version: self.version,
            content: &self.content,
            ttl: self.ttl,
            when: When::Unchanged(self.leased),
        };
        kept.chain([set]).collect()
    }
}

/// How long ago an entry was stored, by what is left of the time that it was given.
fn age(times: &WireTimes, remaining: Option<Duration>) -> Duration {
    let given = times.ttl.zip(remaining);
    given.map_or(Duration::ZERO, |(ttl, left)| ttl.saturating_sub(left))
}

impl<S> std::fmt::Debug for Remote<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Remote")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}
