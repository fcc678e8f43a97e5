//! Who leaves when a store is full.
//!
//! A policy orders slot numbers. It knows neither keys nor values nor the time, and is used under the lock of
//! the shard it belongs to; only [`Heat`] is raised under the read lock.

mod ghosts;
mod queues;
mod s3_fifo;
#[cfg(test)]
mod simulator;
mod unbounded;

use std::fmt::Debug;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use s3_fifo::S3Fifo;
use unbounded::Unbounded;

/// How often each slot was hit lately, up to [`Heat::MOST`].
///
/// A hit costs a load and a store, no read-modify-write: a hit that is lost to another is no loss.
#[derive(Debug, Default)]
pub(crate) struct Heat(Vec<AtomicU8>);

impl Heat {
    /// More would keep what was popular once for longer than it is worth.
    const MOST: u8 = 2;

    /// Takes note of a hit.
    #[inline]
    pub(crate) fn touch(&self, slot: u32) {
        // Where nobody leaves, nobody counts.
        let Some(heat) = self.0.get(slot as usize) else {
            return;
        };
        let hits = heat.load(Relaxed);
        if hits < Self::MOST {
            heat.store(hits + 1, Relaxed);
        }
    }

    pub(crate) fn get(&self, slot: u32) -> u8 {
        self.0[slot as usize].load(Relaxed)
    }

    /// Takes one hit back.
    pub(crate) fn cool(&self, slot: u32) {
        self.0[slot as usize].store(self.get(slot).saturating_sub(1), Relaxed);
    }

    /// Makes a slot cold that there is room for.
    pub(crate) fn reset(&self, slot: u32) {
        self.0[slot as usize].store(0, Relaxed);
    }

    /// Makes room for so many slots.
    pub(crate) fn make_room(&mut self, slots: usize) {
        self.0.reserve_exact(slots.saturating_sub(self.0.len()));
        self.0.resize_with(slots, AtomicU8::default);
    }
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
    fn victim(&mut self, heat: &Heat, hash_of: &dyn Fn(u32) -> u64) -> Option<u32>;

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
