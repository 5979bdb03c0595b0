//! How many of how many.

/// A share of failures that opens, once there are enough calls to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    /// 1 to 100.
    pub(crate) percent: u8,
    /// The fewest calls that say something, 1 at least.
    pub(crate) minimum: u16,
}

impl Rate {
    /// Of at most 2²⁶ calls. Beyond 2²⁵ both are halved, so that 32 bits hold a hundred times as many.
    #[inline]
    pub(crate) const fn is_reached(self, failures: u32, calls: u32) -> bool {
        let halved = calls >> 25;
        calls >= self.minimum as u32
            && (failures >> halved) * 100 >= (calls >> halved) * self.percent as u32
    }
}
