//! Which breakers a keyed set can do without, and how one begins anew for another key.

use super::{Parts, SEAL, slow_start_is_over};
use crate::machine::{self, Word};
use crate::state::State;

/// What a closed breaker knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Knows {
    /// No more than a new one.
    Nothing,
    /// Errors, or openings that count on.
    Something,
}

/// What a closed breaker knows, and by which word; nothing of one that is not closed.
///
/// The clock is read only in a slow start.
pub(crate) fn idle(parts: &dyn Parts) -> Option<(Knows, Word)> {
    let (storage, _) = parts.whole(SEAL);
    let word = storage.load();
    let control = word.control.ungenerated();
    if control == first(parts).control || control.is_clean() && control.openings() == 0 {
        return Some((Knows::Nothing, word));
    }
    let closed = control.is(State::Closed) || slow_start_is_over(parts, word);
    closed.then_some((Knows::Something, word))
}

/// As a new one from now on, if the word is still this one; whether it was. Results of calls admitted before are
/// ignored. Nobody is told, since it was closed and is closed.
pub(crate) fn renew(parts: &dyn Parts, old: Word) -> bool {
    let (storage, _) = parts.whole(SEAL);
    storage.replace_unopened(old, machine::renewed(old, first(parts)))
}

/// The word of a new one.
fn first(parts: &dyn Parts) -> Word {
    let (_, fixed) = parts.whole(SEAL);
    fixed.first_word(parts.numbers(SEAL).1 as u16 & 0xFFF)
}
