//! What leaves the process, as bytes: keys, values, and the envelope around them.
//!
//! | module | holds |
//! |---|---|
//! | `canonical` | keys: equal bytes for equal arguments, in every process and on every platform |
//! | `value` | values: a self-describing format that gives back what was put in |
//! | `shape` | the fingerprint of a type: another one when the type is another |
//! | `envelope` | what is stored: a value with its key, its times and what it depends on, under a checksum or signature |
//! | `cursor`, `failure`, `holders` | what the formats have in common |
//!
//! Bytes that are read may come from anyone: nothing here panics on them, allocates what a length in them claims, or
//! recurses as deep as they say.

pub(crate) mod canonical;
mod cursor;
pub(crate) mod envelope;
mod failure;
mod holders;
#[cfg(test)]
mod samples;
pub(crate) mod shape;
pub(crate) mod value;

/// How deep keys and values may nest. Each level costs stack, in the code of the user's types too, and a task of
/// another runtime may not have much of it.
const MAX_DEPTH: u32 = 128;
