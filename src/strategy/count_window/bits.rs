//! Up to 32 outcomes in the stamp: a bit each, 1 for a failure, the newest lowest. The count is how many there are, and
//! one more; 0 where the window is full of successes.

use crate::strategy::rate::Rate;
use crate::strategy::{Kept, Step};

/// Of the count.
pub(crate) const NEEDED: u32 = 6;

pub(crate) const fn hold(calls: usize) -> bool {
    calls <= u32::BITS as usize
}

#[inline]
pub(crate) fn record(calls: u32, rate: Rate, kept: Kept, failed: bool) -> Step {
    let (filled, outcomes) = match kept.count {
        0 => (calls, 0),
        count => (u32::from(count) - 1, kept.stamp),
    };
    let outcomes = (outcomes << 1 | u32::from(failed)) & (u32::MAX >> (u32::BITS - calls));
    let now_filled = calls.min(filled + 1);
    // Another success adds to the calls of a window that is not full, or takes the place of some outcome: the rate does
    // not rise by it.
    let reaches_minimum = now_filled > filled && now_filled == u32::from(rate.minimum);
    if (failed || reaches_minimum) && rate.is_reached(outcomes.count_ones(), now_filled) {
        return Step::Trip;
    }
    let clean = now_filled == calls && outcomes == 0;
    let count = if clean { 0 } else { now_filled as u16 + 1 };
    Step::Keep(Kept { count, stamp: outcomes })
}

#[inline]
pub(crate) fn failures(kept: Kept) -> u16 {
    if kept.count == 0 { 0 } else { kept.stamp.count_ones() as u16 }
}
