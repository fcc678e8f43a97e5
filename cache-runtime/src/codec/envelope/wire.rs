//! The fields of an entry as bytes.

use std::borrow::Cow;
use std::time::Duration;

use lz4_flex::block;

use super::{Entry, MarkId, WireTimes};
use crate::backend::Version;
use crate::codec::cursor::{Cursor, put_bytes, put_number};

/// A payload that says it is longer, before compression, is not unpacked: the limit of what Redis stores.
const MAX_UNPACKED: usize = 512 << 20;
/// LZ4 makes nothing shorter than this fraction.
const MAX_RATIO: usize = 255;
/// The bytes of a mark and its version.
const MARK: usize = MarkId::LEN + Version::LEN;

pub(super) fn put(out: &mut Vec<u8>, entry: &Entry<'_>, payload: &Packed<'_>) {
    out.reserve(entry.key.len() + entry.marks.len() * MARK + payload.bytes.len() + 128);
    out.extend(entry.fingerprint.to_le_bytes());
    put_bytes(out, entry.key);
    put_times(out, &entry.times);
    put_number(out, entry.marks.len() as u64);
    for (mark, version) in &entry.marks {
        out.extend(mark.0);
        out.extend(version.0);
    }
    if let Some(len) = payload.unpacked {
        put_number(out, len as u64);
    }
    out.extend_from_slice(&payload.bytes);
}

/// The entry, without its payload and its flags, and the payload.
pub(super) fn take(body: &[u8], compressed: bool) -> Option<(Entry<'_>, Packed<'_>)> {
    let mut cursor = Cursor::new(body);
    let entry = Entry {
        fingerprint: cursor.array().map(u64::from_le_bytes)?,
        key: cursor.bytes()?,
        times: take_times(&mut cursor)?,
        marks: take_marks(&mut cursor)?,
        failed: false,
        payload: Cow::Borrowed(&[]),
    };
    let unpacked = if compressed {
        Some(usize::try_from(cursor.number()?).ok()?)
    } else {
        None
    };
    let bytes = Cow::Borrowed(cursor.rest());
    Some((entry, Packed { bytes, unpacked }))
}

fn take_marks(cursor: &mut Cursor<'_>) -> Option<Vec<(MarkId, Version)>> {
    let count = usize::try_from(cursor.number()?).ok()?;
    let bytes = cursor.take(count.checked_mul(MARK)?)?;
    let mark = |bytes: &[u8]| {
        let (mark, version) = bytes.split_first_chunk()?;
        Some((MarkId(*mark), Version(version.try_into().ok()?)))
    };
    bytes.chunks_exact(MARK).map(mark).collect()
}

/// A byte that tells which times there are, then those.
fn put_times(out: &mut Vec<u8>, times: &WireTimes) {
    let all = [
        times.ttl,
        times.timeout,
        times.stale_while_revalidate,
        times.stale_if_error,
        times.refresh_after,
    ];
    let present = (0..)
        .zip(all)
        .map(|(bit, time)| u8::from(time.is_some()) << bit);
    out.push(present.sum());
    for time in all.into_iter().flatten() {
        put_number(out, time.as_secs());
        put_number(out, time.subsec_nanos().into());
    }
}

fn take_times(cursor: &mut Cursor<'_>) -> Option<WireTimes> {
    let present = cursor.byte()?;
    let mut next = |bit: u8| match present >> bit & 1 {
        0 => Some(None),
        _ => take_time(cursor).map(Some),
    };
    Some(WireTimes {
        ttl: next(0)?,
        timeout: next(1)?,
        stale_while_revalidate: next(2)?,
        stale_if_error: next(3)?,
        refresh_after: next(4)?,
    })
}

fn take_time(cursor: &mut Cursor<'_>) -> Option<Duration> {
    let seconds = cursor.number()?;
    let nanoseconds = u32::try_from(cursor.number()?).ok()?;
    (nanoseconds < 1_000_000_000).then(|| Duration::new(seconds, nanoseconds))
}

/// A payload as it is stored.
pub(super) struct Packed<'a> {
    bytes: Cow<'a, [u8]>,
    /// How long it is when it is not compressed, if it is.
    unpacked: Option<usize>,
}

impl<'a> Packed<'a> {
    /// Compresses more bytes than the limit, if there is one, unless that does not make them shorter.
    pub(super) fn new(payload: &'a [u8], compress_above: Option<usize>) -> Self {
        let plain = Self {
            bytes: Cow::Borrowed(payload),
            unpacked: None,
        };
        let len = payload.len();
        if len > MAX_UNPACKED || compress_above.is_none_or(|limit| len <= limit) {
            return plain;
        }
        let compressed = block::compress(payload);
        if compressed.len() >= len {
            return plain;
        }
        Self {
            bytes: Cow::Owned(compressed),
            unpacked: Some(len),
        }
    }

    pub(super) fn is_compressed(&self) -> bool {
        self.unpacked.is_some()
    }

    /// The payload. Nothing is allocated for a length that it cannot have.
    pub(super) fn unpack(self) -> Option<Cow<'a, [u8]>> {
        let Some(len) = self.unpacked else {
            return Some(self.bytes);
        };
        if len > MAX_UNPACKED || len / MAX_RATIO > self.bytes.len() {
            return None;
        }
        let unpacked = block::decompress(&self.bytes, len).ok()?;
        (unpacked.len() == len).then_some(Cow::Owned(unpacked))
    }
}
