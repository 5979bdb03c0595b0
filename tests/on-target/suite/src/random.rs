//! A small pseudo-random sequence, the same in every run.

/// Marsaglia's 32-bit xorshift.
pub(crate) struct Random(u32);

impl Random {
    /// `seed` must not be 0, where the sequence would stay.
    pub(crate) const fn new(seed: u32) -> Self {
        Self(seed)
    }

    /// To go on from later, with [`Random::new`].
    pub(crate) const fn state(&self) -> u32 {
        self.0
    }

    pub(crate) fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    /// A number below `limit`. The high bits are the better ones; no division, which Cortex-M0 lacks.
    pub(crate) fn below(&mut self, limit: u16) -> u32 {
        ((self.next() >> 16) * u32::from(limit)) >> 16
    }
}
