//! Closes entries, so that whoever opens one knows that it is as it was.

use std::fmt;

use blake3::Hasher;

use super::wire::{self, Packed};
use super::{Damage, Entry};
use crate::backend::Version;

const MAGIC: [u8; 4] = *b"\xCArt\n";
/// The version of all that is in an envelope, keys and values included. Another number makes every entry a miss.
const CODEC: u8 = 1;

/// The content says how long it was before compression.
const COMPRESSED: u8 = 1;
/// The value is an `Err`.
const FAILED: u8 = 1 << 1;
/// The end is a signature, not a checksum.
const SIGNED: u8 = 1 << 2;

const HEADER: usize = MAGIC.len() + 2;

/// How entries are closed: all that may read each other's have the same key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sealing {
    /// Signs entries, and refuses others.
    pub(crate) signing_key: Option<SigningKey>,
    /// Payloads of more bytes are compressed, if that makes them shorter.
    pub(crate) compress_above: Option<usize>,
}

impl Sealing {
    /// The content of an item of this version that holds the entry.
    pub(crate) fn seal(&self, version: Version, entry: &Entry<'_>) -> Vec<u8> {
        let payload = Packed::new(&entry.payload, self.compress_above);
        let flag = |flag, set| if set { flag } else { 0 };
        let flags = flag(COMPRESSED, payload.is_compressed())
            | flag(FAILED, entry.failed)
            | flag(SIGNED, self.signing_key.is_some());
        let mut out = Vec::from(MAGIC);
        out.extend([CODEC, flags]);
        wire::put(&mut out, entry, &payload);
        match &self.signing_key {
            Some(key) => {
                let signature = key.sign(version, &out);
                out.extend_from_slice(signature.as_bytes());
            }
            None => out.extend(checksum(version, &out).to_le_bytes()),
        }
        out
    }

    /// An envelope of any flags and body, with the checksum it needs.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn close(version: Version, flags_and_body: &[u8]) -> Vec<u8> {
        let mut out = [&MAGIC, &[CODEC][..], flags_and_body].concat();
        out.extend(checksum(version, &out).to_le_bytes());
        out
    }

    /// The entry that the content of an item of this version holds, whatever its type and key are.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn open_any<'a>(
        &self,
        version: Version,
        bytes: &'a [u8],
    ) -> Result<Entry<'a>, Damage> {
        let (entry, packed) = self.unseal(version, bytes)?;
        unpack(entry, packed)
    }

    /// The entry of this type and key that the content of an item of this version holds.
    pub(crate) fn open<'a>(
        &self,
        version: Version,
        bytes: &'a [u8],
        fingerprint: u64,
        key: &[u8],
    ) -> Result<Entry<'a>, Damage> {
        let (entry, packed) = self.unseal(version, bytes)?;
        if entry.key != key {
            Err(Damage::OtherKey)
        } else if entry.fingerprint != fingerprint {
            Err(Damage::OtherType)
        } else {
            unpack(entry, packed)
        }
    }

    /// The entry without its payload, and that.
    fn unseal<'a>(
        &self,
        version: Version,
        bytes: &'a [u8],
    ) -> Result<(Entry<'a>, Packed<'a>), Damage> {
        let flags = flags(bytes)?;
        let sealed = match &self.signing_key {
            None if flags & SIGNED == 0 => checked(version, bytes),
            Some(key) if flags & SIGNED != 0 => key.verified(version, bytes),
            _ => Err(Damage::Forged),
        }?;
        let body = sealed.get(HEADER..).ok_or(Damage::Corrupt)?;
        let (mut entry, packed) =
            wire::take(body, flags & COMPRESSED != 0).ok_or(Damage::Corrupt)?;
        entry.failed = flags & FAILED != 0;
        Ok((entry, packed))
    }
}

fn unpack<'a>(mut entry: Entry<'a>, packed: Packed<'a>) -> Result<Entry<'a>, Damage> {
    entry.payload = packed.unpack().ok_or(Damage::Corrupt)?;
    Ok(entry)
}

/// The flags of an envelope of this version of the codec.
fn flags(bytes: &[u8]) -> Result<u8, Damage> {
    let (header, _) = bytes.split_first_chunk::<HEADER>().ok_or(Damage::Foreign)?;
    match *header {
        [magic @ .., CODEC, flags] if magic == MAGIC => Ok(flags),
        [magic @ .., _, _] if magic == MAGIC => Err(Damage::OtherCodec),
        _ => Err(Damage::Foreign),
    }
}

fn checksum(version: Version, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&version.0);
    hasher.update(bytes);
    hasher.finalize()
}

/// What the checksum at the end vouches for.
fn checked(version: Version, bytes: &[u8]) -> Result<&[u8], Damage> {
    let (sealed, sum) = bytes.split_last_chunk().ok_or(Damage::Corrupt)?;
    if u32::from_le_bytes(*sum) == checksum(version, sealed) {
        Ok(sealed)
    } else {
        Err(Damage::Corrupt)
    }
}

/// A secret that all who write to a store share.
#[derive(Clone)]
pub(crate) struct SigningKey([u8; blake3::KEY_LEN]);

impl SigningKey {
    /// The key that belongs to a secret of any length.
    pub(crate) fn new(secret: &str) -> Self {
        const CONTEXT: &str = "cache-runtime 2026-11-22 signatures of stored entries";
        Self(blake3::derive_key(CONTEXT, secret.as_bytes()))
    }

    fn sign(&self, version: Version, bytes: &[u8]) -> blake3::Hash {
        let mut hasher = Hasher::new_keyed(&self.0);
        hasher.update(&version.0);
        hasher.update(bytes);
        hasher.finalize()
    }

    /// What the signature at the end vouches for. How long it takes tells nothing about the right one.
    fn verified<'a>(&self, version: Version, bytes: &'a [u8]) -> Result<&'a [u8], Damage> {
        let (sealed, signature) = bytes.split_last_chunk().ok_or(Damage::Forged)?;
        if self.sign(version, sealed) == *signature {
            Ok(sealed)
        } else {
            Err(Damage::Forged)
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}
