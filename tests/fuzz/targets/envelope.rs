//! Any bytes are an entry or damage, and its payload a value or an error.

#![no_main]
#![allow(dead_code, reason = "shared with the tests of the codec")]

#[path = "../../../cache-runtime/src/codec/samples.rs"]
mod samples;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| cache_runtime::__fuzz::open::<samples::Rich>(bytes));
