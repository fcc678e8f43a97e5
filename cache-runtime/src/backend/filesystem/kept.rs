//! Reads a file. It takes no lock: a file is replaced as a whole, and the open one stays what it was.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, IoSliceMut, Read};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::OFlags;

use super::head::{self, Head};
use crate::backend::Version;

/// The longest content that is written, or read. It bounds what planted bytes can make a reader allocate.
pub(super) const LARGEST: u64 = 512 << 20;

/// How much of a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// The head, and whether the file has the length that it says.
    Head,
    /// All of it.
    Whole,
}

/// How much later than now an item may have been written: processors' clocks need not agree to the nanosecond.
const UNSURE: Duration = Duration::from_secs(1);

/// An item that is there.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) file: File,
    pub(super) stamp: Stamp,
    pub(super) version: Version,
    written: SystemTime,
    pub(super) expires: SystemTime,
    /// When it was seen.
    pub(super) seen: SystemTime,
    pub(super) content_len: u64,
    /// Empty unless the whole file was read.
    pub(super) content: Vec<u8>,
}

impl Kept {
    /// Tells whether the item is there now, as long as its file is.
    pub(super) fn is_there(&self, now: SystemTime) -> bool {
        is_there(self.written, self.expires, now)
    }
}

/// Tells whether an item has not expired, nor been written later than now by a clock that was set back since.
fn is_there(written: SystemTime, expires: SystemTime, now: SystemTime) -> bool {
    expires > now && written <= now + UNSURE
}

/// Tells a file from every other while it is open, and the state that it is in from those before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    device: u64,
    number: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            number: metadata.ino(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// Reads the item of this name from its file; `None`: there is none.
pub(super) fn read(path: &Path, name: &str, depth: Depth) -> io::Result<Option<Kept>> {
    let Some(file) = open(path)? else {
        return Ok(None);
    };
    // Asked before it was opened, the clock would show a time before the file was written.
    let seen = SystemTime::now();
    let metadata = file.metadata()?;
    let expires = metadata.modified()?;
    let content_len = metadata.len().checked_sub(head::LEN as u64);
    let Some(content_len) = content_len.filter(|len| *len <= LARGEST) else {
        return Ok(None);
    };
    if !metadata.is_file() || expires <= seen {
        return Ok(None);
    }

    let mut bytes = [0; head::LEN];
    let mut content = match depth {
        Depth::Head => Vec::new(),
        Depth::Whole => vec![0; usize::try_from(content_len).unwrap_or_default()],
    };
    if !fill(&file, &mut bytes, &mut content)? {
        return Ok(None);
    }
    let is_sound = |head: &Head<'_>| {
        head.name == name
            && is_there(head.written, expires, seen)
            && head.content_len == content_len
            && (depth == Depth::Head || head.content_sum == crc32fast::hash(&content))
    };
    let head = Head::decode(&bytes).filter(is_sound);
    let Some(Head {
        version, written, ..
    }) = head
    else {
        return Ok(None);
    };
    Ok(Some(Kept {
        file,
        stamp: Stamp::of(&metadata),
        version,
        written,
        expires,
        seen,
        content_len,
        content,
    }))
}

/// Opens a file of ours, if there is one. Reading leaves no trace: the time of the last access would be written each
/// time, as it lies before the time of expiry.
pub(super) fn open(path: &Path) -> io::Result<Option<File>> {
    use io::ErrorKind::{NotADirectory, NotFound};

    #[cfg(target_os = "linux")]
    let no_trace = OFlags::NOATIME;
    #[cfg(not(target_os = "linux"))]
    let no_trace = OFlags::empty();
    let flags = no_trace | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path);
    match opened {
        Ok(file) => Ok(Some(file)),
        Err(error) if is_foreign(&error) => Ok(None),
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Tells whether a file was not opened because it is a link, or somebody else's.
fn is_foreign(error: &io::Error) -> bool {
    let foreign = [rustix::io::Errno::LOOP, rustix::io::Errno::PERM];
    foreign
        .iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

/// Fills two buffers from the beginning of a file, mostly with one call; answers whether there were enough bytes.
fn fill(mut file: &File, first: &mut [u8], second: &mut [u8]) -> io::Result<bool> {
    let mut slices = [IoSliceMut::new(first), IoSliceMut::new(second)];
    let done = file.read_vectored(&mut slices)?;
    let begun = done.min(first.len());
    let missing = [
        (begun, &mut first[begun..]),
        (done, &mut second[done - begun..]),
    ];
    for (at, rest) in missing {
        match file.read_exact_at(rest, at as u64) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}
