//! How entries leave a shard: invalidated, expired, or for others.
#![allow(
    unsafe_code,
    reason = "which slots are full, and that there is one writer, is known here"
)]

use std::collections::HashMap;

use super::garbage::{Garbage, Junk};
use super::{Bound, Desk, spread, tag};
use crate::clock::Moment;
use crate::key::cell::KeyCell;
use crate::stats::{Counters, Event};
use crate::store::departed::Reason;
use crate::store::seen::{Seen, Slot};
use crate::store::wheel::Wheel;
use crate::value::cell::ValueCell;

/// At most so many expired entries leave in the course of one call.
const SWEEP: usize = 64;

/// So many slots are emptied together, when no reader sees them any more.
const TOGETHER: usize = 32;

/// For so few slots readers are shut out for a while: if it happens again soon, it costs nothing then.
const FEW_TOGETHER: usize = 8;

/// What has made room for others stays in memory until it is more than one of so many parts of the capacity, or
/// [`TOGETHER`].
const PART: usize = 64;

/// An empty shard keeps the memory of so few slots.
const FEW: usize = 8;

impl<K: KeyCell, V: ValueCell> Desk<'_, K, V> {
    /// Drops what is in a slot: its entry leaves, its computations are detached. Answers whether there was an entry
    /// that could still be given out.
    pub(crate) fn empty(&mut self, index: u32, now: Moment, garbage: &mut Garbage<K, V>) -> bool {
        let existed = self.is_of_use(index, now);
        self.detach(index);
        self.let_go(index, Reason::Invalidated, garbage);
        existed
    }

    /// Drops what is in the slots of a hash.
    pub(crate) fn empty_all(
        &mut self,
        hash: u64,
        now: Moment,
        garbage: &mut Garbage<K, V>,
    ) -> usize {
        let tag = tag(hash);
        let mut existed = 0;
        loop {
            let of_hash = |index| self.tag_of(index) == tag;
            let Some(index) = self.seen().table.find(tag, of_hash) else {
                return existed;
            };
            existed += usize::from(self.empty(index, now, garbage));
        }
    }

    /// Lets the entries of a hash go, and leaves its computations.
    #[cfg(feature = "redis")]
    pub(crate) fn let_hash_go(&mut self, hash: u64, garbage: &mut Garbage<K, V>) {
        let tag = tag(hash);
        let has_entry = |shard: &Self, index| shard.tag_of(index) == tag && shard.has_entry(index);
        while let Some(index) = self.seen().table.find(tag, |index| has_entry(self, index)) {
            self.let_go(index, Reason::Invalidated, garbage);
        }
    }

    /// Whether the label of an entry has been invalidated.
    pub(crate) fn is_outdated(&self, index: u32) -> bool {
        let care = self.cares.get(&index);
        care.is_some_and(|care| care.lineage.is_outdated())
    }

    /// Takes the entry out of a slot that the policy has forgotten; answers whether there was one.
    pub(super) fn take_entry(&mut self, index: u32, garbage: &mut Garbage<K, V>) -> bool {
        if !self.forget(index, garbage) {
            return false;
        }
        // SAFETY: a slot that has an entry is full.
        let slot = unsafe { self.alone().0.full_mut(index) };
        if let Some(value) = slot.held.take() {
            garbage.add(Junk::Value(value));
        }
        true
    }

    /// Forgets what is known of the entry of a slot; answers whether there was one.
    fn forget(&mut self, index: u32, garbage: &mut Garbage<K, V>) -> bool {
        if !self.has_entry(index) {
            return false;
        }
        if let Some(care) = self.cares.remove(&index) {
            self.weight -= u64::from(care.weight);
            garbage.add(Junk::Care(care));
        }
        self.stamp_anew(index);
        self.entries -= 1;
        self.wheel.cancel(index);
        true
    }

    /// Drops the entry of a slot that the policy has forgotten, and remembers why it is gone. The slot is emptied if no
    /// computation is under way in it.
    pub(super) fn dismiss(&mut self, index: u32, why: Reason, garbage: &mut Garbage<K, V>) {
        let tag = self.tag_of(index);
        self.seen().departed.note(spread(tag), why);
        if self.flights.is_any(index) {
            self.take_entry(index, garbage);
            return;
        }
        let together = match why {
            Reason::Evicted => self.may_wait(index),
            Reason::Expired | Reason::Invalidated => 0,
        };
        self.forget(index, garbage);
        self.remove(index, together, garbage);
    }

    /// How many may be in memory a while longer, together with this one, whose entry makes room for another.
    fn may_wait(&mut self, index: u32) -> usize {
        match self.bound {
            Bound::Entries(most) => most / PART,
            Bound::Weight(most) => {
                let care = self.cares.get(&index);
                self.leaving_weight += care.map_or(0, |care| u64::from(care.weight));
                if self.leaving_weight <= most / PART as u64 {
                    TOGETHER
                } else {
                    0
                }
            }
            Bound::Unbounded => 0,
        }
    }

    /// Empties a slot if nothing is left in it.
    pub(crate) fn tidy(&mut self, index: u32, garbage: &mut Garbage<K, V>) {
        let in_use = self.slot(index).is_none_or(|slot| slot.held.is_there());
        if !in_use && !self.flights.is_any(index) {
            self.remove(index, TOGETHER, garbage);
        }
    }

    /// Empties a slot, whatever is in it: with others, once so many are `together`, unless nobody notices when that is.
    fn remove(&mut self, index: u32, together: usize, garbage: &mut Garbage<K, V>) {
        let tag = self.tag_of(index);
        // SAFETY: this is the only writer; the slot was full, and is marked as empty from now on.
        let leaving = unsafe { self.seen().retire(index, tag) };
        self.marks[index as usize].stamp = None;
        let together = if Seen::<K, V>::PLAIN {
            TOGETHER
        } else {
            together.min(TOGETHER)
        };
        let is_last = self.free.len() + leaving == self.marks.len();
        if self.is_alone() || leaving >= together || is_last && !Seen::<K, V>::PLAIN {
            self.let_go_together(leaving, garbage);
        }
        if !is_last {
            return;
        }
        if self.marks.len() > FEW {
            self.shrink();
        } else {
            self.seen().table.reset();
            self.used = 0;
        }
    }

    /// Empties the slots that are about to leave, so many.
    fn let_go_together(&mut self, leaving: usize, garbage: &mut Garbage<K, V>) {
        if Seen::<K, V>::PLAIN {
            self.grace();
        } else if leaving >= FEW_TOGETHER {
            self.grace_or_alone();
        } else {
            self.alone();
        }
        self.leaving_weight = 0;
        let (seen, shard) = self.parts();
        let leaves = |index, slot: Slot<K, V>| {
            shard.free.push(index);
            if !Seen::<K, V>::PLAIN {
                garbage.add_slot(slot);
            }
        };
        // SAFETY: this is the only writer, and readers who saw them are gone.
        unsafe { seen.let_go(leaves) };
    }

    /// Gives back what an empty shard has no use for.
    fn shrink(&mut self) {
        let (seen, shard) = self.alone();
        seen.drain().for_each(drop);
        shard.used = 0;
        shard.marks = Vec::new();
        shard.free = Vec::new();
        shard.leaving_weight = 0;
        shard.flights.clear();
        shard.cares = HashMap::default();
        shard.wheel.clear();
    }

    /// Tells whether the entry of a slot could be given out.
    fn is_of_use(&self, index: u32, now: Moment) -> bool {
        match self.cares.get(&index) {
            Some(care) => care.is_of_use(now),
            None => now < self.leaves_at(index),
        }
    }

    /// When the entry of a slot is of no use any more.
    pub(super) fn leaves_at(&self, index: u32) -> Moment {
        match self.cares.get(&index) {
            Some(care) => care.leaves_at(),
            None => Moment::kept(self.slot(index).map_or(0, |slot| slot.held.time())),
        }
    }

    /// Lets expired entries go, at most `limit`; answers how many were looked at.
    pub(crate) fn sweep(
        &mut self,
        now: Moment,
        limit: usize,
        counters: &Counters,
        garbage: &mut Garbage<K, V>,
    ) -> usize {
        if self.due > now {
            return 0;
        }
        let mut delivered = Vec::new();
        let mut wheel = std::mem::replace(&mut self.wheel, Wheel::new());
        let due_of = |slot: u32| self.leaves_at(slot).0;
        wheel.advance(now.0, &due_of, &mut |slot| delivered.push(slot), limit);
        self.wheel = wheel;
        let mut expired = 0;
        for &index in &delivered {
            let leaves_at = self.leaves_at(index);
            if leaves_at > now {
                // It has been read since, and may stay for a while.
                self.schedule(index, leaves_at);
            } else {
                self.let_go(index, Reason::Expired, garbage);
                expired += 1;
            }
        }
        self.due = self.wheel.next_due().map_or(Moment::NEVER, Moment);
        counters.add(Event::Expiration, expired);
        delivered.len()
    }

    fn let_go(&mut self, index: u32, why: Reason, garbage: &mut Garbage<K, V>) {
        self.policy.remove(index);
        self.dismiss(index, why, garbage);
    }

    /// Lets a few expired entries go.
    pub(crate) fn sweep_some(
        &mut self,
        now: Moment,
        counters: &Counters,
        garbage: &mut Garbage<K, V>,
    ) {
        self.sweep(now, SWEEP, counters, garbage);
    }

    /// Lets entries go that carry an invalidated label, looking at `count` slots from `first` on. Answers where to
    /// go on, if there are more.
    pub(crate) fn let_some_go(
        &mut self,
        first: u32,
        count: u32,
        goes: impl Fn(&Self, u32) -> bool,
        counters: &Counters,
        garbage: &mut Garbage<K, V>,
    ) -> Option<u32> {
        let length = u32::try_from(self.marks.len()).unwrap_or(u32::MAX);
        let end = first.saturating_add(count).min(length);
        let mut gone = 0;
        for index in first..end {
            if goes(self, index) {
                self.let_go(index, Reason::Invalidated, garbage);
                gone += 1;
            }
        }
        counters.add(Event::Invalidation, gone);
        (end < length).then_some(end)
    }

    /// Drops every entry and detaches every computation; answers how many entries there were.
    pub(crate) fn clear(&mut self, garbage: &mut Garbage<K, V>) -> usize {
        let (seen, shard) = self.alone();
        for (index, slot) in seen.drain() {
            if shard.is_full(index) {
                let tag = shard.tag_of(index);
                seen.departed.note(spread(tag), Reason::Invalidated);
            }
            garbage.add_slot(slot);
        }
        for (_, care) in shard.cares.drain() {
            garbage.add(Junk::Care(care));
        }
        self.shrink();
        self.policy.clear();
        self.due = Moment::NEVER;
        self.weight = 0;
        std::mem::take(&mut self.entries)
    }
}
