//! Any bytes are an error or a value that comes back from its own bytes.

#![no_main]
#![allow(dead_code, reason = "shared with the tests of the codec")]

#[path = "../../../cache-runtime/src/codec/samples.rs"]
mod samples;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    cache_runtime::__fuzz::value::<samples::Rich>(bytes);
});
