//! Who leaves when a store is full.
//!
//! A policy orders slot numbers. It knows neither keys nor values nor the time, and is used under the lock of
//! the shard it belongs to; only what a [`Heat`] tells is raised beside it.

mod conduct;
mod ghosts;
mod queues;
mod s3_fifo;
#[cfg(test)]
mod simulator;
mod unbounded;

use std::fmt::Debug;

use s3_fifo::S3Fifo;
use unbounded::Unbounded;

/// How often each slot was hit lately, up to 2.
pub(crate) trait Heat {
    /// How often a slot was hit.
    fn get(&self, slot: u32) -> u8;

    /// Takes one hit back.
    fn cool(&self, slot: u32);

    /// Takes all hits back.
    fn reset(&self, slot: u32);
}

/// Chooses what leaves when a store is full.
pub(crate) trait Policy: Debug + Send + Sync {
    /// Takes note of a slot that now holds an entry.
    ///
    /// - The slot is not known yet, or has been removed.
    fn insert(&mut self, slot: u32, hash: u64);

    /// Forgets a slot whose entry has left for another reason.
    ///
    /// - A slot that is not known is none to forget.
    fn remove(&mut self, slot: u32);

    /// Chooses the slot whose entry leaves, and forgets it.
    ///
    /// - There is one if any is known, unless the policy never evicts.
    /// - `hash_of` tells the hash that a known slot was inserted with: the store has it, so nobody else keeps it.
    fn victim(&mut self, heat: &dyn Heat, hash_of: &dyn Fn(u32) -> u64) -> Option<u32>;

    /// Takes note that the store is full with about so many entries.
    fn resize(&mut self, capacity: usize);

    /// Forgets every slot.
    fn clear(&mut self);
}

/// The policies there are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PolicyKind {
    /// At most `capacity` entries, in the order of [`S3Fifo`].
    S3Fifo { capacity: usize },
    /// Nobody leaves.
    Unbounded,
}

impl PolicyKind {
    pub(crate) fn build(self) -> Box<dyn Policy> {
        match self {
            Self::S3Fifo { capacity } => Box::new(S3Fifo::new(capacity)),
            Self::Unbounded => Box::new(Unbounded),
        }
    }
}
