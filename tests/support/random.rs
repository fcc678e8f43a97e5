//! Numbers that look random and repeat: the same seed gives the same benchmark.

/// A splitmix64 generator.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// Begins a sequence of its own for each seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u32) -> u32 {
        let draw = self.bits() >> 32;
        u32::try_from((draw * u64::from(end)) >> 32).unwrap_or(u32::MAX)
    }

    /// A number from 0 to 1, without 1.
    pub fn unit(&mut self) -> f64 {
        f64::from(self.below(u32::MAX)) / f64::from(u32::MAX)
    }

    /// Puts a list into random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            let bound = u32::try_from(end + 1).unwrap_or(u32::MAX);
            items.swap(end, self.below(bound) as usize);
        }
    }
}

/// Draws numbers below a bound, each the rarer the larger it is.
#[derive(Debug)]
pub struct Zipf(Vec<f64>);

impl Zipf {
    /// The number `n` is drawn in proportion to `1 / (n + 1)^exponent`.
    #[must_use]
    pub fn new(keys: u32, exponent: f64) -> Self {
        let mut sum = 0.0;
        let up_to = |rank: u32| {
            sum += f64::from(rank).powf(-exponent);
            sum
        };
        Self((1..=keys).map(up_to).collect())
    }

    /// Draws a number.
    ///
    /// # Panics
    ///
    /// If there are none to draw.
    pub fn draw(&self, random: &mut Random) -> u32 {
        let total = self.0.last().expect("there is a number to draw");
        let point = random.unit() * total;
        let rank = self.0.partition_point(|&up_to| up_to <= point);
        u32::try_from(rank.min(self.0.len() - 1)).expect("ranks are counted in u32")
    }
}
