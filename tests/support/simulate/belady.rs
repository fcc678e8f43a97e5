//! Belady's optimum, with bypass: who is asked for latest leaves, or does not come in.

use std::collections::BinaryHeap;

const NEVER: usize = usize::MAX;

/// Hits of a cache that knows the future.
#[must_use]
pub fn belady(trace: &[u32], capacity: usize) -> usize {
    let keys = super::key_count(trace);
    // When a resident key is asked for next; `None` for others.
    let mut resident: Vec<Option<usize>> = vec![None; keys];
    let mut held = 0;
    // Latest first; what does not agree with `resident` is out of date.
    let mut latest: BinaryHeap<(usize, u32)> = BinaryHeap::new();
    let mut hits = 0;
    for (&key, next) in trace.iter().zip(next_calls(trace, keys)) {
        if resident[key as usize].take().is_some() {
            hits += 1;
            held -= 1;
        }
        if next == NEVER {
            continue;
        }
        if held == capacity {
            while latest
                .peek()
                .is_some_and(|&(when, key)| resident[key as usize] != Some(when))
            {
                latest.pop();
            }
            match latest.peek() {
                Some(&(when, victim)) if when > next => {
                    resident[victim as usize] = None;
                    latest.pop();
                    held -= 1;
                }
                _ => continue,
            }
        }
        resident[key as usize] = Some(next);
        latest.push((next, key));
        held += 1;
    }
    hits
}

/// For each call, when its key is asked for again.
fn next_calls(trace: &[u32], keys: usize) -> Vec<usize> {
    let mut next = vec![NEVER; keys];
    let later = |(call, &key): (usize, &u32)| std::mem::replace(&mut next[key as usize], call);
    let mut calls: Vec<usize> = trace.iter().enumerate().rev().map(later).collect();
    calls.reverse();
    calls
}
