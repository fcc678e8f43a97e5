//! SIEVE (Zhang et al., NSDI 2024): a queue in order of arrival, and a hand that spares what was visited.

use super::list::{Links, List};

/// Hits of SIEVE.
#[must_use]
pub fn sieve(trace: &[u32], capacity: usize) -> usize {
    let keys = super::key_count(trace);
    let (mut links, mut list) = (Links::new(keys), List::new());
    let (mut resident, mut visited) = (vec![false; keys], vec![false; keys]);
    let mut hand = None;
    let mut hits = 0;
    for &key in trace {
        if resident[key as usize] {
            hits += 1;
            visited[key as usize] = true;
            continue;
        }
        if list.len() == capacity {
            let Some(mut victim) = hand.or(list.back()) else {
                continue;
            };
            while std::mem::take(&mut visited[victim as usize]) {
                victim = links.before(victim).or(list.back()).unwrap_or(victim);
            }
            hand = links.before(victim);
            list.remove(&mut links, victim);
            resident[victim as usize] = false;
        }
        list.push_front(&mut links, key);
        resident[key as usize] = true;
    }
    hits
}
