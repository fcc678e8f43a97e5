//! The least recently used key leaves.

use super::list::{Links, List};

/// Hits of LRU.
#[must_use]
pub fn lru(trace: &[u32], capacity: usize) -> usize {
    let keys = super::key_count(trace);
    let (mut links, mut list) = (Links::new(keys), List::new());
    let mut resident = vec![false; keys];
    let mut hits = 0;
    for &key in trace {
        if resident[key as usize] {
            hits += 1;
            list.move_to_front(&mut links, key);
            continue;
        }
        if list.len() == capacity
            && let Some(victim) = list.pop_back(&mut links)
        {
            resident[victim as usize] = false;
        }
        list.push_front(&mut links, key);
        resident[key as usize] = true;
    }
    hits
}
