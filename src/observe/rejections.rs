//! Rejections that come in storms, told at a rate that falls.

use crate::sync::cells::Cell32;

/// The rejections since the last change of the state.
#[derive(Debug)]
pub(super) struct Rejections(Cell32);

impl Rejections {
    pub(super) const fn new() -> Self {
        Rejections(Cell32::new(0))
    }

    /// Counts one, and gives how many there are now. It stops at the end of the range.
    pub(super) fn another(&self) -> u32 {
        self.0.change(|rejections| rejections.saturating_add(1)).saturating_add(1)
    }

    /// Whether this one is told to those who do not want each: the first, second, fourth, eighth and so on, at most 32.
    pub(super) const fn is_told(number: u32) -> bool {
        number.is_power_of_two()
    }

    /// Begins anew, and gives how many there were.
    pub(super) fn over(&self) -> u32 {
        self.0.change(|_| 0)
    }
}
