//! Values as bytes: a self-describing format that gives back what was put in, and survives any bytes.
//!
//! It is as lenient as JSON, so whatever serde's attributes make of a type works (`flatten`, `untagged`, `tag`,
//! `skip_serializing_if`, `default`), and compact as `MessagePack`. It is a format of our own for two things that those
//! of its kind lack, each of which would be a wrong value or an abort:
//!
//! - `Some(None)` and `Some(())` are not `None`;
//! - *every* step into a type is counted, so that bytes cannot overflow the stack: also steps through options,
//!   newtypes and variants, which need no bytes at all or have none that say how deep they are.
//!
//! What holds other values ends with an end tag. There are no counts, hence none to allocate by.
//!
//! | first byte | then | what |
//! |---|---|---|
//! | `00`-`7f` | | a number, itself |
//! | `80` | | the end of a sequence or map |
//! | `81`, `83`, `84`, `85` | | none, unit, false, true |
//! | `82` | a value | some, where the value would be taken for none |
//! | `90` | a byte | a number from 128 to 255 |
//! | `86`, `87` | number | an unsigned integer `n`; a negative one, `-1 - n` |
//! | `88`, `89` | 16 bytes | integers past 64 bits, unsigned and signed |
//! | `8a`, `8b` | 4, 8 bytes | floating point |
//! | `8c`, `8d` | length, bytes | text, bytes |
//! | `8e`, `8f` | values, `80` | a sequence; a map, its keys and values in turn |
//! | `c0`-`ff` | bytes | text of fewer than 64 bytes |
//!
//! Structs are maps by name, newtypes are what they hold, a variant without content is its name, one with content a
//! map of one entry.

mod read;
mod write;

use serde::Deserialize;
use serde::Serialize;

use crate::error::Error;
use read::Reader;
use write::Writer;

mod tag {
    pub(super) const END: u8 = 0x80;
    pub(super) const NONE: u8 = 0x81;
    pub(super) const SOME: u8 = 0x82;
    pub(super) const UNIT: u8 = 0x83;
    pub(super) const FALSE: u8 = 0x84;
    pub(super) const TRUE: u8 = 0x85;
    pub(super) const UNSIGNED: u8 = 0x86;
    pub(super) const NEGATIVE: u8 = 0x87;
    pub(super) const U128: u8 = 0x88;
    pub(super) const I128: u8 = 0x89;
    pub(super) const F32: u8 = 0x8a;
    pub(super) const F64: u8 = 0x8b;
    pub(super) const STR: u8 = 0x8c;
    pub(super) const BYTES: u8 = 0x8d;
    pub(super) const SEQ: u8 = 0x8e;
    pub(super) const MAP: u8 = 0x8f;
    pub(super) const BYTE: u8 = 0x90;
    /// The largest number that is its own first byte.
    pub(super) const SMALL: u8 = 0x7f;
    /// Text of length `n` begins with `SHORT_STR + n`.
    pub(super) const SHORT_STR: u8 = 0xc0;
}

/// The bytes of a value.
///
/// # Errors
///
/// If the type's `Serialize` refuses, or the value nests too deep.
pub(crate) fn encode_value<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    value
        .serialize(Writer::new(&mut out))
        .map_err(|failure| failure.of::<T>("a value", "encoded"))?;
    Ok(out)
}

/// The value that some bytes are. It is not made of parts of the bytes: a type that borrows cannot be read.
///
/// # Errors
///
/// If they are not exactly one value of the type.
pub(crate) fn decode_value<T: Deserialize<'static>>(bytes: &[u8]) -> Result<T, Error> {
    let mut reader = Reader::new(bytes);
    T::deserialize(&mut reader)
        .and_then(|value| reader.finish().map(|()| value))
        .map_err(|failure| failure.of::<T>("a value", "decoded"))
}

#[cfg(test)]
mod tests;
