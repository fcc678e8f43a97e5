//! What is stored: a value with everything that tells whether it is the right one.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | magic |
//! | 1 | version of the codec |
//! | 1 | flags: compressed, failed, signed |
//! | 8 | fingerprint of the value's type |
//! | number, bytes | the full key |
//! | 1, numbers | which times there are; seconds and nanoseconds of each |
//! | number, 32 each | marks: what the entry depends on, and the version it had |
//! | number | length of the payload before compression, if it is compressed |
//! | rest | the payload |
//! | 4, or 32 if signed | checksum or signature of all this, and of the version of the item it is stored in |
//!
//! The version of the item is under the checksum, so that no content passes for one of another version. So is the key:
//! an entry in the place of another is told by it.
//!
//! The checksum is a CRC-32: it finds every error of up to 32 bits in a row, costs nothing beside a round trip, and
//! is no protection against anyone who means it. The signature is: with a signing key, only entries that were signed
//! with the same are opened.

mod sealing;
mod wire;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::backend::Version;
pub(crate) use sealing::{Sealing, SigningKey};

/// Names something that an entry depends on.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct MarkId(pub(crate) [u8; MarkId::LEN]);

impl MarkId {
    pub(crate) const LEN: usize = 16;
}

impl fmt::Debug for MarkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A value with everything that tells whether it is the right one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// Of the value's type.
    pub(crate) fingerprint: u64,
    /// The canonical bytes of the whole key, namespace and all.
    pub(crate) key: &'a [u8],
    pub(crate) times: WireTimes,
    /// What it depends on, each with the version that it was computed from.
    pub(crate) marks: Vec<(MarkId, Version)>,
    /// The value is an `Err`.
    pub(crate) failed: bool,
    /// The bytes of the value.
    pub(crate) payload: Cow<'a, [u8]>,
}

/// For how long an entry is what, counted from when it was stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct WireTimes {
    /// As given to the store: the timeout and the longest window behind it; `None`: for ever.
    pub(crate) ttl: Option<Duration>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) stale_while_revalidate: Option<Duration>,
    pub(crate) stale_if_error: Option<Duration>,
    pub(crate) refresh_after: Option<Duration>,
}

impl WireTimes {
    /// Whether an entry that is there can be in more than one state.
    pub(crate) fn depend_on_age(&self) -> bool {
        self.ttl != self.timeout || self.refresh_after.is_some()
    }
}

/// Why bytes are not the entry that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// Nothing that this crate has written.
    Foreign,
    /// From a version of this crate that writes something else.
    OtherCodec,
    /// Not what was written, or not into an item of this version.
    Corrupt,
    /// Not signed, though there is a signing key; or not by it.
    Forged,
    /// An entry of another type.
    OtherType,
    /// An entry of another key.
    OtherKey,
}

#[cfg(test)]
mod tests;
