//! The keys of two values are equal only if the values are, and none is the beginning of the other.

#![no_main]
#![allow(dead_code, reason = "shared with the tests of the codec")]

#[path = "../../../cache-runtime/src/codec/samples.rs"]
mod samples;

use cache_runtime::__fuzz as codec;
use libfuzzer_sys::fuzz_target;
use samples::Rich;

fuzz_target!(|bytes: &[u8]| {
    let Some((one, other)) = codec::value::<(Rich, Rich)>(bytes) else {
        return;
    };
    let (Some(key), Some(other_key)) = (codec::key(&one), codec::key(&other)) else {
        return;
    };
    let has_nan = one != one || other != other;
    assert!(has_nan || (key == other_key) == (one == other), "{one:?} and {other:?}");
    assert!(key == other_key || !key.starts_with(&other_key), "{one:?} and {other:?}");
    assert!(key == other_key || !other_key.starts_with(&key), "{one:?} and {other:?}");
});
