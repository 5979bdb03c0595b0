//! By hand.

use super::word::Word;
use crate::state::State;
use crate::strategy::Kept;

/// To `ForcedOpen`, `ForcedClosed`, or `Closed` for a reset. The generation always moves, so
/// that results of calls admitted before are ignored.
#[inline]
pub(crate) const fn force(word: Word, to: State, fresh: Kept) -> Word {
    word.moved_to(to, fresh)
}
