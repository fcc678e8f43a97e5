//! A back end in the files of one host: processes that are given the same directory share it.
//!
//! One item is one file, in one of 256 directories, the *shards*. The name of the file is a hash, so that no path is
//! made of what users write; the whole name stands in the file and is compared. The parts:
//!
//! | module | holds |
//! |---|---|
//! | `root` | which directory is safe to use |
//! | `id` | the place of an item's file |
//! | `head` | the first bytes of a file: whose it is, and what must follow |
//! | `lifetime` | the time of expiry is the file's modification time |
//! | `kept` | reads a file |
//! | `held` | versions that were read, and need not be read again |
//! | `lock` | one process at a time changes a shard |
//! | `change` | makes one change |
//! | `write` | writes a file that appears whole or not at all |
//! | `counts` | how many files each shard has |
//! | `room` | who leaves when there are too many |
//! | `keeper` | the thread that sweeps and clears |
//! | `failure` | errors of the system as ours |
//!
//! # What it relies on
//!
//! - **Readers take no lock.** A file is written under another name and renamed: it is there whole, or not, and is never
//!   written again. Its checksums tell whether it was damaged since; a damaged file is absent, and the next set replaces
//!   it.
//! - **Versions are read once.** Up to 64 of their files are held open, so their file system cannot be unmounted
//!   meanwhile. Each look still asks the system whether the name leads to the same file.
//! - **Writers lock the shard's directory** (`flock`), so that a condition still holds when the change is made. The
//!   system gives the lock back when a process dies, at whatever moment. A process that is stopped while it holds the
//!   lock makes changes in that shard fail after a while; reads go on.
//! - **A set that fails leaves nothing.** If the disk is full, the item that was to be replaced is removed: it may be
//!   outdated, and absence is always correct.
//! - **Nothing is synced to the disk.** A process may die at any time, at the cost of the item it was writing. When the
//!   *system* crashes, the last seconds before may be undone, invalidations among them: clear the directory then.
//! - **One clock.** Times of expiry are of the host's clock. If it is set back, items live longer by as much, and what
//!   was written more than a second after the time that it shows now is absent.
//! - **Calls block.** A read comes from the page cache within microseconds, faster than another thread could be asked
//!   for it, so it is made by whoever polls the future. On a disk that hangs, so does the caller.
//!
//! Locks of network file systems are not relied on: one directory, one host.

mod change;
mod counts;
mod failure;
mod head;
mod held;
mod id;
mod keeper;
mod kept;
mod lifetime;
mod lock;
mod room;
mod root;
#[cfg(all(test, not(cache_model)))]
mod tests;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{Answer, Backend, Change, Item, Read};
use crate::error::Error;
use failure::failed;
use held::Held;
use id::Id;
use keeper::Keeper;
use kept::Depth;

/// Items in the files of a directory.
#[derive(Debug)]
pub struct Filesystem {
    directory: Arc<Directory>,
    held: Held,
    keeper: Keeper,
}

/// The directory, and how many items it may have.
#[derive(Clone, Debug)]
struct Directory {
    root: PathBuf,
    /// Zero: any number.
    threshold: usize,
    /// How long a change waits for others.
    patience: Duration,
}

/// As long as an operation of a back end may take, unless it is configured otherwise.
const PATIENCE: Duration = Duration::from_millis(100);

impl Filesystem {
    /// Opens a directory, which is made if it is not there. It holds about `threshold` items at most, a tenth more
    /// between two sweeps; zero: any number.
    ///
    /// # Errors
    ///
    /// If the directory is not safe to use (`Config`), or cannot be written to (`Unreachable`).
    pub fn open(dir: &Path, threshold: usize) -> Result<Self, Error> {
        let directory = Arc::new(Directory {
            root: root::prepare(dir)?,
            threshold,
            patience: PATIENCE,
        });
        directory.counts().prepare()?;
        Ok(Self {
            directory,
            held: Held::default(),
            keeper: Keeper::default(),
        })
    }

    /// Sets how long a change waits for other processes to be done with theirs; 100 ms unless set.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        Arc::make_mut(&mut self.directory).patience = patience;
        self
    }

    fn read(&self, items: &[&str], versions: &[&str]) -> Result<Read, Error> {
        let item = |name: &&str| self.directory.item(name);
        let version = |name: &&str| self.held.version(&self.directory, name);
        Ok(Read {
            items: items.iter().map(item).collect::<Result<_, _>>()?,
            versions: versions.iter().map(version).collect::<Result<_, _>>()?,
        })
    }

    fn make_all(&self, changes: &[Change<'_>]) -> Result<Vec<bool>, Error> {
        self.keeper.wake(&self.directory);
        changes
            .iter()
            .map(|change| {
                let done = self.directory.make(change)?;
                if done.wants_sweep {
                    self.keeper.sweep(&self.directory);
                }
                Ok(done.made)
            })
            .collect()
    }
}

impl Backend for Filesystem {
    fn name(&self) -> &'static str {
        "filesystem"
    }

    fn get<'a>(&'a self, items: &'a [&'a str], versions: &'a [&'a str]) -> Answer<'a, Read> {
        Box::pin(async move { self.read(items, versions) })
    }

    fn change<'a>(&'a self, changes: &'a [Change<'a>]) -> Answer<'a, Vec<bool>> {
        Box::pin(async move { self.make_all(changes) })
    }

    fn clear<'a>(&'a self, prefix: &'a str) -> Answer<'a, ()> {
        Box::pin(self.keeper.clear(&self.directory, prefix))
    }
}

impl Directory {
    fn item(&self, name: &str) -> Result<Option<Item>, Error> {
        let path = Id::of(name).path(&self.root);
        let read = kept::read(&path, name, Depth::Whole);
        let kept = read.map_err(|error| failed("read", &path, error))?;
        Ok(kept.map(|kept| Item {
            version: kept.version,
            remaining: lifetime::remaining(kept.expires, kept.seen),
            content: kept.content,
        }))
    }
}
