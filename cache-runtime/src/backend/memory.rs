//! A back end in the memory of this process: the smallest implementation of the seam, for tests.

use std::collections::HashMap;
use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Answer, Backend, Change, Item, Read, Version};

/// Items in a map behind a lock. Expired ones leave when they are touched.
///
/// It stands in for a shared store where a test has none: `Config::custom(Memory::new())`.
#[derive(Debug, Default)]
pub struct Memory {
    items: Mutex<HashMap<String, Kept>>,
}

#[derive(Debug)]
struct Kept {
    version: Version,
    content: Vec<u8>,
    /// `None`: never.
    expires_at: Option<Instant>,
}

impl Kept {
    fn is_live(&self, now: Instant) -> bool {
        self.expires_at.is_none_or(|time| now < time)
    }
}

impl Memory {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn items(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn get<'a>(&'a self, items: &'a [&'a str], versions: &'a [&'a str]) -> Answer<'a, Read> {
        let (kept, now) = (self.items(), Instant::now());
        let live = |name: &&str| kept.get(*name).filter(|kept| kept.is_live(now));
        let item = |kept: &Kept| Item {
            version: kept.version,
            content: kept.content.clone(),
            remaining: kept.expires_at.map(|time| time - now),
        };
        let read = Read {
            items: items.iter().map(|name| live(name).map(item)).collect(),
            versions: versions
                .iter()
                .map(|name| live(name).map(|kept| kept.version))
                .collect(),
        };
        Box::pin(ready(Ok(read)))
    }

    fn change<'a>(&'a self, changes: &'a [Change<'a>]) -> Answer<'a, Vec<bool>> {
        let (mut kept, now) = (self.items(), Instant::now());
        let made = changes
            .iter()
            .map(|change| apply(&mut kept, change, now))
            .collect();
        Box::pin(ready(Ok(made)))
    }

    fn clear<'a>(&'a self, prefix: &'a str) -> Answer<'a, ()> {
        self.items().retain(|name, _| !name.starts_with(prefix));
        Box::pin(ready(Ok(())))
    }
}

/// Makes one change; answers whether it was made.
fn apply(items: &mut HashMap<String, Kept>, change: &Change<'_>, now: Instant) -> bool {
    let name = change.name();
    if items.get(name).is_some_and(|kept| !kept.is_live(now)) {
        items.remove(name);
    }
    let until = |ttl: Option<Duration>| ttl.and_then(|ttl| now.checked_add(ttl));
    match *change {
        Change::Set {
            version,
            content,
            ttl,
            when,
            ..
        } => {
            let made = when.holds(items.get(name).map(|kept| kept.version));
            if made {
                let (content, expires_at) = (content.to_vec(), until(ttl));
                items.insert(
                    name.to_owned(),
                    Kept {
                        version,
                        content,
                        expires_at,
                    },
                );
            }
            made
        }
        Change::Delete { .. } => items.remove(name).is_some(),
        Change::Keep { ttl, .. } => {
            let Some(kept) = items.get_mut(name) else {
                return false;
            };
            let longest = kept
                .expires_at
                .zip(until(ttl))
                .map(|(old, new)| old.max(new));
            kept.expires_at = longest;
            true
        }
    }
}
