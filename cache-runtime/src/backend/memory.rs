//! A back end in the memory of this process: the smallest implementation of the seam, for tests.

use std::collections::HashMap;
use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Answer, Backend, Change, Item, Read, Version};
use crate::clock::{Clock, Moment};
use crate::realm;

/// Items in a map behind a lock. Expired ones leave when they are touched.
///
/// It stands in for a shared store where a test has none: `Config::custom(Memory::new())`.
#[derive(Debug)]
pub struct Memory {
    items: Mutex<HashMap<String, Kept>>,
    clock: &'static Clock,
    /// It holds no more items than this.
    most: usize,
}

#[derive(Debug)]
struct Kept {
    version: Version,
    content: Vec<u8>,
    expires_at: Moment,
}

impl Kept {
    fn is_live(&self, now: Moment) -> bool {
        now < self.expires_at
    }

    fn remaining(&self, now: Moment) -> Option<Duration> {
        let ends = self.expires_at != Moment::NEVER;
        ends.then(|| self.expires_at.since(now))
    }
}

/// When something ends that is there for so long from now.
fn end(now: Moment, ttl: Option<Duration>) -> Moment {
    ttl.map_or(Moment::NEVER, |ttl| now.after(ttl))
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Memory {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::with(&realm::PROCESS.clock, usize::MAX)
    }

    /// An empty store that lives by a clock and is bounded.
    pub(crate) fn with(clock: &'static Clock, most: usize) -> Self {
        Self {
            items: Mutex::default(),
            clock,
            most,
        }
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
        let (kept, now) = (self.items(), self.clock.now());
        let live = |name: &&str| kept.get(*name).filter(|kept| kept.is_live(now));
        let item = |kept: &Kept| Item {
            version: kept.version,
            content: kept.content.clone(),
            remaining: kept.remaining(now),
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
        let (mut kept, now) = (self.items(), self.clock.now());
        let made = changes
            .iter()
            .map(|change| apply(&mut kept, change, now))
            .collect();
        make_room(&mut kept, self.most, now);
        Box::pin(ready(Ok(made)))
    }

    fn clear<'a>(&'a self, prefix: &'a str) -> Answer<'a, ()> {
        self.items().retain(|name, _| !name.starts_with(prefix));
        Box::pin(ready(Ok(())))
    }
}

/// Makes one change; answers whether it was made.
fn apply(items: &mut HashMap<String, Kept>, change: &Change<'_>, now: Moment) -> bool {
    let name = change.name();
    if items.get(name).is_some_and(|kept| !kept.is_live(now)) {
        items.remove(name);
    }
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
                let (content, expires_at) = (content.to_vec(), end(now, ttl));
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
            kept.expires_at = kept.expires_at.max(end(now, ttl));
            true
        }
    }
}

/// Drops what has expired, and then what expires next, until the rest fits.
fn make_room(items: &mut HashMap<String, Kept>, most: usize, now: Moment) {
    if items.len() <= most {
        return;
    }
    items.retain(|_, kept| kept.is_live(now));
    // A tenth at once: the next writes need not look again.
    let leaving = items.len().saturating_sub(most - most / 10);
    let mut ends: Vec<_> = items
        .iter()
        .map(|(name, kept)| (kept.expires_at, name.clone()))
        .collect();
    ends.sort_unstable();
    for (_, name) in ends.into_iter().take(leaving) {
        items.remove(&name);
    }
}
