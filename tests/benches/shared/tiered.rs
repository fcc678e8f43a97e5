//! Copies in the process, beside a function whose entries never leave it.

use std::hint::black_box;

use cache_runtime::memoize;

use crate::contest::{Contender, Row, compare};
use crate::functions::{KEYS, key, text};

const CALLS: usize = 200_000;

#[memoize(timeout = "1h")]
fn copied(id: u64) -> String {
    text(id)
}

#[memoize(timeout = "1h", local)]
fn kept(id: u64) -> String {
    text(id)
}

pub(crate) fn run(rounds: usize) -> Vec<Row> {
    // The second call finds the entry, and keeps a copy.
    for id in (0..KEYS).chain(0..KEYS) {
        copied(id);
        kept(id);
    }
    let calls = |call: fn(u64) -> String| {
        move |calls| (0..calls).for_each(|n| drop(black_box(call(key(n)))))
    };
    let ours = Contender::of_calls("tiered", CALLS, calls(copied));
    let peer = Contender::of_calls("the same, `local`", CALLS, calls(kept));
    compare(rounds, ours, vec![(peer, Some(2.0))])
}
