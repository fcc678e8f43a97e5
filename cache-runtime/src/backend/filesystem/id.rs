//! The place of an item's file: no part of it comes from a user.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// How many directories there are.
pub(super) const SHARDS: usize = 256;

/// The file that a shard's next item is written to. Only who holds the shard's lock does so.
pub(super) const NEXT: &str = "item-next";

const PREFIX: &str = "item-";

/// One of the directories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shard(pub(super) u8);

impl Shard {
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..=u8::MAX).map(Self)
    }

    /// All of them, this one first.
    pub(super) fn onwards(self) -> impl Iterator<Item = Self> {
        (0..=u8::MAX).map(move |n| Self(self.0.wrapping_add(n)))
    }

    pub(super) fn path(self, root: &Path) -> PathBuf {
        root.join(format!("{:02x}", self.0))
    }
}

/// What an item is found by: a hash of its name. The first byte is the shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id([u8; 32]);

impl Id {
    /// Of the item of this name.
    pub(super) fn of(name: &str) -> Self {
        Self(*blake3::hash(name.as_bytes()).as_bytes())
    }

    /// Of the file of this name in a shard; `None`: it is nothing of ours.
    pub(super) fn of_file(shard: Shard, file: &OsStr) -> Option<Self> {
        let digits = file.to_str()?.strip_prefix(PREFIX)?.as_bytes();
        let mut bytes = [shard.0; 32];
        if digits.len() != 2 * (bytes.len() - 1) {
            return None;
        }
        for (byte, pair) in bytes[1..].iter_mut().zip(digits.chunks_exact(2)) {
            *byte = 16 * digit(pair[0])? + digit(pair[1])?;
        }
        Some(Self(bytes))
    }

    pub(super) fn shard(self) -> Shard {
        Shard(self.0[0])
    }

    /// Where its file is.
    pub(super) fn path(self, root: &Path) -> PathBuf {
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        let digits = str::from_utf8(&digits).unwrap_or_default();
        let (shard, file) = digits.split_at(2);
        // Every read makes one, so it is made in one piece.
        let mut path = OsString::with_capacity(root.as_os_str().len() + 72);
        for part in [root.as_os_str(), "/".as_ref(), shard.as_ref(), "/".as_ref()] {
            path.push(part);
        }
        path.push(PREFIX);
        path.push(file);
        path.into()
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
