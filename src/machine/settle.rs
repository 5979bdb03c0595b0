//! The end of a call: what its result does to the word.

use super::Limits;
use super::word::{Control, IN_FLIGHT, OPENINGS, SUCCESSES, Ticket, Word};
use crate::state::State;
use crate::strategy::{Kept, Step};
use crate::verdict::Verdict;

/// What a strategy has to say of all its breakers: how one starts anew when a recovery has succeeded, and more.
#[derive(Clone, Copy)]
pub(crate) struct Start {
    /// The count that it begins with.
    pub(crate) fresh: u16,
    /// By a slow start.
    pub(crate) slowly: bool,
    /// Whether a verdict can be [`Fatal`](Verdict::Fatal): those that count by themselves are not told of one.
    pub(crate) fatal: bool,
}

/// Takes the verdict on the call of `ticket`. While closed `record` tells the strategy whether it failed, and
/// brings its answer. The plain counts read no clock, so that `now` is read in the failure that opens alone.
#[inline]
pub(crate) fn settle(
    word: Word,
    ticket: Ticket,
    verdict: Verdict,
    record: impl FnOnce(Kept, bool) -> Step,
    now: impl Fn() -> u32,
    start: Start,
    limits: &Limits,
) -> Word {
    let Word { control, stamp } = word;
    if !ticket.counts_in(control) {
        return word;
    }
    if control.is_closed() || start.slowly && control.is(State::SlowStart) {
        match verdict {
            Verdict::Ignore => return word,
            Verdict::Fatal if start.fatal => return opened(control, now()),
            _ => {}
        }
        let before = word.kept();
        let one_more = Kept { count: before.count + 1, ..before };
        return match record(before, matches!(verdict, Verdict::Failure)) {
            // The same as the next, but one addition (budgets, failing).
            Step::Keep(kept) if kept == one_more => word.one_more(),
            Step::Keep(kept) => word.keeping(kept),
            Step::Trip => opened(control, now()),
        };
    }
    if !control.is_half_open() {
        return word;
    }
    match verdict {
        Verdict::Failure => opened(control, now()),
        Verdict::Fatal if start.fatal => opened(control, now()),
        Verdict::Fatal | Verdict::Ignore => Word { control: slot_back(control, ticket), stamp },
        Verdict::Success if control.successes() + 1 >= u32::from(limits.recovery_threshold) => {
            let to = if start.slowly { State::SlowStart } else { State::Closed };
            let control = control.moved_to(to, start.fresh);
            // A reopening out of a slow start counts on.
            let control =
                if start.slowly { control.with_openings(word.control.openings()) } else { control };
            Word { control, stamp: 0 }
        }
        Verdict::Success => {
            Word { control: Control(slot_back(control, ticket).0 + SUCCESSES.one()), stamp }
        }
    }
}

/// A slow start that is over: closed, and its openings count on only where a plan keeps them.
#[inline]
pub(crate) const fn after_slow_start(word: Word, keeps_level: bool) -> Word {
    let control = word.control.in_state(State::Closed);
    Word { control: if keeps_level { control } else { control.unopened() }, ..word }
}

/// Whether [`settle`] asks `record` about it.
#[inline]
pub(crate) fn is_recorded(word: Word, ticket: Ticket, verdict: Verdict) -> bool {
    let Word { control, .. } = word;
    let judges = control.is_closed() || control.is(State::SlowStart);
    let says = match verdict {
        Verdict::Failure => true,
        Verdict::Success => control.detail() != 0,
        Verdict::Ignore | Verdict::Fatal => false,
    };
    judges && says && ticket.counts_in(control)
}

/// Open from now on: one opening more since it was last closed.
#[inline]
pub(crate) const fn opened(control: Control, now: u32) -> Word {
    // A closed word holds 0 openings, so that one addition serves both ways in; where a reset time keeps some, the
    // recovery puts its own number in their place.
    let openings = control.openings();
    let openings = if openings < OPENINGS.values() - 2 { openings } else { OPENINGS.values() - 2 };
    let control =
        Control::in_phase(State::Open) | OPENINGS.put(openings + 1) | control.next_generation();
    Word { control: Control(control), stamp: now }
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

/// What an outcome makes of a closed breaker that stays closed, as [`settle`] does; nothing where it opens, or where
/// the call is of another time.
#[inline]
pub(crate) fn kept_closed(
    word: Word,
    ticket: Ticket,
    failed: bool,
    record: impl FnOnce(Kept, bool) -> Step,
) -> Option<Word> {
    if !(word.control.is_closed() && ticket.counts_in(word.control)) {
        return None;
    }
    match record(word.kept(), failed) {
        Step::Keep(kept) => Some(word.keeping(kept)),
        Step::Trip => None,
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
}
