//! The way in: what a call that asks for admission is answered.

use super::Limits;
use super::word::{Control, GENERATION, IN_FLIGHT, OPENINGS, ROUND, Word};
use crate::state::State;
use crate::ticks::OLDEST;

/// The answer to a call that asks for admission, in one register: mostly the ticks until a call may pass. They are at
/// most 2^31, which leaves values for what is no number of ticks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Answer(u32);

impl Answer {
    /// Admitted, and there is nothing to write.
    pub(crate) const AS_IT_IS: Answer = Answer(0);
    /// The next call would be admitted as a probe.
    pub(crate) const PROBE: Answer = Answer(0xFFFF_FFFC);
    /// Somebody else wrote the word: ask again. Never told to a caller.
    pub(crate) const LOST: Answer = Answer(0xFFFF_FFFD);
    /// Refused, but the next call may pass: the recovery step of this one failed.
    pub(crate) const JUST_THIS: Answer = Answer(0xFFFF_FFFE);
    /// Refused until a hand changes it.
    pub(crate) const BY_HAND: Answer = Answer(0xFFFF_FFFF);

    /// What remains of a timeout at this age of its stamp, if anything does: at least one tick.
    #[inline(always)]
    #[allow(clippy::inline_always)] // part of the rejection that is inlined into calls: peers, rejected_ns
    pub(crate) const fn wait(age: u32, timeout: u32) -> Option<Answer> {
        if age < timeout {
            Some(Answer(timeout - age))
        } else if age > OLDEST {
            // Second and seldom, so that an ordinary rejection pays one compare (budgets, rejected).
            cold();
            Some(Answer(timeout))
        } else {
            None
        }
    }

    /// All of a timeout.
    #[inline]
    pub(crate) const fn whole(timeout: u32) -> Answer {
        Answer(timeout)
    }

    #[inline]
    pub(crate) const fn is(self, other: Answer) -> bool {
        self.0 == other.0
    }

    /// What a refusal tells: the ticks until a call may pass, where they can be told.
    #[inline]
    pub(crate) const fn ticks(self) -> Option<u32> {
        match self {
            Answer::BY_HAND => None,
            Answer(special) if special >= Answer::PROBE.0 => Some(0),
            Answer(ticks) => Some(ticks),
        }
    }
}

/// Says that the branch it is called in is seldom taken.
#[cold]
#[inline]
pub(crate) const fn cold() {}

/// Asks for admission; nothing, if it is for the word of [`probe`]. `age` tells that of the stamp, `open_duration` how long
/// an opening lasts; each is called at most once, and only where time decides.
///
/// An `Option`, since no wait has to be compared with [`Answer::PROBE`] then (growth, `second_type` and `eight`).
#[inline]
pub(crate) fn admit(
    word: Word,
    age: impl FnOnce(u32) -> u32,
    open_duration: impl FnOnce(Control) -> u32,
    may_be_untried: bool,
    limits: &Limits,
) -> Option<Answer> {
    let control = word.control;
    let half_open = control.is_half_open();
    if !half_open && !control.is_open() {
        return if control.needs_a_hand() {
            Some(Answer::BY_HAND)
        } else if control.is_untried() && may_be_untried {
            None
        } else {
            Some(Answer::AS_IT_IS)
        };
    }
    // One case after the other, rather than one path with variables: smaller and shorter where registers are few
    // (budgets, flash and rejected of thumbv6m).
    if half_open {
        if control.in_flight() < u32::from(limits.max_probes) {
            return None;
        }
        return Answer::wait(age(word.stamp), limits.probe_timeout);
    }
    // Before the clock is read, whose tick would be kept through a plan's call (growth, second_type).
    let timeout = open_duration(control);
    Answer::wait(age(word.stamp), timeout)
}

/// The control of a probe that is admitted now.
pub(crate) fn probe(control: Control, limits: &Limits) -> Control {
    Control(if !control.is_half_open() {
        // Openings and generation stay: no call is out while open. Its duration goes.
        let rest = control.0 & (OPENINGS.mask() | GENERATION.mask());
        rest | Control::in_phase(State::HalfOpen) | IN_FLIGHT.one()
    } else if control.in_flight() < u32::from(limits.max_probes) {
        control.0 + IN_FLIGHT.one()
    } else {
        // The slots pass on: the round moves, one probe is in flight, the successes stay. What the round carries when its
        // numbers come round is that one probe (budgets, flash).
        (control.0 & !IN_FLIGHT.mask()) + ROUND.one() | IN_FLIGHT.one()
    })
}
