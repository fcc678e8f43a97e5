//! Memory that is going to be read is asked for beforehand, where the processor can be told.
#![cfg_attr(
    target_arch = "x86_64",
    allow(unsafe_code, reason = "the instruction is not part of the language")
)]

/// So many lines of something are asked for.
const LINES: usize = 4;

/// How long a line is, mostly.
const LINE: usize = 64;

/// Asks for the memory that something begins in. It is a hint, and changes nothing.
#[inline]
pub(crate) fn prefetch<T>(what: &T) {
    prefetch_at(what);
}

/// Asks for the first lines of something, wherever that is.
#[inline]
pub(crate) fn prefetch_lines<T>(what: *const T) {
    let lines = size_of::<T>().div_ceil(LINE).min(LINES);
    for line in 0..lines {
        prefetch_at(what.wrapping_byte_add(line * LINE));
    }
}

#[inline]
fn prefetch_at<T>(what: *const T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every processor of this architecture has it, and it may be given any address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(what.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = what;
}
