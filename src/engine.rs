//! The engine: the machine, its storage and time put together, without type parameters.
//!
//! A breaker has a clock, a strategy and rules of some types. What of them the engine needs stands
//! behind [`Parts`], so that admission, settling and reading are compiled once for all types of
//! breakers, and a second type costs a table of short functions (`growth second_type` in
//! `tests/on-target/budgets.txt`). Where a program has one type, link-time optimisation sees through the table.

mod fixed;
pub(crate) mod unwind;

pub(crate) use fixed::Fixed;

use crate::error::Rejected;
use crate::machine::{self, Answer, Control, Ticket, Word};
use crate::observe;
#[cfg(feature = "std")]
use crate::observe::Observer;
use crate::state::{Cause, Reason, State};
use crate::storage::Storage;
use crate::strategy::{Kept, Step};
use crate::verdict::Verdict;
use crate::wait::Wait;

/// What the type of a breaker decides, and where its word is.
///
/// Users can name neither this trait nor a [`Seal`], so that they can neither implement nor call it.
pub trait Parts {
    fn storage(&self, _: Seal) -> &Storage;
    fn fixed(&self, _: Seal) -> &Fixed;
    /// The age of a stamp by the breaker's clock.
    fn age(&self, stamp: u32, _: Seal) -> u32;
    /// The present tick, for a stamp that is about to be written.
    fn stamp(&self, _: Seal) -> u32;
    /// What the strategy makes of an outcome.
    fn record(&self, kept: Kept, failed: bool, _: Seal) -> Step;
    /// An outcome was recorded.
    fn recorded(&self, before: Kept, failed: bool, _: Seal);
    /// The errors that the strategy counted.
    fn counted(&self, kept: Kept, _: Seal) -> u16;
    /// The observer that the breaker owns, beside that of its configuration.
    #[cfg(feature = "std")]
    fn own_observer(&self, _: Seal) -> Option<&dyn Observer>;
}

/// Nobody outside has one.
#[derive(Clone, Copy, Debug)]
pub struct Seal(());

const SEAL: Seal = Seal(());

/// What [`enter`] answers, in two registers: the control under which it decided, and the decision.
#[derive(Clone, Copy)]
pub(crate) struct Admission {
    pub(crate) control: Control,
    pub(crate) answer: Answer,
}

/// Asks for admission where the breaker is not closed and clean, once: where somebody else writes the word
/// meanwhile the answer is [`Answer::LOST`], and the caller asks again. The loop is the caller's, and what only a probe
/// needs is out of line, so that a rejection saves no register and pays for no constant of theirs (budgets, rejected).
#[cold]
#[inline(never)]
pub(crate) fn enter(parts: &dyn Parts) -> Admission {
    let old = parts.storage(SEAL).load();
    let answer = ask(parts, old);
    if answer.is(Answer::PROBE) {
        return enter_as_probe(parts, old);
    }
    Admission { control: old.control, answer }
}

#[inline]
fn ask(parts: &dyn Parts, word: Word) -> Answer {
    machine::admit(word, |stamp| parts.age(stamp, SEAL), &parts.fixed(SEAL).limits)
}

#[cold]
#[inline(never)]
fn enter_as_probe(parts: &dyn Parts, old: Word) -> Admission {
    let (storage, fixed) = (parts.storage(SEAL), parts.fixed(SEAL));
    let new = machine::probe(old, parts.stamp(SEAL), &fixed.limits);
    if !storage.replace(old, new) {
        return Admission { control: old.control, answer: Answer::LOST };
    }
    let (old, new) = (old.control, new.control);
    if new.phase() == old.phase() || begin_recovery(parts, old, new) {
        Admission { control: new, answer: Answer::AS_IT_IS }
    } else {
        unprepared(parts, Ticket::marked(new))
    }
}

/// The first probe of a recovery: tells who observes, and prepares.
#[inline]
fn begin_recovery(parts: &dyn Parts, old: Control, new: Control) -> bool {
    let fixed = parts.fixed(SEAL);
    let ticket = Ticket::marked(new);
    // A hook that panics neither keeps the probe's slot nor takes the recovery its preparation. A slot given
    // back rather than a failure: that would be a transition, and the same hook could panic again while it
    // unwinds, which aborts.
    let told = || {
        let verdict = if fixed.prepare(old, new) { Verdict::Ignore } else { Verdict::Failure };
        settle(Cause::Recovery, parts, ticket, verdict);
    };
    unwind::guarded(told, || tell(parts, old, new, Reason::Time));
    let prepared = || {
        settle(Cause::Panic, parts, ticket, Verdict::Failure);
    };
    unwind::guarded(prepared, || fixed.prepare(old, new))
}

/// The recovery step of an admitted probe failed: what a rejection says of it.
#[cold]
#[inline(never)]
pub(crate) fn unprepared(parts: &dyn Parts, ticket: Ticket) -> Admission {
    settle(Cause::Recovery, parts, ticket, Verdict::Failure);
    // Usually open again for a whole timeout; but a hook, or somebody faster, may have moved it.
    let Admission { control, answer } = look(parts);
    let passes = answer.is(Answer::AS_IT_IS) || answer.is(Answer::PROBE);
    Admission { control, answer: if passes { Answer::JUST_THIS } else { answer } }
}

/// What a call would be answered now.
pub(crate) fn look(parts: &dyn Parts) -> Admission {
    let word = parts.storage(SEAL).load();
    Admission { control: word.control, answer: ask(parts, word) }
}

/// Takes the verdict on an admitted call, and the cause of an opening by it; whether it has opened the breaker.
///
/// The cause comes first, where a result has its discriminant (budgets, failing).
#[inline(never)]
pub(crate) fn settle(cause: Cause, parts: &dyn Parts, ticket: Ticket, verdict: Verdict) -> bool {
    loop {
        let old = parts.storage(SEAL).load();
        let new = settled(parts, old, ticket, verdict, parts.fixed(SEAL));
        if new == old {
            return false;
        }
        if parts.storage(SEAL).replace(old, new) {
            return finish(parts, old, new, verdict, cause);
        }
    }
}

/// The word that a verdict makes of another one.
#[inline]
pub(crate) fn settled(
    parts: &dyn Parts,
    old: Word,
    ticket: Ticket,
    verdict: Verdict,
    fixed: &Fixed,
) -> Word {
    let record = |kept, failed| parts.record(kept, failed, SEAL);
    machine::settle(old, ticket, verdict, record, || parts.stamp(SEAL), &fixed.limits)
}

/// What follows a verdict that was written, through whatever reference; whether it has opened the breaker.
#[inline]
pub(crate) fn finish(
    parts: &dyn Parts,
    old: Word,
    new: Word,
    verdict: Verdict,
    cause: Cause,
) -> bool {
    let (from, to) = (old.control, new.control);
    if from.phase() == to.phase() {
        if to.is_closed() {
            parts.recorded(old.kept(), matches!(verdict, Verdict::Failure), SEAL);
        }
        return false;
    }
    let opened = to.is_open();
    tell(parts, from, to, if opened { Reason::Failure(cause) } else { Reason::Success });
    opened
}

/// Tells who observes.
#[inline]
fn tell(parts: &dyn Parts, from: Control, to: Control, reason: Reason) {
    let fixed = parts.fixed(SEAL);
    // Asked here, where a program without hooks is known to have none; what follows is out of line.
    if fixed.observer.is_some() || observe::LOGS {
        fixed.tell(from, to, reason);
    }
    #[cfg(feature = "std")]
    if let Some(observer) = parts.own_observer(SEAL) {
        observe::tell(observer, &fixed.transition(from, to, reason));
    }
}

/// By hand, to `Closed`, `ForcedOpen` or `ForcedClosed`.
pub(crate) fn force(parts: &dyn Parts, to: State) {
    let (storage, fixed) = (parts.storage(SEAL), parts.fixed(SEAL));
    loop {
        let old = storage.load();
        let new = machine::force(old, to, &fixed.limits);
        if storage.replace(old, new) {
            if old.control.phase() != to {
                tell(parts, old.control, new.control, Reason::ByHand);
            }
            return;
        }
    }
}

pub(crate) fn id(parts: &dyn Parts) -> &'static str {
    parts.fixed(SEAL).id
}

pub(crate) fn state(parts: &dyn Parts) -> State {
    let (storage, fixed) = (parts.storage(SEAL), parts.fixed(SEAL));
    machine::state(storage.load(), |stamp| parts.age(stamp, SEAL), &fixed.limits)
}

pub(crate) fn error_count(parts: &dyn Parts) -> u16 {
    let (storage, fixed) = (parts.storage(SEAL), parts.fixed(SEAL));
    machine::error_count(storage.load(), |kept| parts.counted(kept, SEAL), &fixed.limits)
}

pub(crate) fn success_count(parts: &dyn Parts) -> u16 {
    machine::success_count(parts.storage(SEAL).control())
}

pub(crate) fn retry_after(parts: &dyn Parts) -> Option<Wait> {
    let Admission { answer, .. } = look(parts);
    answer.ticks().map(|ticks| Wait::new(ticks, parts.fixed(SEAL).hz))
}

/// What a refused call is told.
#[inline]
pub(crate) fn rejection(fixed: &Fixed, control: Control, answer: Answer) -> Rejected {
    let retry_after = answer.ticks().map(|ticks| Wait::new(ticks, fixed.hz));
    let error_count = machine::rejected_count(control, &fixed.limits);
    Rejected::new(fixed.id, control.phase(), retry_after, error_count)
}
