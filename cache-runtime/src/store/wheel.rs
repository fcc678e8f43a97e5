//! When slots are due: a hierarchical timing wheel (Varghese and Lauck, "Hashed and Hierarchical Timing
//! Wheels", SOSP 1987).
//!
//! Times are nanoseconds. A bucket of the finest wheel spans 16.8 ms, of each further wheel 64 times more; a
//! slot waits in the wheel whose span its time needs, and moves to finer ones as that time comes near. No slot
//! is delivered before it is due, and none later than the span of one finest bucket.
//!
//! Scheduling and cancelling are O(1); advancing is proportional to what is delivered or moved.

const NONE: u32 = u32::MAX;
/// A finest bucket spans `1 << FINEST` nanoseconds.
const FINEST: u32 = 24;
/// A wheel has `1 << BITS` buckets.
const BITS: u32 = 6;
const BUCKETS: usize = 1 << BITS;
/// The last wheel spans more than 584 years.
const WHEELS: usize = 7;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Wheel {
    /// Everything before this finest bucket has been delivered.
    now: u64,
    /// The first slot of each bucket, wheel by wheel; allocated at first use.
    buckets: Vec<[u32; BUCKETS]>,
    /// Which buckets of a wheel are not empty.
    occupied: [u64; WHEELS],
    nodes: Vec<Node>,
}

/// A slot's place in its bucket: eight bytes.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// The slot before it, or [`FIRST`] and the bucket if it is the first.
    before: u32,
    after: u32,
}

/// Marks the first slot of a bucket; what is left of the number is the bucket's.
const FIRST: u32 = 1 << 31;

/// A slot that is in no bucket.
const IDLE: Node = Node {
    before: NONE,
    after: NONE,
};

/// Tells when a slot is due.
pub(crate) type DueOf<'a> = &'a dyn Fn(u32) -> u64;

impl Wheel {
    pub(crate) fn new() -> Self {
        Self {
            now: 0,
            buckets: Vec::new(),
            occupied: [0; WHEELS],
            nodes: Vec::new(),
        }
    }

    /// Makes room for so many slots.
    pub(crate) fn make_room(&mut self, slots: usize) {
        if slots > self.nodes.capacity() {
            self.nodes.reserve_exact(slots - self.nodes.len());
        }
    }

    /// Notes when a slot is due, in the stead of what was noted before.
    pub(crate) fn schedule(&mut self, slot: u32, due: u64) {
        if self.buckets.is_empty() {
            self.buckets = vec![[NONE; BUCKETS]; WHEELS];
        }
        if self.nodes.len() <= slot as usize {
            self.nodes.resize(slot as usize + 1, IDLE);
        }
        self.cancel(slot);
        // What is due within a bucket is delivered when the bucket is over: never early.
        let tick = (due >> FINEST).max(self.now);
        let (wheel, bucket) = self.place(tick);
        let after = std::mem::replace(&mut self.buckets[wheel][bucket], slot);
        if let Some(after) = self.nodes.get_mut(after as usize) {
            after.before = slot;
        }
        let number = u32::try_from(wheel * BUCKETS + bucket).expect("a few hundred buckets");
        self.nodes[slot as usize] = Node {
            before: FIRST | number,
            after,
        };
        self.occupied[wheel] |= 1 << bucket;
    }

    /// The wheel and the bucket for a tick: the highest digit in which it differs from now.
    fn place(&self, tick: u64) -> (usize, usize) {
        let differs = (tick ^ self.now).checked_ilog2().unwrap_or(0);
        let wheel = (differs / BITS) as usize;
        (wheel, digit(tick, wheel))
    }

    /// Forgets a slot.
    pub(crate) fn cancel(&mut self, slot: u32) {
        let Some(&Node { before, after }) = self.nodes.get(slot as usize) else {
            return;
        };
        if before == NONE {
            return;
        }
        self.nodes[slot as usize] = IDLE;
        if let Some(after) = self.nodes.get_mut(after as usize) {
            after.before = before;
        }
        if before & FIRST == 0 {
            self.nodes[before as usize].after = after;
            return;
        }
        let number = (before & !FIRST) as usize;
        let (wheel, bucket) = (number / BUCKETS, number % BUCKETS);
        self.buckets[wheel][bucket] = after;
        if after == NONE {
            self.occupied[wheel] &= !(1 << bucket);
        }
    }

    /// Delivers slots that are due, at most `limit`, and forgets them.
    pub(crate) fn advance(
        &mut self,
        now: u64,
        due_of: DueOf<'_>,
        expired: &mut dyn FnMut(u32),
        limit: usize,
    ) {
        let mut left = limit;
        while left > 0 {
            let Some((wheel, start)) = self.first() else {
                break;
            };
            if wheel == 0 {
                if (start + 1) << FINEST > now {
                    break;
                }
                self.now = start;
                left = self.deliver(digit(start, 0), expired, left);
            } else {
                if start << FINEST > now {
                    break;
                }
                self.now = start;
                self.cascade(wheel, digit(start, wheel), due_of);
            }
        }
        if left > 0 && self.first().is_none_or(|(_, start)| start >= now >> FINEST) {
            self.now = self.now.max(now >> FINEST);
        }
    }

    /// The wheel of the bucket that comes first, and the tick it begins with.
    fn first(&self) -> Option<(usize, u64)> {
        (0..WHEELS)
            .find(|&wheel| self.occupied[wheel] != 0)
            .map(|wheel| {
                // A finer wheel holds what comes before anything in a coarser one, and nothing of the past.
                let bucket = u64::from(self.occupied[wheel].trailing_zeros());
                let shift = BITS * wheel_bits(wheel);
                let above = self.now.checked_shr(shift + BITS).unwrap_or(0);
                (
                    wheel,
                    above.checked_shl(shift + BITS).unwrap_or(0) | (bucket << shift),
                )
            })
    }

    fn deliver(&mut self, bucket: usize, expired: &mut dyn FnMut(u32), limit: usize) -> usize {
        for left in (0..limit).rev() {
            let slot = self.buckets[0][bucket];
            self.cancel(slot);
            expired(slot);
            if self.buckets[0][bucket] == NONE {
                return left;
            }
        }
        0
    }

    /// Moves what is in a bucket to finer wheels.
    fn cascade(&mut self, wheel: usize, bucket: usize, due_of: DueOf<'_>) {
        loop {
            let slot = self.buckets[wheel][bucket];
            if slot == NONE {
                return;
            }
            self.schedule(slot, due_of(slot));
        }
    }

    /// A time before which nothing is due, if anything is scheduled.
    pub(crate) fn next_due(&self) -> Option<u64> {
        self.first().map(|(wheel, start)| match wheel {
            0 => (start + 1) << FINEST,
            _ => start << FINEST,
        })
    }

    /// Forgets every slot.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            now: self.now,
            ..Self::new()
        };
    }
}

/// A wheel's number as what shifts are counted in.
fn wheel_bits(wheel: usize) -> u32 {
    u32::from(wheel.to_le_bytes()[0])
}

/// The bucket of a tick in a wheel.
fn digit(tick: u64, wheel: usize) -> usize {
    let digits = tick >> (BITS * wheel_bits(wheel));
    usize::from(digits.to_le_bytes()[0]) & (BUCKETS - 1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const LATE: u64 = 1 << FINEST;

    #[test]
    fn nothing_is_early_nothing_is_late_and_nothing_is_lost() {
        let mut state = 99_u64;
        let mut random = move |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        };
        let (mut wheel, mut model, mut now) = (Wheel::new(), BTreeMap::new(), 0);
        for _ in 0..30_000 {
            let slot = u32::try_from(random(200)).unwrap();
            match random(10) {
                0..=5 => {
                    let span = random(52);
                    let due = now + random(1 << span);
                    wheel.schedule(slot, due);
                    model.insert(slot, due);
                }
                6 => {
                    wheel.cancel(slot);
                    model.remove(&slot);
                }
                _ => {
                    let span = random(48);
                    now += random(1 << span);
                    let limit = if random(2) == 0 { 3 } else { usize::MAX };
                    let mut delivered = 0;
                    let dues: BTreeMap<u32, u64> = model.clone();
                    wheel.advance(
                        now,
                        &|slot| dues[&slot],
                        &mut |slot| {
                            delivered += 1;
                            assert!(
                                model.remove(&slot).expect("it is scheduled") <= now,
                                "it is early"
                            );
                        },
                        limit,
                    );
                    assert!(delivered <= limit);
                    let late = model.values().any(|due| due + LATE <= now);
                    assert!(delivered == limit || !late, "something is late");
                    let first = model.values().min().copied();
                    assert!(wheel.next_due().is_none() == first.is_none());
                    if let (Some(next), Some(first)) = (wheel.next_due(), first) {
                        assert!(next <= first + LATE);
                    }
                }
            }
        }
    }

    #[test]
    fn a_cleared_wheel_is_empty_and_goes_on() {
        let mut wheel = Wheel::new();
        wheel.schedule(1, LATE * 1000);
        wheel.clear();
        assert_eq!(wheel.next_due(), None);
        wheel.schedule(1, LATE * 5);
        let mut seen = Vec::new();
        wheel.advance(LATE * 7, &|_| LATE * 5, &mut |slot| seen.push(slot), 10);
        assert_eq!(seen, [1]);
    }
}
