//! The way in.

use core::num::NonZeroU32;

use super::Limits;
use super::word::{Control, GENERATION, IN_FLIGHT, OPENINGS, ROUND, Word};
use crate::state::State;
use crate::ticks::OLDEST;

/// What a clock tells about a stamp.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reading {
    /// The present tick, its low half.
    pub(crate) now: u32,
    /// The age of the stamp at that tick; in the top [`SLACK`] of the range where it is slightly newer.
    pub(crate) age: u32,
}

/// Why and for how long a call is not admitted. Waits are at most 2^31 ticks, which leaves values
/// for what is no number of ticks; none is 0, so that an `Option` of it fits into a register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Refusal(NonZeroU32);

impl Refusal {
    /// Only a hand can tell: forced open.
    pub(crate) const BY_HAND: Refusal = Refusal(NonZeroU32::MAX);
    /// The next call may pass; this one may not, since its own recovery step failed.
    pub(crate) const JUST_THIS: Refusal = Refusal(NonZeroU32::MIN.saturating_add(u32::MAX - 2));
    /// Somebody else wrote the word: ask again. Never told to a caller.
    pub(crate) const LOST: Refusal = Refusal(NonZeroU32::MIN.saturating_add(u32::MAX - 3));

    /// So many ticks; 0 would be no refusal, and is `None`.
    #[inline]
    pub(crate) const fn ticks(ticks: u32) -> Option<Refusal> {
        match NonZeroU32::new(ticks) {
            Some(ticks) => Some(Refusal(ticks)),
            None => None,
        }
    }

    /// The ticks until a call may pass, where they can be told.
    #[inline]
    pub(crate) const fn wait(self) -> Option<u32> {
        if self.0.get() < Refusal::JUST_THIS.0.get() {
            Some(self.0.get())
        } else if self.0.get() == Refusal::BY_HAND.0.get() {
            None
        } else {
            Some(0)
        }
    }
}

/// Says that the branch it is called in is seldom taken.
#[cold]
#[inline]
pub(crate) const fn cold() {}

/// The answer to who asks for admission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Admit {
    /// Admitted, and there is nothing to write.
    AsItIs,
    /// Admitted at this tick as a probe, if the word of [`probe`] can be written.
    Probe(u32),
    Refused(Refusal),
}

/// The refusal of a word of this age, while its timeout lasts.
#[inline(always)]
#[allow(clippy::inline_always)] // part of the rejection that is inlined into calls: peers, rejected_ns
pub(crate) const fn wait(age: u32, timeout: u32) -> Option<Refusal> {
    if age < timeout {
        Refusal::ticks(timeout - age)
    } else if age > OLDEST {
        // Second and seldom, so that an ordinary rejection pays one compare (budgets, rejected).
        cold();
        Refusal::ticks(timeout)
    } else {
        None
    }
}

/// Asks for admission. `read` is called at most once, and only where time decides.
#[inline]
pub(crate) fn admit(word: Word, read: impl FnOnce(u32) -> Reading, limits: &Limits) -> Admit {
    let control = word.control;
    let half_open = control.is_half_open();
    if !half_open && !control.is_open() {
        return if control.is(State::ForcedOpen) {
            Admit::Refused(Refusal::BY_HAND)
        } else {
            Admit::AsItIs
        };
    }
    // One case after the other, rather than one path with variables: smaller and shorter where registers are few
    // (budgets, flash and rejected of thumbv6m).
    let Reading { now, age } = read(word.stamp);
    if half_open {
        if control.in_flight() < u32::from(limits.max_probes) {
            return Admit::Probe(now);
        }
        return match wait(age, limits.probe_timeout) {
            Some(refusal) => Admit::Refused(refusal),
            None => Admit::Probe(now),
        };
    }
    match wait(age, limits.recovery_timeout) {
        Some(refusal) => Admit::Refused(refusal),
        None => Admit::Probe(now),
    }
}

/// The word of a probe that is admitted now.
#[inline]
pub(crate) fn probe(word: Word, now: u32, limits: &Limits) -> Word {
    let control = word.control;
    let control = if control.is_open() {
        // Openings and generation stay: no call is out while open.
        let rest = control.0 & (OPENINGS.mask() | GENERATION.mask());
        rest | Control::in_phase(State::HalfOpen) | IN_FLIGHT.one()
    } else if control.in_flight() < u32::from(limits.max_probes) {
        control.0 + IN_FLIGHT.one()
    } else {
        // The slots pass on: the round moves, one probe is in flight, the successes stay.
        let round = ROUND.of(control.0 + ROUND.one());
        let rest = control.0 & !(IN_FLIGHT.mask() | ROUND.mask());
        rest | IN_FLIGHT.one() | ROUND.put(round)
    };
    Word { control: Control(control), stamp: now }
}
