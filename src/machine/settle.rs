//! The end of a call: what its result does to the word.

use super::Limits;
use super::word::{Control, IN_FLIGHT, OPENINGS, SUCCESSES, Ticket, Word};
use crate::state::State;
use crate::strategy::{Kept, Step};
use crate::verdict::Verdict;

/// Takes the verdict on the call of `ticket`. While closed `record` asks the strategy, whether it failed; the
/// plain counts read no clock, so that `now` is read in the failure that opens alone.
///
/// This part is inlined into each type of breaker, which knows its strategy and clock; what it calls is compiled once.
#[inline]
pub(crate) fn settle(
    word: Word,
    ticket: Ticket,
    verdict: Verdict,
    record: impl FnOnce(Kept, bool) -> Step,
    now: impl FnOnce() -> u32,
    limits: &Limits,
) -> Word {
    let Word { control, stamp } = word;
    if !ticket.counts_in(control) {
        return word;
    }
    let control = if control.is_closed() {
        if let Verdict::Ignore = verdict {
            return word;
        }
        match record(word.kept(), matches!(verdict, Verdict::Failure)) {
            Step::Keep(kept) => return word.keeping(kept),
            Step::Trip => opened(control),
        }
    } else if control.is_half_open() {
        end_probe(control, ticket, verdict, limits)
    } else {
        return word;
    };
    let stamp = if control.is_open() {
        now()
    } else if control.is_closed() {
        0
    } else {
        stamp
    };
    Word { control, stamp }
}

/// Open from now on: one opening more since it was last closed.
fn opened(control: Control) -> Control {
    // A closed word holds 0 openings, so that one addition serves both ways in.
    let openings = control.openings();
    let openings = if openings + 1 < OPENINGS.values() { openings + 1 } else { openings };
    Control(Control::in_phase(State::Open) | OPENINGS.put(openings) | control.next_generation())
}

/// The control after a probe that counts.
fn end_probe(control: Control, ticket: Ticket, verdict: Verdict, limits: &Limits) -> Control {
    match verdict {
        Verdict::Failure => opened(control),
        Verdict::Ignore => slot_back(control, ticket),
        Verdict::Success if control.successes() + 1 >= u32::from(limits.recovery_threshold) => {
            control.moved_to(State::Closed, limits.fresh)
        }
        Verdict::Success => Control(slot_back(control, ticket).0 + SUCCESSES.one()),
    }
}

/// One slot given back, unless the round is over. It saturates: numbers of rounds come again
/// after eight, and a slot must not be given back twice into an underflow.
#[inline]
const fn slot_back(control: Control, ticket: Ticket) -> Control {
    if control.round() == ticket.round() && control.in_flight() > 0 {
        Control(control.0 - IN_FLIGHT.one())
    } else {
        control
    }
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
