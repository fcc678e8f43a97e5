//! What one call costs each contender, on one thread.

use cache_tests::random::Random;

use crate::allocations;
use crate::measure::{Samples, interleave, nanos};
use crate::peers::Contender;
use cache_tests::table::{Column, number};

/// Nanoseconds and allocations per call, by contender.
pub(crate) struct PerCall {
    names: Vec<&'static str>,
    samples: Samples,
    allocations: Vec<f64>,
}

/// How many calls are made in one go.
const STRIDE: usize = 8_192;
/// How long a sample should take, in nanoseconds.
const SAMPLE: f64 = 4e6;
/// And so many strides at least, lest the slower pay more for memory that others have driven out of the caches.
const LEAST: usize = 4;

impl PerCall {
    /// Calls each contender with keys drawn from the resident ones, so many of them before they repeat.
    pub(crate) fn of_hits<T: Copy>(
        resident: &[T],
        draws: usize,
        rounds: usize,
        contenders: &[Contender<'_, T>],
    ) -> Self {
        for contender in contenders {
            contender.call(resident);
        }
        let keys = drawn(resident, draws);
        let strides: Vec<&[T]> = keys.chunks_exact(STRIDE).collect();
        let mut turns = vec![
            Turn {
                at: 0,
                strides: LEAST
            };
            contenders.len()
        ];
        let samples = interleave(contenders.len(), rounds, |contender| {
            let turn = &mut turns[contender];
            let keys = (0..turn.strides).map(|n| strides[(turn.at + n) % strides.len()]);
            let body = || keys.for_each(|keys| contenders[contender].call(keys));
            turn.next(nanos(body))
        });
        let allocations = |contender: &Contender<'_, T>| {
            let body = || contender.call(strides[0]);
            allocations::count(body) as f64 / STRIDE as f64
        };
        Self {
            names: contenders.iter().map(|contender| contender.name).collect(),
            samples,
            allocations: contenders.iter().map(allocations).collect(),
        }
    }

    pub(crate) fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// The median of the ratios of two contenders; not a number if one did not take part.
    pub(crate) fn ratio(&self, contender: &str, base: &str) -> f64 {
        self.pair(contender, base, Samples::ratio)
    }

    /// The median of the differences of two contenders, in nanoseconds.
    pub(crate) fn difference(&self, contender: &str, base: &str) -> f64 {
        self.pair(contender, base, Samples::difference)
    }

    pub(crate) fn allocations(&self, contender: &str) -> f64 {
        self.index(contender)
            .map_or(f64::NAN, |index| self.allocations[index])
    }

    /// Nanoseconds, and how many times those of the floor they are.
    pub(crate) fn column(&self, head: &str, floor: &str) -> Column {
        let cell = |(index, &name): (usize, &&'static str)| {
            let ratio = number(self.ratio(name, floor));
            (
                name,
                format!("{} (x{ratio})", number(self.samples.median(index))),
            )
        };
        Column::new(head, self.names.iter().enumerate().map(cell))
    }

    pub(crate) fn allocation_column(&self, head: &str) -> Column {
        let cells = self.names.iter().zip(&self.allocations);
        Column::new(head, cells.map(|(&name, &count)| (name, number(count))))
    }

    fn pair(&self, one: &str, other: &str, relate: fn(&Samples, usize, usize) -> f64) -> f64 {
        match (self.index(one), self.index(other)) {
            (Some(one), Some(other)) => relate(&self.samples, one, other),
            _ => f64::NAN,
        }
    }

    fn index(&self, contender: &str) -> Option<usize> {
        self.names.iter().position(|&name| name == contender)
    }
}

/// Where a contender goes on, and how far.
#[derive(Clone)]
struct Turn {
    at: usize,
    strides: usize,
}

impl Turn {
    /// Takes note of how long a turn took, and answers how long a call did.
    fn next(&mut self, nanos: f64) -> f64 {
        let stride = nanos / self.strides as f64;
        self.at += self.strides;
        let fits = |&strides: &usize| strides as f64 * stride < SAMPLE;
        self.strides = (LEAST..=64).rev().find(fits).unwrap_or(LEAST);
        stride / STRIDE as f64
    }
}

fn drawn<T: Copy>(from: &[T], count: usize) -> Vec<T> {
    let mut random = Random::new(5);
    let len = u32::try_from(from.len()).expect("at most a million keys");
    (0..count)
        .map(|_| from[random.below(len) as usize])
        .collect()
}
