//! What `tests/fuzz` calls: the codec, from outside of the crate.

#![allow(missing_docs, reason = "only builds for fuzzing have it")]

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::backend::Version;
use crate::codec::canonical::encode_key;
use crate::codec::envelope::{Sealing, SigningKey};
use crate::codec::value::{decode_value, encode_value};

const VERSION: Version = Version([7; Version::LEN]);

/// Opens bytes as an entry, and its payload as a value; first as they are, then as if the checksum were right.
pub fn open<T: Serialize + DeserializeOwned>(bytes: &[u8]) {
    let signing = Sealing {
        signing_key: Some(SigningKey::new("secret")),
        compress_above: None,
    };
    assert!(signing.open_any(VERSION, bytes).is_err(), "nobody can sign");
    for bytes in [bytes, &Sealing::close(VERSION, bytes)] {
        if let Ok(entry) = Sealing::default().open_any(VERSION, bytes) {
            value::<T>(&entry.payload);
        }
    }
}

/// Decodes bytes; if they are a value, it comes back from its own bytes.
pub fn value<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let value: T = decode_value(bytes).ok()?;
    let again = encode_value(&value).ok()?;
    let back: T = decode_value(&again).expect("what was encoded can be decoded");
    let third = encode_value(&back).expect("what was encoded can be encoded again");
    assert!(again == third, "another value comes back");
    Some(value)
}

/// The canonical bytes of a value.
pub fn key<T: Serialize>(value: &T) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    encode_key(value, &mut out).ok()?;
    Some(out)
}
