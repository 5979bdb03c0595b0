//! The engine: the machine, its storage and time put together, without type parameters.
//!
//! A breaker has a clock, a strategy and rules of some types. What of them the engine needs stands
//! behind [`Parts`], so that admission, settling and reading are compiled once for all types of
//! breakers, and a second type costs a table of short functions (`growth second_type` in
//! `tests/on-target/budgets.txt`). Where a program has one type, link-time optimisation sees through the table.

pub(crate) mod unwind;

use crate::machine::{self, Admit, Control, Limits, Reading, Refusal, Ticket, Word};
use crate::state::{Cause, Reason, State, Transition};
use crate::storage::Storage;
use crate::strategy::{Kept, Step};
use crate::verdict::Verdict;
use crate::wait::Wait;

/// What the type of a breaker decides, and where its word is.
///
/// Users can name neither this trait nor a [`Seal`], so that they can neither implement nor call it.
pub trait Parts {
    fn storage(&self, _: Seal) -> &Storage;
    fn limits(&self, _: Seal) -> &Limits;
    fn name(&self, _: Seal) -> &'static str;
    fn hz(&self, _: Seal) -> u32;
    /// Reads the clock, and tells the age of a stamp.
    fn read(&self, stamp: u32, _: Seal) -> Reading;
    /// A stamp that was just read is about to be written.
    fn mark(&self, _: Seal);
    /// What the strategy makes of an outcome, of what it counted, and of a breaker that has just closed.
    fn record(&self, kept: Kept, failed: bool, _: Seal) -> Step;
    fn recorded(&self, before: Kept, after: Kept, failed: bool, _: Seal);
    fn counted(&self, kept: Kept, _: Seal) -> u16;
    fn fresh(&self, _: Seal) -> Kept;
    /// Tells who observes.
    fn tell(&self, change: &Transition, _: Seal);
    /// The step before the first probe of a recovery, which the change has begun; whether it helped.
    fn prepare(&self, change: &Transition, _: Seal) -> bool;
}

/// Nobody outside has one.
#[derive(Clone, Copy, Debug)]
pub struct Seal(());

const SEAL: Seal = Seal(());

/// What [`enter`] answers, in two registers: the control under which it decided, and why it refused.
#[derive(Clone, Copy)]
pub(crate) struct Admission {
    pub(crate) control: Control,
    pub(crate) refusal: Option<Refusal>,
}

impl Admission {
    #[inline]
    const fn admitted(control: Control) -> Admission {
        Admission { control, refusal: None }
    }

    #[inline]
    const fn refused(control: Control, refusal: Refusal) -> Admission {
        Admission { control, refusal: Some(refusal) }
    }
}

/// Asks for admission where the breaker is not closed and clean, once: where somebody else writes the word
/// meanwhile the answer is [`Refusal::LOST`], and the caller asks again. The loop is the caller's, and what only a probe
/// needs is out of line, so that a rejection saves no register and pays for no constant of theirs (budgets, rejected).
#[cold]
#[inline(never)]
pub(crate) fn enter(parts: &dyn Parts) -> Admission {
    let old = parts.storage(SEAL).load();
    match machine::admit(old, |stamp| parts.read(stamp, SEAL), parts.limits(SEAL)) {
        Admit::Refused(refusal) => Admission::refused(old.control, refusal),
        Admit::AsItIs => Admission::admitted(old.control),
        Admit::Probe(now) => enter_as_probe(parts, old, now),
    }
}

#[cold]
#[inline(never)]
fn enter_as_probe(parts: &dyn Parts, old: Word, now: u32) -> Admission {
    let new = machine::probe(old, now, parts.limits(SEAL));
    parts.mark(SEAL);
    if !parts.storage(SEAL).replace(old, new) {
        return Admission::refused(old.control, Refusal::LOST);
    }
    let (old, new) = (old.control, new.control);
    if new.phase() == old.phase() || begin_recovery(parts, old, new) {
        Admission::admitted(new)
    } else {
        unprepared(parts, Ticket::marked(new))
    }
}

/// The first probe of a recovery: tells who observes, and prepares.
#[inline]
fn begin_recovery(parts: &dyn Parts, old: Control, new: Control) -> bool {
    let ticket = Ticket::marked(new);
    let change = transition(parts, old, new, Reason::Time);
    // A hook that panics neither keeps the probe's slot nor takes the recovery its preparation. A slot given
    // back rather than a failure: that would be a transition, and the same hook could panic again while it
    // unwinds, which aborts.
    let told = || {
        let ready = parts.prepare(&change, SEAL);
        let verdict = if ready { Verdict::Ignore } else { Verdict::Failure };
        settle(Cause::Recovery, parts, ticket, verdict);
    };
    unwind::guarded(told, || parts.tell(&change, SEAL));
    let prepared = || {
        settle(Cause::Panic, parts, ticket, Verdict::Failure);
    };
    unwind::guarded(prepared, || parts.prepare(&change, SEAL))
}

#[inline]
fn transition(parts: &dyn Parts, old: Control, new: Control, reason: Reason) -> Transition {
    let errors = machine::rejected_count(new, parts.limits(SEAL));
    Transition::new(parts.name(SEAL), old.phase(), new.phase(), reason, errors)
}

/// The recovery step of an admitted probe failed: what a rejection says of it.
#[cold]
#[inline(never)]
pub(crate) fn unprepared(parts: &dyn Parts, ticket: Ticket) -> Admission {
    settle(Cause::Recovery, parts, ticket, Verdict::Failure);
    // Usually open again for a whole timeout; but a hook, or somebody faster, may have moved it.
    let word = parts.storage(SEAL).load();
    Admission::refused(word.control, refusal(parts, word).unwrap_or(Refusal::JUST_THIS))
}

/// Why a call would be refused now.
#[inline]
fn refusal(parts: &dyn Parts, word: Word) -> Option<Refusal> {
    match machine::admit(word, |stamp| parts.read(stamp, SEAL), parts.limits(SEAL)) {
        Admit::Refused(refusal) => Some(refusal),
        Admit::AsItIs | Admit::Probe(_) => None,
    }
}

/// Takes the verdict on an admitted call, and the cause of an opening by it; whether it has opened the breaker.
#[inline(never)]
pub(crate) fn settle(cause: Cause, parts: &dyn Parts, ticket: Ticket, verdict: Verdict) -> bool {
    loop {
        let old = parts.storage(SEAL).load();
        let new = settled(parts, old, ticket, verdict);
        if new == old {
            return false;
        }
        if parts.storage(SEAL).replace(old, new) {
            return finish(parts, old, new, verdict, cause);
        }
    }
}

/// The word that an outcome makes of another one.
#[inline]
pub(crate) fn settled(parts: &dyn Parts, old: Word, ticket: Ticket, verdict: Verdict) -> Word {
    machine::settle(
        old,
        ticket,
        verdict,
        |kept, failed| parts.record(kept, failed, SEAL),
        || {
            let now = parts.read(0, SEAL).now;
            parts.mark(SEAL);
            now
        },
        || parts.fresh(SEAL),
        parts.limits(SEAL),
    )
}

/// What follows an outcome that was written, through whatever reference; whether it has opened the breaker.
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
            let failed = matches!(verdict, Verdict::Failure);
            parts.recorded(old.kept(), new.kept(), failed, SEAL);
        }
        return false;
    }
    let opened = to.is_open();
    let reason = if opened { Reason::Failure(cause) } else { Reason::Success };
    parts.tell(&transition(parts, from, to, reason), SEAL);
    opened
}

/// By hand, to `Closed`, `ForcedOpen` or `ForcedClosed`.
pub(crate) fn force(parts: &dyn Parts, to: State) {
    let storage = parts.storage(SEAL);
    loop {
        let old = storage.load();
        let new = machine::force(old, to, parts.fresh(SEAL));
        if storage.replace(old, new) {
            if old.control.phase() != to {
                parts.tell(&transition(parts, old.control, new.control, Reason::ByHand), SEAL);
            }
            return;
        }
    }
}

pub(crate) fn id(parts: &dyn Parts) -> &'static str {
    parts.name(SEAL)
}

pub(crate) fn state(parts: &dyn Parts) -> State {
    let word = parts.storage(SEAL).load();
    machine::state(word, |stamp| parts.read(stamp, SEAL), parts.limits(SEAL))
}

pub(crate) fn error_count(parts: &dyn Parts) -> u16 {
    let word = parts.storage(SEAL).load();
    machine::error_count(word, |kept| parts.counted(kept, SEAL), parts.limits(SEAL))
}

pub(crate) fn success_count(parts: &dyn Parts) -> u16 {
    machine::success_count(parts.storage(SEAL).control())
}

pub(crate) fn retry_after(parts: &dyn Parts) -> Option<Wait> {
    let ticks = match refusal(parts, parts.storage(SEAL).load()) {
        Some(refusal) => refusal.wait()?,
        None => 0,
    };
    Some(Wait::new(ticks, parts.hz(SEAL)))
}

/// Why a call would be refused while it is open. Takes no slot, and passes what reads half-open.
pub(crate) fn gate(parts: &dyn Parts) -> Option<(Control, Refusal)> {
    let word = parts.storage(SEAL).load();
    if word.control.is_half_open() {
        return None;
    }
    refusal(parts, word).map(|refusal| (word.control, refusal))
}
