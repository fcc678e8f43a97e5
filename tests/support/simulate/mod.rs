//! Reference policies over keys that are small numbers: what a cache is compared with.
//!
//! Each is a function from a trace and a capacity to the number of hits. They are written to be read, and
//! index arrays by key, so that a trace of a million calls takes a fraction of a second.

mod belady;
mod list;
mod lru;
mod s3_fifo;
mod sieve;
mod w_tiny_lfu;

pub use belady::belady;
pub use lru::lru;
pub use s3_fifo::s3_fifo;
pub use sieve::sieve;
pub use w_tiny_lfu::w_tiny_lfu;

/// How many keys a policy must have room for.
fn key_count(trace: &[u32]) -> usize {
    trace.iter().max().map_or(0, |&key| key as usize + 1)
}

#[cfg(test)]
mod tests {
    use super::{belady, lru, s3_fifo, sieve, w_tiny_lfu};
    use crate::trace;

    #[test]
    fn a_cache_for_every_key_misses_each_once() {
        let trace: Vec<u32> = (0..100).cycle().take(1_000).collect();
        for policy in [belady, lru, sieve] {
            assert_eq!(policy(&trace, 100), 900);
        }
    }

    #[test]
    fn lru_drops_what_was_used_least_lately() {
        assert_eq!(lru(&[1, 2, 1, 3, 1, 2], 2), 2);
        assert_eq!(lru(&[1, 2, 3, 1, 2, 3], 2), 0);
    }

    #[test]
    fn nobody_beats_the_optimum() {
        let trace = trace::zipf(50_000, 0.9);
        let optimum = belady(&trace, 1_000);
        for policy in [lru, sieve, s3_fifo, w_tiny_lfu] {
            let hits = policy(&trace, 1_000);
            assert!(hits < optimum && hits > optimum / 2, "{hits} of {optimum}");
        }
    }

    #[test]
    fn the_optimum_keeps_a_part_of_a_loop() {
        let trace: Vec<u32> = (0..100).cycle().take(1_000).collect();
        assert_eq!(belady(&trace, 10), 90);
    }
}
