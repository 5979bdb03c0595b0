//! What a word tells. Reads change nothing.

use super::word::{Control, Word};
use super::{Answer, Limits};
use crate::state::State;
use crate::strategy::Kept;

/// The state to tell: stored, but `Open` reads `HalfOpen` as soon as its timeout is over.
#[inline]
pub(crate) fn state(
    word: Word,
    age: impl FnOnce(u32) -> u32,
    open_duration: impl FnOnce(Control) -> u32,
) -> State {
    let over = || !is_waiting(word, age, open_duration);
    let untried = word.control.is_untried();
    if untried || word.control.is_open() && over() { State::HalfOpen } else { word.control.phase() }
}

/// Whether the timeout of an open word is not over.
#[inline]
pub(crate) fn is_waiting(
    open: Word,
    age: impl FnOnce(u32) -> u32,
    open_duration: impl FnOnce(Control) -> u32,
) -> bool {
    let timeout = open_duration(open.control);
    Answer::wait(age(open.stamp), timeout).is_some()
}

/// The strategy's count while closed, threshold + openings − 1 from the first opening until it
/// closes again, 0 while forced, and before anything is known.
#[inline]
pub(crate) fn error_count(word: Word, counted: impl FnOnce(Kept) -> u16, limits: &Limits) -> u16 {
    if word.control.is_closed() || word.control.is(State::SlowStart) {
        counted(word.kept())
    } else {
        rejected_count(word.control, limits)
    }
}

/// [`error_count`] of a control that rejects. One that is forced, or closed by a hand in the meantime, has no openings.
#[inline]
pub(crate) const fn rejected_count(control: Control, limits: &Limits) -> u16 {
    match control.openings() {
        0 => 0,
        _ => opened_count(control, limits),
    }
}

/// The same of one that has openings.
#[inline]
pub(crate) const fn opened_count(control: Control, limits: &Limits) -> u16 {
    (limits.error_threshold as u32 + control.openings()).wrapping_sub(1) as u16
}

/// The successes of the present recovery, 0 elsewhere.
#[inline]
pub(crate) const fn success_count(control: Control) -> u16 {
    if control.is_half_open() { control.successes() as u16 } else { 0 }
}
