//! What a word tells. Reads change nothing.

use super::word::{Control, Word};
use super::{Answer, Limits};
use crate::state::State;
use crate::strategy::Kept;

/// The state to tell: stored, but `Open` reads `HalfOpen` as soon as its timeout is over.
#[inline]
pub(crate) fn state(word: Word, age: impl FnOnce(u32) -> u32, limits: &Limits) -> State {
    let over = || Answer::wait(age(word.stamp), limits.recovery_timeout).is_none();
    if word.control.is_open() && over() { State::HalfOpen } else { word.control.phase() }
}

/// The strategy's count while closed, threshold + openings − 1 from the first opening until it
/// closes again, 0 while forced.
#[inline]
pub(crate) fn error_count(word: Word, counted: impl FnOnce(Kept) -> u16, limits: &Limits) -> u16 {
    if word.control.is_closed() {
        counted(word.kept())
    } else {
        rejected_count(word.control, limits)
    }
}

/// [`error_count`] of a control that rejects. (One that was closed by a hand in the meantime has no errors.)
#[inline]
pub(crate) const fn rejected_count(control: Control, limits: &Limits) -> u16 {
    if control.is_open() || control.is_half_open() {
        (limits.error_threshold as u32 + control.openings()).wrapping_sub(1) as u16
    } else {
        0
    }
}

/// The successes of the present recovery, 0 elsewhere.
#[inline]
pub(crate) const fn success_count(control: Control) -> u16 {
    if control.is_half_open() { control.successes() as u16 } else { 0 }
}
