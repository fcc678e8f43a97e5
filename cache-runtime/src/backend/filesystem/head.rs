//! The first bytes of a file: whose it is, and what must follow.
//!
//! All heads have the same length. So the length of a file tells whether its item has a content: one without is a
//! version that other items depend on, and is kept longest.

use std::time::{Duration, SystemTime};

use super::lifetime;
use crate::backend::Version;

/// How long a head is.
pub(super) const LEN: usize = 256;

/// What every file begins with. The last byte is the version of the format.
pub(super) const MAGIC: [u8; 8] = *b"cachefs\x01";

/// How long a name may be.
pub(super) const NAME: usize = 200;

const VERSION_AT: usize = MAGIC.len();
const WRITTEN_AT: usize = VERSION_AT + Version::LEN;
const CONTENT_LEN_AT: usize = WRITTEN_AT + 8;
const CONTENT_SUM_AT: usize = CONTENT_LEN_AT + 8;
const NAME_LEN_AT: usize = CONTENT_SUM_AT + 4;
const NAME_AT: usize = NAME_LEN_AT + 1;
const SUM_AT: usize = LEN - 4;
const _: () = assert!(NAME_AT + NAME <= SUM_AT);

/// What a head says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head<'a> {
    pub(super) name: &'a str,
    pub(super) version: Version,
    pub(super) written: SystemTime,
    pub(super) content_len: u64,
    pub(super) content_sum: u32,
}

impl<'a> Head<'a> {
    /// The head of an item that is written now.
    pub(super) fn new(name: &'a str, version: Version, content: &[u8], now: SystemTime) -> Self {
        Self {
            name,
            version,
            written: now,
            content_len: content.len() as u64,
            content_sum: crc32fast::hash(content),
        }
    }

    /// Its bytes; `None`: its name is too long.
    pub(super) fn encode(&self) -> Option<[u8; LEN]> {
        let mut bytes = [0; LEN];
        let mut put = |at: usize, part: &[u8]| bytes[at..at + part.len()].copy_from_slice(part);
        let name_len = u8::try_from(self.name.len()).ok()?;
        if self.name.len() > NAME {
            return None;
        }
        put(0, &MAGIC);
        put(VERSION_AT, &self.version.0);
        put(WRITTEN_AT, &lifetime::nanos(self.written).to_le_bytes());
        put(CONTENT_LEN_AT, &self.content_len.to_le_bytes());
        put(CONTENT_SUM_AT, &self.content_sum.to_le_bytes());
        put(NAME_LEN_AT, &[name_len]);
        put(NAME_AT, self.name.as_bytes());
        let sum = crc32fast::hash(&bytes[..SUM_AT]);
        bytes[SUM_AT..].copy_from_slice(&sum.to_le_bytes());
        Some(bytes)
    }

    /// What these bytes say; `None`: they are no head, or a damaged one.
    pub(super) fn decode(bytes: &'a [u8; LEN]) -> Option<Self> {
        let sum = u32::from_le_bytes(part(bytes, SUM_AT)?);
        if !bytes.starts_with(&MAGIC) || sum != crc32fast::hash(&bytes[..SUM_AT]) {
            return None;
        }
        let name_len = usize::from(bytes[NAME_LEN_AT]);
        let written = u64::from_le_bytes(part(bytes, WRITTEN_AT)?);
        Some(Self {
            name: str::from_utf8(bytes.get(NAME_AT..NAME_AT + name_len)?).ok()?,
            version: Version(part(bytes, VERSION_AT)?),
            written: SystemTime::UNIX_EPOCH + Duration::from_nanos(written),
            content_len: u64::from_le_bytes(part(bytes, CONTENT_LEN_AT)?),
            content_sum: u32::from_le_bytes(part(bytes, CONTENT_SUM_AT)?),
        })
    }
}

fn part<const N: usize>(bytes: &[u8; LEN], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}
