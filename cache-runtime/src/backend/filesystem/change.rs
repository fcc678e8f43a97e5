//! Makes one change, under the lock of its shard.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::Directory;
use super::failure::failed;
use super::head::{self, Head};
use super::id::{Id, NEXT};
use super::kept::{self, Depth, LARGEST};
use super::lifetime;
use super::write::{put_in_place, write};
use crate::backend::{Change, Version, When};
use crate::error::Error;

/// What came of a change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Done {
    pub(super) made: bool,
    /// Whether there are more files than there should be.
    pub(super) wants_sweep: bool,
}

/// What is to be written, and when.
struct Set<'a> {
    name: &'a str,
    version: Version,
    content: &'a [u8],
    ttl: Option<Duration>,
    when: When,
}

impl Directory {
    pub(super) fn make(&self, change: &Change<'_>) -> Result<Done, Error> {
        let id = Id::of(change.name());
        let without_sweep = |made| Done {
            made,
            wants_sweep: false,
        };
        match *change {
            Change::Set {
                name,
                version,
                content,
                ttl,
                when,
            } => {
                let set = Set {
                    name,
                    version,
                    content,
                    ttl,
                    when,
                };
                self.set(id, &set)
            }
            Change::Delete { name } => self.delete(id, name).map(without_sweep),
            Change::Keep { name, ttl } => self.keep(id, name, ttl).map(without_sweep),
        }
    }

    fn set(&self, id: Id, set: &Set<'_>) -> Result<Done, Error> {
        let locked = self.lock(id.shard())?;
        let (path, now) = (id.path(&self.root), SystemTime::now());
        if !condition_holds(&path, set)? {
            return Ok(Done {
                made: false,
                wants_sweep: false,
            });
        }
        let was_there = self.replace(id, &path, set, now).inspect_err(|_| {
            // Absent is right, and outdated is not.
            let _ = self.remove(id, &path);
        })?;
        let count = if was_there {
            None
        } else {
            self.counts().add(id.shard(), 1).ok()
        };
        drop(locked);
        Ok(Done {
            made: true,
            wants_sweep: count.is_some_and(|count| self.has_grown(id, count)),
        })
    }

    /// Writes a file, and gives it its name when it is whole; answers whether it takes the place of another.
    fn replace(&self, id: Id, path: &Path, set: &Set<'_>, now: SystemTime) -> Result<bool, Error> {
        let head = Head::new(set.name, set.version, set.content, now).encode();
        let Some(head) = head.filter(|_| set.content.len() as u64 <= LARGEST) else {
            return Err(Error::refused(format!(
                "the file cache takes names of {} bytes and contents of {LARGEST}, not {} and {}",
                head::NAME,
                set.name.len(),
                set.content.len(),
            )));
        };
        let next = self.next(id);
        let expires = lifetime::until(now, set.ttl);
        let written =
            write(&next, &head, set.content, expires).and_then(|()| put_in_place(&next, path));
        written.map_err(|error| {
            let _ = fs::remove_file(&next);
            failed("write", path, error)
        })
    }

    fn next(&self, id: Id) -> PathBuf {
        id.shard().path(&self.root).join(NEXT)
    }

    fn delete(&self, id: Id, name: &str) -> Result<bool, Error> {
        let _locked = self.lock(id.shard())?;
        let path = id.path(&self.root);
        let kept = kept::read(&path, name, Depth::Head);
        self.remove(id, &path)
            .map_err(|error| failed("remove", &path, error))?;
        Ok(kept.is_ok_and(|kept| kept.is_some()))
    }

    /// Removes a file, under the lock; it need not be there.
    pub(super) fn remove(&self, id: Id, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Ok(()) => {
                // What is not counted now is counted by the next sweep.
                let _ = self.counts().add(id.shard(), -1);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn keep(&self, id: Id, name: &str, ttl: Option<Duration>) -> Result<bool, Error> {
        let _locked = self.lock(id.shard())?;
        let path = id.path(&self.root);
        let prolong = || {
            let Some(kept) = kept::read(&path, name, Depth::Head)? else {
                return Ok(false);
            };
            let expires = lifetime::until(kept.seen, ttl);
            if expires > kept.expires {
                kept.file.set_modified(expires)?;
            }
            Ok(true)
        };
        prolong().map_err(|error| failed("keep", &path, error))
    }
}

fn condition_holds(path: &Path, set: &Set<'_>) -> Result<bool, Error> {
    if set.when == When::Always {
        return Ok(true);
    }
    // The whole file is read: what is absent to a reader, as its content is damaged, is absent here.
    let kept =
        kept::read(path, set.name, Depth::Whole).map_err(|error| failed("read", path, error))?;
    Ok(set.when.holds(kept.map(|kept| kept.version)))
}
