//! What a hand does to the word.

use super::word::Word;
use crate::state::State;

/// To `ForcedOpen`, `ForcedClosed`, or `Closed` for a reset. The generation always moves, so
/// that results of calls admitted before are ignored.
#[inline]
pub(crate) const fn force(word: Word, to: State, fresh: u16) -> Word {
    // A forced breaker has no count; one that is reset begins as a new one does.
    let count = if let State::Closed = to { fresh } else { 0 };
    Word { control: word.control.moved_to(to, count), stamp: 0 }
}

/// As a new one, but for the generation, which moves.
#[inline]
pub(crate) const fn renewed(word: Word, first: Word) -> Word {
    Word { control: first.control.in_generation(word.control.next_generation()), ..first }
}
