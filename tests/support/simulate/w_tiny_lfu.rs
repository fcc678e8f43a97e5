//! W-TinyLFU (Einziger et al., 2017): a window of 1 % in LRU order, a segmented LRU behind it, and between
//! them a sketch that admits the more frequent of two keys.

use super::list::{Links, List};

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Nowhere,
    Window,
    Probation,
    Protected,
}

struct TinyLfu {
    window: List,
    window_capacity: usize,
    probation: List,
    protected: List,
    protected_capacity: usize,
    main_capacity: usize,
    links: Links,
    place: Vec<Place>,
    sketch: Sketch,
}

/// Hits of W-TinyLFU.
#[must_use]
pub fn w_tiny_lfu(trace: &[u32], capacity: usize) -> usize {
    let keys = super::key_count(trace);
    let window_capacity = (capacity / 100).max(1);
    let main_capacity = capacity - window_capacity;
    let mut cache = TinyLfu {
        window: List::new(),
        window_capacity,
        probation: List::new(),
        protected: List::new(),
        protected_capacity: main_capacity * 8 / 10,
        main_capacity,
        links: Links::new(keys),
        place: vec![Place::Nowhere; keys],
        sketch: Sketch::new(capacity),
    };
    trace.iter().filter(|&&key| cache.call(key)).count()
}

impl TinyLfu {
    fn call(&mut self, key: u32) -> bool {
        self.sketch.count(key);
        match self.place[key as usize] {
            Place::Nowhere => {
                self.window.push_front(&mut self.links, key);
                self.place[key as usize] = Place::Window;
                self.leave_window();
                return false;
            }
            Place::Window => self.window.move_to_front(&mut self.links, key),
            Place::Protected => self.protected.move_to_front(&mut self.links, key),
            Place::Probation => self.protect(key),
        }
        true
    }

    /// Moves a key that was hit on probation to the protected part, whose last goes on probation for it.
    fn protect(&mut self, key: u32) {
        self.probation.remove(&mut self.links, key);
        self.protected.push_front(&mut self.links, key);
        self.place[key as usize] = Place::Protected;
        if self.protected.len() > self.protected_capacity
            && let Some(last) = self.protected.pop_back(&mut self.links)
        {
            self.admit(last);
        }
    }

    fn admit(&mut self, key: u32) {
        self.probation.push_front(&mut self.links, key);
        self.place[key as usize] = Place::Probation;
    }

    /// Hands the last of a full window over to the main part, if the sketch prefers it.
    fn leave_window(&mut self) {
        if self.window.len() <= self.window_capacity {
            return;
        }
        let Some(candidate) = self.window.pop_back(&mut self.links) else {
            return;
        };
        if self.probation.len() + self.protected.len() < self.main_capacity {
            return self.admit(candidate);
        }
        let from_probation = self.probation.back();
        let Some(victim) = from_probation.or(self.protected.back()) else {
            return;
        };
        if self.sketch.of(candidate) <= self.sketch.of(victim) {
            self.place[candidate as usize] = Place::Nowhere;
            return;
        }
        match from_probation {
            Some(_) => self.probation.remove(&mut self.links, victim),
            None => self.protected.remove(&mut self.links, victim),
        }
        self.place[victim as usize] = Place::Nowhere;
        self.admit(candidate);
    }
}

/// A count-min sketch of four rows that forgets half of what it knows after ten calls per entry.
struct Sketch {
    rows: [Vec<u8>; 4],
    calls: usize,
    period: usize,
}

impl Sketch {
    const MOST: u8 = 15;

    fn new(capacity: usize) -> Self {
        let width = (capacity * 4).next_power_of_two();
        Self {
            rows: std::array::from_fn(|_| vec![0; width]),
            calls: 0,
            period: capacity * 10,
        }
    }

    fn index(&self, row: usize, key: u32) -> usize {
        const ODD: [u64; 4] = [
            0x9e37_79b9_7f4a_7c15,
            0xbf58_476d_1ce4_e5b9,
            0x94d0_49bb_1331_11eb,
            0xd6e8_feb8_6659_fd93,
        ];
        let mixed = (u64::from(key) + 1).wrapping_mul(ODD[row]);
        usize::try_from(mixed >> 32).expect("half of a u64") & (self.rows[row].len() - 1)
    }

    fn count(&mut self, key: u32) {
        for row in 0..4 {
            let index = self.index(row, key);
            let counter = &mut self.rows[row][index];
            *counter = (*counter + 1).min(Self::MOST);
        }
        self.calls += 1;
        if self.calls == self.period {
            self.calls = 0;
            self.rows
                .iter_mut()
                .flatten()
                .for_each(|counter| *counter /= 2);
        }
    }

    fn of(&self, key: u32) -> u8 {
        let counters = (0..4).map(|row| self.rows[row][self.index(row, key)]);
        counters.min().unwrap_or(0)
    }
}
