//! How many files each shard has, in one file: so a change knows how many there are in all, whoever has made them, and
//! need not look.
//!
//! A shard's number is changed by whoever holds its lock. It may be off by what a process was doing when it died;
//! a sweep counts anew. Where the file cannot be read or written the sweep is what bounds the directory.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::Directory;
use super::id::{SHARDS, Shard};
use super::lifetime;
use crate::error::Error;

const FILE: &str = ".cache-runtime-counts";
/// Bytes per number.
const EACH: usize = 4;
/// Where the time of the last sweep stands, after the numbers.
const SWEPT_AT: usize = EACH * SHARDS;
const LEN: usize = SWEPT_AT + 8;

/// The numbers of a directory.
#[derive(Debug)]
pub(super) struct Counts(PathBuf);

impl Directory {
    pub(super) fn counts(&self) -> Counts {
        Counts(self.root.join(FILE))
    }
}

impl Counts {
    /// Makes the file if it is not there: so one learns early that a directory cannot be written to.
    pub(super) fn prepare(&self) -> Result<(), Error> {
        use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        match self.open() {
            Err(error) if matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem) => {
                let message = format!("the file cache cannot write {}", self.0.display());
                Err(Error::unreachable(message).because(error))
            }
            _ => Ok(()),
        }
    }

    /// Counts some more in a shard, or some less; answers how many there are in all.
    pub(super) fn add(&self, shard: Shard, more: i32) -> io::Result<u64> {
        let file = self.open()?;
        let numbers = Numbers::read(&file)?;
        let before = numbers.of(shard);
        let after = before.saturating_add_signed(more);
        write(&file, shard, after)?;
        Ok(numbers.sum() - u64::from(before) + u64::from(after))
    }

    /// Says how many there are in a shard.
    pub(super) fn set(&self, shard: Shard, number: usize) -> io::Result<()> {
        write(
            &self.open()?,
            shard,
            u32::try_from(number).unwrap_or(u32::MAX),
        )
    }

    /// How long ago the last sweep was; `None`: no telling.
    pub(super) fn last_sweep(&self, now: SystemTime) -> Option<Duration> {
        let numbers = Numbers::read(&self.open().ok()?).ok()?;
        lifetime::nanos(now)
            .checked_sub(numbers.swept())
            .map(Duration::from_nanos)
    }

    /// Takes note that a sweep was made.
    pub(super) fn swept(&self, now: SystemTime) -> io::Result<()> {
        let time = lifetime::nanos(now).to_le_bytes();
        self.open()?.write_all_at(&time, SWEPT_AT as u64)
    }

    fn open(&self) -> io::Result<File> {
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
            .open(&self.0)
    }
}

fn write(file: &File, shard: Shard, number: u32) -> io::Result<()> {
    let at = EACH * usize::from(shard.0);
    file.write_all_at(&number.to_le_bytes(), at as u64)
}

/// What the file says; zero where it says nothing.
struct Numbers([u8; LEN]);

impl Numbers {
    fn read(file: &File) -> io::Result<Self> {
        let mut bytes = [0; LEN];
        file.read_at(&mut bytes, 0)?;
        Ok(Self(bytes))
    }

    fn each(&self) -> impl Iterator<Item = u32> {
        let (numbers, _) = self.0[..SWEPT_AT].as_chunks();
        numbers.iter().copied().map(u32::from_le_bytes)
    }

    fn of(&self, shard: Shard) -> u32 {
        self.each().nth(usize::from(shard.0)).unwrap_or_default()
    }

    fn sum(&self) -> u64 {
        self.each().map(u64::from).sum()
    }

    fn swept(&self) -> u64 {
        let (times, _) = self.0[SWEPT_AT..].as_chunks();
        times.first().copied().map_or(0, u64::from_le_bytes)
    }
}
