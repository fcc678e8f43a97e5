//! Memory that is going to be read is asked for beforehand, where the processor can be told.
#![cfg_attr(
    target_arch = "x86_64",
    allow(unsafe_code, reason = "the instruction is not part of the language")
)]

/// Asks for the memory that something begins in. It is a hint, and changes nothing.
#[inline]
pub(crate) fn prefetch<T>(what: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every processor of this architecture has it, and it may be given any address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(what).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = what;
}
