//! Versions that were read before, each with its file, which is held open.
//!
//! A file that has its name is never written again (`write`): so a version stands as long as its name leads to the same
//! file, and one call tells whether it does. While a file is open no other is given its number, whatever becomes of its
//! name or its directory. Who writes into it all the same, which none of us does, changes a time that is compared too.
//!
//! Nothing needs to be said when a version is removed, here or by another process: the name is looked up each time.
//! Nor does it matter who else has the file open, such as a process that was forked.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::Directory;
use super::failure::failed;
use super::id::Id;
use super::kept::{self, Depth, Kept, Stamp};
use crate::backend::Version;
use crate::error::Error;

/// So many files are held open, those that were asked for last.
const MOST: usize = 64;

/// The versions that were asked for last come first.
#[derive(Debug, Default)]
pub(super) struct Held(Mutex<Vec<Arc<One>>>);

/// A version that was read.
#[derive(Debug)]
struct One {
    name: Box<str>,
    path: PathBuf,
    /// Its file is open, so that its number stays its own.
    kept: Kept,
}

impl One {
    /// Tells whether the name leads to the same file, and it has not expired.
    fn stands(&self) -> bool {
        let found = fs::symlink_metadata(&self.path);
        found.is_ok_and(|found| self.kept.stamp == Stamp::of(&found))
            && self.kept.is_there(SystemTime::now())
    }
}

impl Held {
    /// The version of an item; it is only read if it is not known to be the same as before.
    pub(super) fn version(
        &self,
        directory: &Directory,
        name: &str,
    ) -> Result<Option<Version>, Error> {
        if let Some(one) = self.find(name) {
            if one.stands() {
                return Ok(Some(one.kept.version));
            }
            self.forget(&one);
        }
        let path = Id::of(name).path(&directory.root);
        let read = kept::read(&path, name, Depth::Head);
        let kept = read.map_err(|error| failed("read", &path, error))?;
        let version = kept.as_ref().map(|kept| kept.version);
        if let Some(kept) = kept.filter(|kept| kept.content_len == 0) {
            self.hold(One {
                name: name.into(),
                path,
                kept,
            });
        }
        Ok(version)
    }

    fn find(&self, name: &str) -> Option<Arc<One>> {
        let mut all = self.all();
        let place = all.iter().position(|one| *one.name == *name)?;
        all[..=place].rotate_right(1);
        Some(Arc::clone(&all[0]))
    }

    fn hold(&self, one: One) {
        let mut all = self.all();
        let same = all.iter().position(|other| other.name == one.name);
        let former = match same {
            Some(place) => Some(all.remove(place)),
            None if all.len() == MOST => all.pop(),
            None => None,
        };
        all.insert(0, Arc::new(one));
        drop(all);
        // Its file is closed while nobody waits for the list.
        drop(former);
    }

    fn forget(&self, one: &Arc<One>) {
        let mut all = self.all();
        all.retain(|other| !Arc::ptr_eq(one, other));
    }

    fn all(&self) -> MutexGuard<'_, Vec<Arc<One>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
