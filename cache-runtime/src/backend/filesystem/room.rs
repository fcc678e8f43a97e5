//! Who leaves when there are too many: first what has expired, then what expires soonest, and versions last. A version
//! that is gone costs every item that depends on it.
//!
//! Mostly a sweep sees to it, on a thread of its own. It does what it can: a shard that stays locked, or a file that
//! cannot be removed, is left to the next one. Only when writers are faster than the sweep, each makes room for
//! what it has written by removing one of some items that it looks at.

use std::fs::{self, DirEntry, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use super::Directory;
use super::head;
use super::id::{Id, NEXT, Shard};
use super::kept;
use super::lifetime;

/// How many files are removed before others have their turn.
const BATCH: usize = 32;

/// How many files of a shard a writer looks at.
const SAMPLE: usize = 16;

/// In how many shards a writer looks for something better than a version.
const NEIGHBOURS: usize = 8;

/// What is compared to tell who leaves: the smallest does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Worth {
    is_alive: bool,
    is_version: bool,
    expires: u64,
}

impl Worth {
    fn of(metadata: &Metadata, now: SystemTime) -> io::Result<Self> {
        let expires = lifetime::nanos(metadata.modified()?);
        Ok(Self {
            is_alive: expires > lifetime::nanos(now),
            is_version: metadata.len() == head::LEN as u64,
            expires,
        })
    }

    /// Whether items depend on it.
    fn is_needed(self) -> bool {
        self.is_alive && self.is_version
    }
}

impl Directory {
    /// How many there may be before writers make room.
    fn brake(&self) -> u64 {
        (self.threshold + self.threshold / 20) as u64
    }

    /// How many a sweep leaves, if there were too many.
    fn goal(&self) -> usize {
        self.threshold - self.threshold / 8
    }

    /// Sees to it that an item that was added has room; answers whether a sweep is wanted.
    pub(super) fn has_grown(&self, added: Id, count: u64) -> bool {
        if self.threshold == 0 {
            return false;
        }
        if count > self.brake() {
            self.make_room(added);
        }
        count > self.threshold as u64
    }

    /// Removes one item, but not this one.
    fn make_room(&self, added: Id) {
        let mut found: Option<(Worth, Id)> = None;
        for (looked, shard) in added.shard().onwards().enumerate() {
            let least = self.sample(shard, added);
            found = found
                .into_iter()
                .chain(least)
                .min_by_key(|(worth, _)| *worth);
            if found.is_some_and(|(worth, _)| !worth.is_needed() || looked >= NEIGHBOURS) {
                break;
            }
        }
        if let Some((_, id)) = found {
            self.remove_all(id.shard(), &[id], |_| true);
        }
    }

    /// The least worthy of some items of a shard.
    fn sample(&self, shard: Shard, but: Id) -> Option<(Worth, Id)> {
        let entries = fs::read_dir(shard.path(&self.root)).ok()?;
        let now = SystemTime::now();
        let item = |entry: io::Result<DirEntry>| {
            let entry = entry.ok()?;
            let id = Id::of_file(shard, &entry.file_name())?;
            let worth = Worth::of(&entry.metadata().ok()?, now).ok()?;
            (id != but).then_some((worth, id))
        };
        entries
            .take(SAMPLE)
            .filter_map(item)
            .min_by_key(|(worth, _)| *worth)
    }

    /// Removes what has expired, and more if there is too much.
    pub(super) fn sweep(&self) {
        let mut alive = Vec::new();
        for shard in Shard::all() {
            self.sweep_shard(shard, &mut alive);
        }
        if self.threshold == 0 || alive.len() <= self.threshold {
            return;
        }
        let excess = alive.len() - self.goal();
        alive.select_nth_unstable_by_key(excess - 1, |(worth, _)| *worth);
        alive.truncate(excess);
        alive.sort_unstable_by_key(|(_, id)| id.shard().0);
        for of_one_shard in alive.chunk_by(|(_, a), (_, b)| a.shard() == b.shard()) {
            let ids: Vec<Id> = of_one_shard.iter().map(|(_, id)| *id).collect();
            self.remove_all(ids[0].shard(), &ids, |_| true);
        }
    }

    /// Counts a shard's files, removes what has expired, and collects the others.
    fn sweep_shard(&self, shard: Shard, alive: &mut Vec<(Worth, Id)>) {
        let files = self.count_anew(shard);
        let now = SystemTime::now();
        let mut expired = Vec::new();
        for id in files {
            let metadata = fs::symlink_metadata(id.path(&self.root));
            // A file may be gone by now.
            let Ok(worth) = metadata.and_then(|metadata| Worth::of(&metadata, now)) else {
                continue;
            };
            if worth.is_alive {
                alive.push((worth, id));
            } else {
                expired.push(id);
            }
        }
        self.remove_all(shard, &expired, |metadata| {
            Worth::of(metadata, now).is_ok_and(|worth| !worth.is_alive)
        });
    }

    /// Lists the files of a shard, and takes note how many there are.
    fn count_anew(&self, shard: Shard) -> Vec<Id> {
        let path = shard.path(&self.root);
        // A shard without a directory is not made by counting.
        let locked = path.exists().then(|| self.lock(shard));
        let ids = self.list(shard);
        if !matches!(locked, Some(Err(_))) {
            // What a process was writing when it died: nobody writes now.
            let _ = fs::remove_file(path.join(NEXT));
            // What is not counted now is counted by the next sweep.
            let _ = self.counts().set(shard, ids.len());
        }
        ids
    }

    /// The files of a shard that have names of ours.
    fn list(&self, shard: Shard) -> Vec<Id> {
        let entries = fs::read_dir(shard.path(&self.root)).into_iter().flatten();
        let id = |entry: io::Result<DirEntry>| Id::of_file(shard, &entry.ok()?.file_name());
        entries.filter_map(id).collect()
    }

    /// Removes files of a shard that are ours, if they still should be. What cannot be removed stays.
    fn remove_all(&self, shard: Shard, ids: &[Id], still: impl Fn(&Metadata) -> bool) {
        for batch in ids.chunks(BATCH) {
            let Ok(_locked) = self.lock(shard) else {
                return;
            };
            for id in batch {
                let path = id.path(&self.root);
                if is_ours(&path, &still).unwrap_or(false) {
                    let _ = self.remove(*id, &path);
                }
            }
        }
    }

    /// Removes all items whose names begin with a prefix.
    pub(super) fn clear(&self, prefix: &str) {
        for shard in Shard::all() {
            let mut ids = self.list(shard);
            ids.retain(|id| has_prefix(&id.path(&self.root), prefix));
            self.remove_all(shard, &ids, |_| true);
        }
    }
}

/// Tells whether a file was written by us, or is the empty remains of such a one, and should still be removed.
fn is_ours(path: &Path, still: impl Fn(&Metadata) -> bool) -> io::Result<bool> {
    let Some(mut file) = kept::open(path)? else {
        return Ok(false);
    };
    let metadata = file.metadata()?;
    if !metadata.is_file() || !still(&metadata) {
        return Ok(false);
    }
    let mut magic = head::MAGIC;
    let read = file.read(&mut magic)?;
    Ok(metadata.len() == 0 || magic[..read] == head::MAGIC)
}

/// Tells whether a file is that of an item whose name begins so.
fn has_prefix(path: &Path, prefix: &str) -> bool {
    let mut bytes = [0; head::LEN];
    let Ok(Some(mut file)) = kept::open(path) else {
        return false;
    };
    file.read_exact(&mut bytes).is_ok()
        && head::Head::decode(&bytes).is_some_and(|head| head.name.starts_with(prefix))
}
