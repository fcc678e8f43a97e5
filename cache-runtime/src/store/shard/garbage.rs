//! What has left a shard, and is dropped outside its lock.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::entry::Care;
use crate::store::seen::Slot;

/// What has left a shard and is dropped outside its lock.
#[derive(Debug)]
pub(crate) struct Garbage<K, V> {
    first: Option<Junk<K, V>>,
    more: Vec<Junk<K, V>>,
}

#[derive(Debug)]
pub(super) enum Junk<K, V> {
    Key(K),
    Value(V),
    Care(#[expect(dead_code, reason = "it is dropped")] Arc<Care>),
}

impl<K, V> Garbage<K, V> {
    pub(crate) const fn new() -> Self {
        Self {
            first: None,
            more: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, junk: Junk<K, V>) {
        if self.first.is_none() {
            self.first = Some(junk);
        } else {
            self.more.push(junk);
        }
    }

    pub(super) fn add_slot(&mut self, slot: Slot<K, V>) {
        let Slot { key, mut held } = slot;
        self.add(Junk::Key(key));
        if let Some(value) = held.take() {
            self.add(Junk::Value(value));
        }
    }

    /// Drops everything, each key and each value by itself.
    ///
    /// A panic in a user's `Drop` ends here: the call in whose course an entry leaves is not to blame for it. Only
    /// one thing at a time is dropped so, for a second panic on the way would end the process.
    pub(crate) fn discard(self) {
        let Some(first) = self.first else {
            return;
        };
        discard(first);
        self.more.into_iter().for_each(discard);
    }
}

/// Drops something of the user's, and keeps its panic to itself.
pub(crate) fn discard<T>(leaving: T) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(leaving)));
}
