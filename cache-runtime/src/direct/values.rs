//! Values of direct use in the store: items whose one mark is the epoch, so that `clear` outdates them too.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::backend::{Change, Item, Version, When};
use crate::codec::envelope::{Entry, WireTimes};
use crate::codec::value::{decode_value, encode_value};
use crate::error::{Error, ErrorKind};
use crate::shared::hub::Hub;
use crate::shared::names::EPOCH;
use crate::shared::versions::version_of;

/// The values of a store.
#[derive(Clone, Debug)]
pub(crate) struct Values {
    pub(super) hub: Arc<Hub>,
}

/// A value that is in the store.
pub(super) struct Held {
    pub(super) payload: Vec<u8>,
    /// How long it will be there, if that was asked for; `None`: for ever.
    pub(super) remaining: Option<Duration>,
}

/// What is under a key.
pub(super) struct Under {
    pub(super) name: String,
    pub(super) held: Option<Held>,
    /// The version of the item, whether it is a value or not.
    pub(super) version: Option<Version>,
    /// The version of the epoch.
    pub(super) epoch: Option<Version>,
}

/// A timeout as the store takes it: zero is for ever.
pub(super) fn ttl(timeout: Duration) -> Option<Duration> {
    Some(timeout).filter(|timeout| !timeout.is_zero())
}

impl Values {
    /// The store of this process, or of this thread if its caches are isolated.
    pub(crate) fn here() -> Self {
        #[cfg(feature = "testing")]
        if let Some(world) = crate::testing::world::here() {
            return Self { hub: world.hub() };
        }
        let hub = crate::shared::hub().unwrap_or_else(|| crate::shared::in_process());
        Self {
            hub: Arc::clone(hub),
        }
    }

    fn name(&self, key: &str) -> String {
        self.hub.rules.prefix.value(key)
    }

    /// Looks at what is under some keys, and for how long it will be there if that is wanted.
    pub(super) async fn look(&self, keys: &[&str], timed: bool) -> Result<Vec<Under>, Error> {
        let epoch = self.hub.rules.prefix.epoch();
        let names: Vec<_> = keys.iter().map(|key| self.name(key)).collect();
        let items: Vec<_> = names.iter().map(String::as_str).collect();
        let versions = [epoch.as_str()];
        let read = if timed {
            self.hub.get(&items, &versions).await?
        } else {
            self.hub.get_contents(&items, &versions).await?
        };
        let epoch = read.versions.first().copied().flatten();
        let found = keys.iter().zip(names).zip(read.items);
        Ok(found
            .map(|((key, name), item)| Under {
                name,
                epoch,
                version: item.as_ref().map(|item| item.version),
                held: item.and_then(|item| self.held(key, &item, epoch)),
            })
            .collect())
    }

    /// The value that an item holds, if it holds one that is good.
    fn held(&self, key: &str, item: &Item, epoch: Option<Version>) -> Option<Held> {
        let sealing = &self.hub.rules.sealing;
        let entry = sealing
            .open(item.version, &item.content, 0, key.as_bytes())
            .ok()?;
        let good = entry.marks == [(EPOCH, epoch?)];
        good.then(|| Held {
            payload: entry.payload.into_owned(),
            remaining: item.remaining,
        })
    }

    pub(super) async fn look_at(&self, key: &str) -> Result<Under, Error> {
        self.look_at_one(key, false).await
    }

    /// The same with how long the value will be there.
    async fn look_at_timed(&self, key: &str) -> Result<Under, Error> {
        self.look_at_one(key, true).await
    }

    async fn look_at_one(&self, key: &str, timed: bool) -> Result<Under, Error> {
        let under = self.look(&[key], timed).await?.pop();
        under.ok_or_else(|| Error::refused("the store has answered nothing"))
    }

    pub(super) async fn epoch(&self) -> Result<Version, Error> {
        version_of(&self.hub, EPOCH, true).await
    }

    pub(super) fn sealed(
        &self,
        key: &str,
        version: Version,
        epoch: Version,
        value: &[u8],
        ttl: Option<Duration>,
    ) -> Vec<u8> {
        let entry = Entry {
            fingerprint: 0,
            key: key.as_bytes(),
            times: WireTimes {
                ttl,
                timeout: ttl,
                ..WireTimes::default()
            },
            marks: vec![(EPOCH, epoch)],
            failed: false,
            payload: value.into(),
        };
        self.hub.rules.sealing.seal(version, &entry)
    }

    /// Stores a value under a condition; answers whether it did.
    async fn put(
        &self,
        key: &str,
        name: &str,
        value: &[u8],
        ttl: Option<Duration>,
        when: When,
    ) -> Result<bool, Error> {
        let (version, epoch) = (Version::fresh(), self.epoch().await?);
        let content = self.sealed(key, version, epoch, value, ttl);
        let set = Change::Set {
            name,
            version,
            content: &content,
            ttl,
            when,
        };
        Ok(self.hub.change(&[set]).await? == [true])
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        Ok(decoded(self.look_at(key).await?))
    }

    pub(super) async fn get_many<T: DeserializeOwned>(
        &self,
        keys: &[&str],
    ) -> Result<Vec<Option<T>>, Error> {
        Ok(self
            .look(keys, false)
            .await?
            .into_iter()
            .map(decoded)
            .collect())
    }

    pub(super) async fn get_dict<T: DeserializeOwned>(
        &self,
        keys: &[&str],
    ) -> Result<HashMap<String, T>, Error> {
        let values = self.get_many(keys).await?;
        let found = keys.iter().zip(values);
        Ok(found
            .filter_map(|(key, value)| Some(((*key).to_owned(), value?)))
            .collect())
    }

    pub(super) async fn has(&self, key: &str) -> Result<bool, Error> {
        Ok(self.look_at(key).await?.held.is_some())
    }

    pub(super) async fn ttl(&self, key: &str) -> Result<Option<Duration>, Error> {
        Ok(self
            .look_at_timed(key)
            .await?
            .held
            .and_then(|held| held.remaining))
    }

    pub(super) async fn delete(&self, key: &str) -> Result<bool, Error> {
        Ok(self.delete_many(&[key]).await? == [true])
    }

    pub(super) async fn delete_many(&self, keys: &[&str]) -> Result<Vec<bool>, Error> {
        let there = self.look(keys, false).await;
        let names: Vec<_> = keys.iter().map(|key| self.name(key)).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let removed = self.hub.remove(&names).await?;
        Ok(there?
            .into_iter()
            .zip(removed)
            .map(|(under, removed)| removed && under.held.is_some())
            .collect())
    }

    pub(super) async fn set(
        &self,
        key: &str,
        value: &[u8],
        timeout: Duration,
    ) -> Result<(), Error> {
        self.put(key, &self.name(key), value, ttl(timeout), When::Always)
            .await
            .map(drop)
    }

    pub(super) async fn set_many(
        &self,
        values: &[(&str, Vec<u8>)],
        timeout: Duration,
    ) -> Result<(), Error> {
        let (version, epoch, ttl) = (Version::fresh(), self.epoch().await?, ttl(timeout));
        let sealed = values
            .iter()
            .map(|(key, value)| (self.name(key), self.sealed(key, version, epoch, value, ttl)));
        let sealed: Vec<_> = sealed.collect();
        let set = |(name, content)| Change::Set {
            name,
            version,
            content,
            ttl,
            when: When::Always,
        };
        let changes: Vec<_> = sealed
            .iter()
            .map(|(name, content)| set((name.as_str(), content.as_slice())))
            .collect();
        self.hub.change(&changes).await.map(drop)
    }

    pub(super) async fn add(
        &self,
        key: &str,
        value: &[u8],
        timeout: Duration,
    ) -> Result<bool, Error> {
        self.until_settled(key, async |under: &Under| {
            if under.held.is_some() {
                return Ok(Some(false));
            }
            let added = self
                .put(key, &under.name, value, ttl(timeout), still(under))
                .await?;
            Ok(added.then_some(true))
        })
        .await
    }

    pub(super) async fn incr(&self, key: &str, by: i64) -> Result<i64, Error> {
        self.until_settled(key, async |under: &Under| {
            let (number, left) = match &under.held {
                None => (0, None),
                Some(held) => (decode_value::<i64>(&held.payload)?, held.remaining),
            };
            let sum = number.checked_add(by).ok_or_else(|| {
                Error::refused(format!(
                    "the number under `{key}` would be more than an `i64` can hold"
                ))
            })?;
            let stored = self
                .put(key, &under.name, &encode_value(&sum)?, left, still(under))
                .await?;
            Ok(stored.then_some(sum))
        })
        .await
    }

    pub(super) async fn decr(&self, key: &str, by: i64) -> Result<i64, Error> {
        let by = by.checked_neg().ok_or_else(|| {
            Error::refused("an `i64` cannot hold the opposite of its least number")
        })?;
        self.incr(key, by).await
    }

    /// Looks at a key and acts on what is there, until nobody else has changed it between.
    async fn until_settled<T>(
        &self,
        key: &str,
        act: impl AsyncFn(&Under) -> Result<Option<T>, Error>,
    ) -> Result<T, Error> {
        const ATTEMPTS: usize = 1000;
        for attempt in 0..ATTEMPTS {
            let under = self.look_at_timed(key).await?;
            if let Some(answer) = act(&under).await? {
                return Ok(answer);
            }
            // Something is there that the store takes for an item, and shows nobody.
            if attempt == ATTEMPTS / 2 && under.version.is_none() {
                self.hub.remove(&[&under.name]).await?;
            }
        }
        Err(Error::new(
            ErrorKind::Refused,
            format!("others change `{key}` all the time"),
        ))
    }

    pub(super) async fn clear(&self) -> Result<(), Error> {
        crate::invalidate::clear_all_of(&self.hub)
            .await
            .into_result()
            .map(drop)
    }
}

/// As long as nobody has changed it.
fn still(under: &Under) -> When {
    under.version.map_or(When::Absent, When::Unchanged)
}

/// The value, if there is one of this type.
fn decoded<T: DeserializeOwned>(under: Under) -> Option<T> {
    decode_value(&under.held?.payload).ok()
}
