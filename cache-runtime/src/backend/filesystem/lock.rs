//! One process at a time changes a shard: whoever has locked its directory.
//!
//! There are no lock files. The lock belongs to the open directory, which every change opens for itself: so threads of
//! one process exclude each other as processes do, a process that was forked shares no lock, and the system gives back
//! what a dead process held. If somebody removes the directory meanwhile, the items are gone, and so is their lock.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::Directory;
use super::failure::failed;
use super::id::Shard;
use crate::error::Error;

/// How often a change looks again before it sleeps: others hold the lock for some microseconds.
const LOOKS: u32 = 20;

/// A directory that nobody else changes, until this is dropped.
#[derive(Debug)]
pub(super) struct Locked(File);

impl Locked {
    /// Locks a directory if nobody else has.
    pub(super) fn attempt(directory: &Path) -> io::Result<Option<Self>> {
        take(File::open(directory)?).map(Result::ok)
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // Closing it would do, if no process that was forked meanwhile had it open too.
        let _ = flock(&self.0, FlockOperation::Unlock);
    }
}

impl Directory {
    /// Locks a shard; it is made if it is not there.
    pub(super) fn lock(&self, shard: Shard) -> Result<Locked, Error> {
        let path = shard.path(&self.root);
        let opened = open_or_make(&path).map_err(|error| failed("open", &path, error))?;
        wait(opened, self.patience)
            .map_err(|error| failed("lock", &path, error))?
            .ok_or_else(|| {
                Error::unreachable(format!(
                    "the file cache has waited {:?} for whoever has locked {}",
                    self.patience,
                    path.display()
                ))
            })
    }
}

/// Makes a directory that only we may use, and its parents.
pub(super) fn make(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).recursive(true).create(path)
}

fn open_or_make(path: &Path) -> io::Result<File> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make(path)?;
            File::open(path)
        }
        opened => opened,
    }
}

/// Locks an open directory, or hands it back if somebody else has.
fn take(directory: File) -> io::Result<Result<Locked, File>> {
    match flock(&directory, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Ok(Locked(directory))),
        Err(Errno::WOULDBLOCK | Errno::INTR) => Ok(Err(directory)),
        Err(error) => Err(error.into()),
    }
}

/// Locks an open directory as soon as others let go of it; `None`: they do not.
fn wait(mut directory: File, patience: Duration) -> io::Result<Option<Locked>> {
    let began = Instant::now();
    for look in 0_u32.. {
        match take(directory)? {
            Ok(locked) => return Ok(Some(locked)),
            Err(still_open) => directory = still_open,
        }
        if look < LOOKS {
            thread::yield_now();
            continue;
        }
        if began.elapsed() >= patience {
            break;
        }
        thread::sleep(Duration::from_micros(20 << (look - LOOKS).min(5)));
    }
    Ok(None)
}
