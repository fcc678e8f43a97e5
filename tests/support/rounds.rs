//! Rounds in which everybody has a turn, in random order: what disturbs the machine disturbs all of them,
//! and ratios are taken within a round.

use crate::random::Random;

/// Samples by contender and round.
#[derive(Debug)]
pub struct Samples(Vec<Vec<f64>>);

/// Takes a sample of each contender, round after round; the first round only warms up.
pub fn interleave(
    contenders: usize,
    rounds: usize,
    mut sample: impl FnMut(usize) -> f64,
) -> Samples {
    let mut random = Random::new(7);
    let mut samples = vec![Vec::with_capacity(rounds); contenders];
    let mut order: Vec<_> = (0..contenders).collect();
    for round in 0..=rounds {
        random.shuffle(&mut order);
        for &contender in &order {
            let taken = sample(contender);
            if round > 0 {
                samples[contender].push(taken);
            }
        }
    }
    Samples(samples)
}

impl Samples {
    /// The median of the rounds.
    #[must_use]
    pub fn median(&self, contender: usize) -> f64 {
        median(self.0[contender].iter().copied())
    }

    /// The median of the ratios of the rounds.
    #[must_use]
    pub fn ratio(&self, contender: usize, base: usize) -> f64 {
        self.pairs(contender, base, |one, other| one / other)
    }

    /// The median of the differences of the rounds.
    #[must_use]
    pub fn difference(&self, contender: usize, base: usize) -> f64 {
        self.pairs(contender, base, |one, other| one - other)
    }

    fn pairs(&self, contender: usize, base: usize, relate: impl Fn(f64, f64) -> f64) -> f64 {
        let rounds = self.0[contender].iter().zip(&self.0[base]);
        median(rounds.map(|(&one, &other)| relate(one, other)))
    }
}

/// The middle of some numbers, not a number if there are none.
pub fn median(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut numbers: Vec<_> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
