//! Values that are computed where there are none: one caller computes for all who ask meanwhile.

use std::sync::Arc;
use std::time::Duration;

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use once_cell::sync::Lazy;
use serde::de::DeserializeOwned;

use super::values::{Under, Values, ttl};
use crate::backend::{Change, Version, When};
use crate::codec::value::decode_value;
use crate::error::Error;
use crate::lineage::{Lineage, LoadId, Proof};
use crate::shared::names::EPOCH;
use crate::shared::remote::sequence;
use crate::site::flight::{Flight, Follow, Landing};

type Load = Flight<Arc<[u8]>>;

/// A claim is there for this long.
const CLAIM: Duration = Duration::from_secs(3600);

/// The computations under way, by the store and the name of the value.
static LOADS: Lazy<DashMap<(usize, String), Arc<Load>>> = Lazy::new(DashMap::new);

/// What a caller does.
pub(super) enum Turn {
    Found(Arc<[u8]>),
    Lead(Lead),
}

/// The task of computing a value. Dropped, it hands over to one of those who wait.
pub(super) struct Lead {
    values: Values,
    key: String,
    name: String,
    timeout: Option<Duration>,
    /// The versions of the value's item and of the epoch before the computation; none if the store cannot be asked.
    lease: Option<(Version, Version)>,
    since: u64,
    flight: Arc<Load>,
}

/// The value of some bytes.
pub(super) fn decoded<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    decode_value(bytes)
}

impl Values {
    fn load(&self, name: &str) -> (usize, String) {
        (Arc::as_ptr(&self.hub).addr(), name.to_owned())
    }

    /// Finds a value, or the task of computing it.
    pub(super) async fn lead_or_find(&self, key: &str, timeout: Duration) -> Turn {
        let began = sequence();
        let mut alone = false;
        let load = || Arc::new(Load::new(LoadId::next()));
        loop {
            let name = self.hub.rules.prefix.value(key);
            let stored = self.hub.stored(&name);
            let under = self.look_at(key).await.ok();
            if let Some(held) = under.as_ref().and_then(|under| under.held.as_ref()) {
                return Turn::Found(held.payload.as_slice().into());
            }
            let flight = match LOADS.entry(self.load(&name)) {
                Entry::Occupied(other) if !alone => Err(Arc::clone(other.get())),
                Entry::Vacant(free) if !alone => Ok(Arc::clone(&free.insert(load()))),
                // Nobody waits for it.
                _ => Ok(load()),
            };
            let other = match flight {
                // Somebody here may have come to a value since the look, and left.
                Ok(flight) if !alone && under.is_some() && self.hub.stored_since(&name, stored) => {
                    self.leave(&name, &flight, Landing::Abandoned);
                    continue;
                }
                Ok(flight) => {
                    return Turn::Lead(self.lead(key, name, ttl(timeout), under, flight).await);
                }
                Err(other) => other,
            };
            let Some(follow) = Follow::join(other) else {
                alone = true;
                continue;
            };
            if let Landing::Value(bytes, from) = follow.await
                && good(&from, began, under.as_ref())
            {
                return Turn::Found(bytes);
            }
        }
    }

    async fn lead(
        &self,
        key: &str,
        name: String,
        timeout: Option<Duration>,
        under: Option<Under>,
        flight: Arc<Load>,
    ) -> Lead {
        let since = sequence();
        // Made first: it hands over if this future is dropped.
        let mut lead = Lead {
            values: self.clone(),
            key: key.to_owned(),
            name,
            timeout,
            lease: None,
            since,
            flight,
        };
        if let Some(under) = under {
            lead.lease = self.claim(&under).await.ok();
        }
        lead
    }

    /// Ends a computation, and tells those who wait for it.
    fn leave(&self, name: &str, flight: &Arc<Load>, landing: Landing<Arc<[u8]>>) {
        LOADS.remove_if(&self.load(name), |_, other| Arc::ptr_eq(other, flight));
        flight.land(landing);
    }

    /// The versions of the item and of the epoch, begun where there are none.
    async fn claim(&self, under: &Under) -> Result<(Version, Version), Error> {
        let epoch = self.epoch().await?;
        if let Some(version) = under.version {
            return Ok((version, epoch));
        }
        let version = Version::fresh();
        let claim = Change::Set {
            name: &under.name,
            version,
            content: &[],
            ttl: Some(CLAIM),
            when: When::Absent,
        };
        if self.hub.change(&[claim]).await? == [true] {
            return Ok((version, epoch));
        }
        let read = self.hub.get(&[], &[&under.name]).await?;
        let version = read.versions.first().copied().flatten();
        version
            .map(|version| (version, epoch))
            .ok_or_else(|| Error::refused("the store keeps no versions"))
    }
}

/// Whether what somebody else has computed is good for a call that began at `began` and has seen this since.
fn good(from: &Lineage, began: u64, seen: Option<&Under>) -> bool {
    let Some(proof) = from.proof() else {
        return false;
    };
    let stands = |seen: &Under| {
        proof.version.is_some()
            && proof.version == seen.version
            && proof.marks.version(EPOCH) == seen.epoch
    };
    proof.since > began || seen.is_some_and(stands)
}

impl Lead {
    /// Stores the value, unless an invalidation has overlapped, and gives it to those who wait.
    pub(super) async fn store(self, bytes: Vec<u8>) {
        let mut proof = Proof::unknown(self.since);
        if let Some((version, epoch)) = self.lease {
            let content = self
                .values
                .sealed(&self.key, version, epoch, &bytes, self.timeout);
            let when = When::Unchanged(version);
            let set = Change::Set {
                name: &self.name,
                version,
                content: &content,
                ttl: self.timeout,
                when,
            };
            // The caller has the value, whatever becomes of it in the store.
            let _ = self.values.hub.change(&[set]).await;
            proof.version = Some(version);
            proof.marks = [(EPOCH, epoch)].into_iter().collect();
        }
        let lineage = Lineage::default().proven(proof);
        self.land(Landing::Value(bytes.into(), lineage));
    }

    fn land(&self, landing: Landing<Arc<[u8]>>) {
        self.values.leave(&self.name, &self.flight, landing);
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        self.land(Landing::Abandoned);
    }
}
