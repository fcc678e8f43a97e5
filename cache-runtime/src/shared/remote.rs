//! The entries of one function in a shared store.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::hub::Hub;
use super::names::{EPOCH, Mark, hash, with_hash};
use super::versions::{Begin, SLACK, Seen, claim};
use crate::backend::{Change, Item, Version, When};
use crate::clock::Moment;
use crate::codec::canonical::encode_key;
use crate::codec::envelope::{self, MarkId, WireTimes};
use crate::entry::pause_after;
use crate::error::Error;
use crate::key::KeyRef;
use crate::lineage::{Marks, Proof};
use crate::outcome::MissReason;
use crate::value::coding::Coding;

/// So many entries' marks are remembered, until all are forgotten and learnt anew.
const HINTS: usize = 10_000;

/// The order in which things happen in this process.
pub(crate) fn sequence() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, SeqCst)
}

/// The entries of one instantiation of a function, with stored values `S`.
pub(crate) struct Remote<S> {
    pub(crate) hub: Arc<Hub>,
    coding: Coding<S>,
    fingerprint: u64,
    /// What the names of entries begin with.
    prefix: String,
    /// What tells the instantiation from every other, of this function and of all.
    instantiation: String,
    /// What every entry depends on, and what that is called.
    own: [MarkId; 2],
    own_names: [String; 2],
    routed: bool,
    hints: Mutex<HashMap<[u8; 16], Arc<[MarkId]>>>,
    /// Entries that this process has removed, and has not asked for since.
    removed: Mutex<HashSet<[u8; 16]>>,
    /// Until when refreshes that have failed wait, and how often they have.
    pauses: Mutex<HashMap<[u8; 16], (Moment, u32)>>,
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
    pub(crate) marks: Marks,
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
        coding: Coding<S>,
        function: &str,
        instantiation: String,
        routed: bool,
    ) -> Option<Self> {
        let own = [EPOCH, Mark::Function(function).id()];
        Some(Self {
            fingerprint: (coding.fingerprint)()?,
            coding,
            prefix: hub.rules.prefix.function(function),
            own_names: own.map(|mark| hub.rules.prefix.mark(mark)),
            own,
            hub,
            instantiation,
            routed,
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
        let mut bytes = Vec::with_capacity(self.instantiation.len() + 64);
        encode_key(&self.instantiation, &mut bytes)?;
        let begin = bytes.len();
        add_key(&mut bytes)?;
        let id = hash(&[&bytes]);
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
        self.own.contains(&mark)
    }

    fn names(&self, marks: impl Iterator<Item = MarkId>) -> Vec<Cow<'_, str>> {
        let name = |mark| match self.own.iter().position(|own| *own == mark) {
            Some(n) => Cow::Borrowed(self.own_names[n].as_str()),
            None => Cow::Owned(self.hub.rules.prefix.mark(mark)),
        };
        marks.map(name).collect()
    }

    /// The marks that the entry is thought to depend on.
    fn hint(&self, slot: &Slot) -> Vec<MarkId> {
        let hints = self.hints.lock().unwrap_or_else(PoisonError::into_inner);
        match hints.get(&slot.id) {
            Some(hint) => hint.to_vec(),
            None => self.own.into_iter().chain(slot.route).collect(),
        }
    }

    fn remember(&self, slot: &Slot, marks: &[(MarkId, Version)]) {
        let mut hints = self.hints.lock().unwrap_or_else(PoisonError::into_inner);
        if hints.len() >= HINTS {
            hints.clear();
        }
        hints.insert(slot.id, marks.iter().map(|(mark, _)| *mark).collect());
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

    /// Looks at a key.
    pub(crate) async fn fetch(&self, slot: &Slot) -> Result<Fetched<S>, Error> {
        let hint = self.hint(slot);
        let names = self.names(hint.iter().copied());
        let versions: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        let stored = self.hub.stored(&slot.name);
        let mut read = self.hub.get(&[&slot.name], &versions).await?;
        let item = read.items.pop().flatten();
        let mut seen = Seen {
            slot: item.as_ref().map(|item| item.version),
            marks: hint.into_iter().zip(read.versions).collect(),
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
        let hints: Vec<_> = slots.iter().map(|slot| self.hint(slot)).collect();
        let marks: HashSet<_> = hints.iter().flatten().copied().collect();
        let marks = Vec::from_iter(marks);
        let names = self.names(marks.iter().copied());
        let versions: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        let items: Vec<_> = slots.iter().map(|slot| slot.name.as_str()).collect();
        let stored: Vec<_> = items.iter().map(|name| self.hub.stored(name)).collect();
        let read = self.hub.get(&items, &versions).await?;
        let known: HashMap<_, _> = marks.into_iter().zip(read.versions).collect();
        let mut all = Vec::with_capacity(slots.len());
        let looked_at = slots.iter().zip(hints).zip(read.items).zip(stored);
        for (((slot, hint), item), stored) in looked_at {
            let version = |mark| Some((mark, *known.get(&mark)?));
            let mut seen = Seen {
                slot: item.as_ref().map(|item| item.version),
                marks: hint.into_iter().filter_map(version).collect(),
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
        let Ok(stored) = (self.coding.decode)(&entry.payload) else {
            return Ok(Err(MissReason::Undecodable));
        };
        Ok(Ok(Found {
            stored,
            age: age(&entry.times, item.remaining),
            times: entry.times,
            marks: entry.marks.iter().copied().collect(),
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
            seen.look(&self.hub, &unseen).await?;
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
        let names = self.names(marks.iter().map(|(mark, _)| *mark));
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
        for mark in self.own.iter().chain(&slot.route).chain(labels) {
            if !wanted.contains(mark) {
                wanted.push(*mark);
            }
        }
        wanted.push(any_tag);
        let lasting = [self.own[0], self.own[1], any_tag];
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
        let mut wanted: Vec<_> = self.own.to_vec();
        wanted.extend(labels);
        wanted.push(any_tag);
        let lasting = [self.own[0], self.own[1], any_tag];
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
            lasting: &self.own,
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
        let payload = (self.coding.encode)(storing.stored)?;
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
        let kept = kept.filter(|mark| !self.own.contains(mark) && *mark != Mark::AnyTag.id());
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
        let existed = self.fetch(slot).await.is_ok_and(|fetched| {
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
