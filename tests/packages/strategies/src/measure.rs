//! Means by counting, with seeds that are fixed.

use crate::Judge;

/// Steele, Lea and Flood's `SplitMix64`.
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// True with this probability.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A number below `end`, which is far below 2^32.
    pub fn below(&mut self, end: u64) -> u64 {
        ((self.number() >> 32) * end) >> 32
    }
}

/// A mean with its standard error.
#[derive(Clone, Copy, Debug)]
pub struct Mean {
    pub mean: f64,
    pub error: f64,
}

impl Mean {
    /// Whether `expected` is within so many standard errors, or within rounding.
    pub fn agrees(self, expected: f64, errors: f64) -> bool {
        (self.mean - expected).abs() <= errors * self.error + 1e-9 * expected
    }
}

/// The calls of failing traffic, one each tick, until it opens, at most `limit` of them. It is fresh, and is left so.
pub fn calls_until_open(
    judge: &mut dyn Judge,
    now: &mut u64,
    percent: u64,
    limit: u64,
    random: &mut Random,
) -> Option<u64> {
    let opened = (1..=limit).find(|_| {
        *now += 1;
        judge.outcome(*now, random.chance(percent))
    });
    judge.reset();
    opened
}

/// The mean of these calls over so many runs, each from a closing to an opening, where `about` so many are expected:
/// one of 60 times as many is none that happens.
pub fn mean_calls(judge: &mut dyn Judge, percent: u64, about: f64, runs: u64, seed: u64) -> Mean {
    let (mut random, mut now) = (Random(seed), 0);
    let (mut sum, mut squares) = (0.0, 0.0);
    let limit = (about * 60.0) as u64 + 60;
    for _ in 0..runs {
        let calls = calls_until_open(judge, &mut now, percent, limit, &mut random);
        let calls = calls.expect("opens within 60 times its mean") as f64;
        sum += calls;
        squares += calls * calls;
    }
    let runs = runs as f64;
    let mean = sum / runs;
    let variance = (squares / runs - mean * mean).max(0.0) * runs / (runs - 1.0);
    Mean { mean, error: (variance / runs).sqrt() }
}

/// The share of runs that open within `limit` calls of a closing, with its standard error.
pub fn share(judge: &mut dyn Judge, percent: u64, limit: u64, runs: u64, seed: u64) -> Mean {
    let (mut random, mut now) = (Random(seed), 0);
    let opened = (0..runs)
        .filter(|_| calls_until_open(judge, &mut now, percent, limit, &mut random).is_some())
        .count();
    let mean = opened as f64 / runs as f64;
    // One run more than there was, so that none seen is not none at all.
    let error = ((opened as f64 + 1.0).sqrt()) / runs as f64;
    Mean { mean, error }
}
