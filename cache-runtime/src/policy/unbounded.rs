//! No bound, no order: the least a policy can be.

use super::{Heat, Policy};

/// Lets nobody leave.
#[derive(Debug)]
pub(super) struct Unbounded;

impl Policy for Unbounded {
    fn insert(&mut self, _slot: u32, _hash: u64) {}

    fn remove(&mut self, _slot: u32) {}

    fn victim(&mut self, _heat: &dyn Heat, _hash_of: &dyn Fn(u32) -> u64) -> Option<u32> {
        None
    }

    fn resize(&mut self, _capacity: usize) {}

    fn clear(&mut self) {}
}
