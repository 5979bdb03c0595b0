//! The end of a call: what its result does to the word.

use super::Limits;
use super::word::{Control, SUCCESSES, Ticket, Word};
use crate::state::State;
use crate::strategy::{Kept, Step};
use crate::verdict::Verdict;

/// Takes the verdict on the call of `ticket`. While closed `record` asks the strategy, whether it failed; the
/// plain counts read no clock, so that `now` is read in the failure that opens alone.
#[inline]
pub(crate) fn settle(
    word: Word,
    ticket: Ticket,
    verdict: Verdict,
    record: impl FnOnce(Kept, bool) -> Step,
    now: impl FnOnce() -> u32,
    limits: &Limits,
) -> Word {
    if !ticket.counts_in(word.control) {
        return word;
    }
    if word.control.is_closed() {
        if let Verdict::Ignore = verdict {
            return word;
        }
        let before = word.kept();
        let one_more = Kept { count: before.count + 1, ..before };
        match record(before, matches!(verdict, Verdict::Failure)) {
            // The same as the next, but one addition (budgets, failing).
            Step::Keep(kept) if kept == one_more => return word.one_more(),
            Step::Keep(kept) => return word.keeping(kept),
            Step::Trip => {}
        }
    } else {
        if !word.control.is_half_open() {
            return word;
        }
        match verdict {
            Verdict::Failure => {}
            Verdict::Ignore => return word.slot_back(ticket),
            Verdict::Success => {
                if word.control.successes() + 1 >= u32::from(limits.recovery_threshold) {
                    return word.moved_to(State::Closed, limits.fresh);
                }
                let back = word.slot_back(ticket);
                return Word { control: Control(back.control.0 + SUCCESSES.one()), ..back };
            }
        }
    }
    // Both ways to an opening end here: its code stands once (growth, second_type).
    word.opened(now())
}

/// Whether a failure does no more than raise the count of a closed breaker by one: [`settle`] then gives
/// [`Word::one_more`], which can be written as one addition.
///
/// A strategy that reads the clock to say so reads it here and again in [`settle`] if it says no.
#[inline]
pub(crate) fn only_counts(
    word: Word,
    ticket: Ticket,
    record: impl FnOnce(Kept, bool) -> Step,
) -> bool {
    let Kept { count, stamp } = word.kept();
    word.control.is_closed()
        && ticket.counts_in(word.control)
        && record(word.kept(), true) == Step::Keep(Kept { count: count + 1, stamp })
        // A count that would not fit is the strategy's mistake, and settled with care.
        && word.one_more().kept().count == count + 1
}
