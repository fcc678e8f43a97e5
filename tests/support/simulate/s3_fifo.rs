//! S3-FIFO as in the paper (Yang et al., SOSP 2023): a small queue of 10 %, a main queue, and the ghosts of
//! what left the small one, as many as the main queue holds.

use std::collections::VecDeque;

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Nowhere,
    Cached,
    Ghost,
}

struct S3Fifo {
    small_capacity: usize,
    main_capacity: usize,
    small: VecDeque<u32>,
    main: VecDeque<u32>,
    /// May hold keys that have come back since, or twice: [`S3Fifo::place`] knows.
    ghosts: VecDeque<u32>,
    place: Vec<Place>,
    hits: Vec<u8>,
}

/// Hits of S3-FIFO.
#[must_use]
pub fn s3_fifo(trace: &[u32], capacity: usize) -> usize {
    let keys = super::key_count(trace);
    let small_capacity = (capacity / 10).max(1);
    let mut cache = S3Fifo {
        small_capacity,
        main_capacity: capacity - small_capacity,
        small: VecDeque::new(),
        main: VecDeque::new(),
        ghosts: VecDeque::new(),
        place: vec![Place::Nowhere; keys],
        hits: vec![0; keys],
    };
    trace.iter().filter(|&&key| cache.call(key)).count()
}

impl S3Fifo {
    fn call(&mut self, key: u32) -> bool {
        let place = self.place[key as usize];
        if place == Place::Cached {
            let hits = &mut self.hits[key as usize];
            *hits = (*hits + 1).min(3);
            return true;
        }
        while self.small.len() + self.main.len() >= self.small_capacity + self.main_capacity {
            self.evict();
        }
        match place {
            Place::Ghost => self.main.push_front(key),
            _ => self.small.push_front(key),
        }
        self.place[key as usize] = Place::Cached;
        self.hits[key as usize] = 0;
        false
    }

    fn evict(&mut self) {
        if self.small.len() >= self.small_capacity {
            self.evict_small();
        } else {
            self.evict_main();
        }
    }

    fn evict_small(&mut self) {
        while let Some(key) = self.small.pop_back() {
            if self.hits[key as usize] > 1 {
                self.main.push_front(key);
                self.hits[key as usize] = 0;
                if self.main.len() > self.main_capacity {
                    return self.evict_main();
                }
                continue;
            }
            self.place[key as usize] = Place::Ghost;
            self.ghosts.push_front(key);
            if self.ghosts.len() > self.main_capacity
                && let Some(oldest) = self.ghosts.pop_back()
                && self.place[oldest as usize] == Place::Ghost
            {
                self.place[oldest as usize] = Place::Nowhere;
            }
            return;
        }
    }

    fn evict_main(&mut self) {
        while let Some(key) = self.main.pop_back() {
            let hits = &mut self.hits[key as usize];
            if *hits == 0 {
                self.place[key as usize] = Place::Nowhere;
                return;
            }
            *hits -= 1;
            self.main.push_front(key);
        }
    }
}
