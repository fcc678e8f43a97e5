//! Hashes that have left lately, and how long ago.
//!
//! As in section 4.2 of the S3-FIFO paper, a table of fingerprints with the time of leaving, counted in
//! departures. It forgets by itself, and may confuse two hashes once in some 60 000 times: it gives a hint, no
//! more. Of our own making: a bucket is one line of memory, and time is as coarse as four bytes for all of it ask.

/// So many ticks pass while as many entries leave as the store has room for.
pub(super) const LAP: u16 = 512;

/// What left so many ticks ago is forgotten: twice the store's capacity.
pub(super) const REMEMBERED: u16 = 2 * LAP;

const TICK_BITS: u32 = 12;
const TICK_MASK: u32 = (1 << TICK_BITS) - 1;
const WAYS: usize = 16;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Ghosts {
    /// Cells of fingerprint and tick; 0 is empty. There is none before the first departure.
    buckets: Vec<[u32; WAYS]>,
    capacity: u64,
    departures: u64,
}

impl Ghosts {
    /// No ghosts, of a store of so many entries.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            buckets: Vec::new(),
            capacity: capacity.max(1) as u64,
            departures: 0,
        }
    }

    /// Remembers a hash; the oldest of its bucket has to make room.
    pub(super) fn add(&mut self, hash: u64) {
        if self.buckets.is_empty() {
            let cells = usize::try_from(self.capacity).map_or(usize::MAX, |c| c.saturating_mul(2));
            self.buckets = vec![[0; WAYS]; cells.div_ceil(WAYS)];
        }
        self.tick();
        let (now, (bucket, print)) = (self.now(), self.place(hash));
        let staleness = |cell: &&mut u32| match **cell {
            0 => u32::MAX,
            cell => age(cell, now),
        };
        if let Some(cell) = self.buckets[bucket].iter_mut().max_by_key(staleness) {
            *cell = print << TICK_BITS | now;
        }
    }

    /// Tells how many ticks ago a hash left, if that is remembered, and forgets it.
    pub(super) fn take(&mut self, hash: u64) -> Option<u16> {
        if self.buckets.is_empty() {
            return None;
        }
        let (now, (bucket, print)) = (self.now(), self.place(hash));
        let mut cells = self.buckets[bucket].iter_mut();
        let cell = cells.find(|cell| **cell >> TICK_BITS == print)?;
        let age = u16::try_from(age(std::mem::take(cell), now)).ok()?;
        (age <= REMEMBERED).then_some(age)
    }

    /// Lets time pass, and sweeps the table as it does: what is too old is gone before its tick comes again.
    fn tick(&mut self) {
        let swept = |ticks: u64, buckets: u64| ticks * buckets / u64::from(REMEMBERED);
        let buckets = self.buckets.len() as u64;
        let from = swept(self.ticks(), buckets);
        self.departures += 1;
        let (to, now) = (swept(self.ticks(), buckets), self.now());
        for bucket in from..to {
            let Ok(bucket) = usize::try_from(bucket % buckets) else {
                return;
            };
            for cell in &mut self.buckets[bucket] {
                if age(*cell, now) > u32::from(REMEMBERED) {
                    *cell = 0;
                }
            }
        }
    }

    fn ticks(&self) -> u64 {
        self.departures * u64::from(LAP) / self.capacity
    }

    /// The current tick, which comes again after eight laps.
    #[allow(clippy::cast_possible_truncation)] // the low bits are meant
    fn now(&self) -> u32 {
        self.ticks() as u32 & TICK_MASK
    }

    /// The bucket of a hash, and its fingerprint, which is not 0.
    ///
    /// Some bits of a hash are those of all hashes of a shard, so they are mixed first.
    #[allow(clippy::cast_possible_truncation)] // the bucket is below their number, the low bits are meant
    fn place(&self, hash: u64) -> (usize, u32) {
        let product = u128::from(hash) * 0x9E37_79B9_7F4A_7C15;
        let mixed = (product >> 64) as u64 ^ product as u64;
        let bucket = (u128::from(mixed) * self.buckets.len() as u128) >> 64;
        (bucket as usize, (mixed as u32 >> TICK_BITS).max(1))
    }
}

/// So many ticks ago a cell was written.
fn age(cell: u32, now: u32) -> u32 {
    now.wrapping_sub(cell) & TICK_MASK
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(key: u64) -> u64 {
        key.wrapping_mul(0xD6E8_FEB8_6659_FD93).rotate_left(32)
    }

    #[test]
    fn a_hash_is_remembered_once_and_with_its_age() {
        let mut ghosts = Ghosts::new(100);
        assert_eq!(ghosts.take(hash(1)), None);
        ghosts.add(hash(1));
        assert_eq!(ghosts.take(hash(1)), Some(0));
        assert_eq!(ghosts.take(hash(1)), None);
        (2..52).for_each(|key| ghosts.add(hash(key)));
        let age = ghosts.take(hash(2)).unwrap();
        assert!((248..=256).contains(&age), "{age} for half a lap");
    }

    #[test]
    fn most_of_twice_the_capacity_is_remembered_and_no_more() {
        for capacity in [1, 2, 3, 300, 5000] {
            let mut ghosts = Ghosts::new(capacity);
            let last = 40 * capacity as u64;
            (0..last).for_each(|key| ghosts.add(hash(key)));
            let lap = capacity as u64;
            let known = |keys: std::ops::Range<u64>, ghosts: &mut Ghosts| {
                keys.filter(|key| ghosts.take(hash(*key)).is_some()).count()
            };
            let ancient = known(0..last - 2 * lap - lap / 100 - 2, &mut ghosts);
            let young = known(last - lap..last, &mut ghosts);
            let old = known(last - 2 * lap..last - lap, &mut ghosts);
            assert!(ancient < 3 + capacity / 1000, "{ancient} were confused");
            assert!(young * 100 >= capacity * 99);
            assert!(old * 10 >= capacity * 6);
        }
    }

    #[test]
    fn nothing_is_allocated_before_something_leaves() {
        let mut ghosts = Ghosts::new(1 << 20);
        assert_eq!(ghosts.buckets.capacity(), 0);
        ghosts.add(7);
        assert_eq!(ghosts.buckets.len() * size_of::<[u32; WAYS]>(), 8 << 20);
    }
}
