//! The way in where the breaker is not closed and clean.

use super::CircuitBreaker;
use crate::clock::Clock;
use crate::engine::{Admission, unwind};
use crate::machine::{self, Answer, Control, Ticket, Word};
use crate::state::{Cause, Reason};
use crate::strategy::Strategy;
use crate::verdict::Verdict;

impl<C: Clock, S: Strategy, R> CircuitBreaker<C, S, R> {
    /// Asks for admission, once: where somebody else writes the word meanwhile the answer is [`Answer::LOST`], and the
    /// caller asks again. The loop is the caller's, and what only a probe needs is out of line, so that a rejection
    /// saves no register and pays for no constant of theirs (budgets, rejected).
    #[cold]
    #[inline(never)]
    pub(super) fn enter(&self) -> Admission {
        let old = self.storage.load();
        let limits = &self.settings().fixed.limits;
        let answer = machine::admit(old, |stamp| self.age_of(stamp), limits);
        if answer.is(Answer::PROBE) {
            return self.enter_as_probe(old);
        }
        Admission { control: old.control, answer }
    }

    #[cold]
    #[inline(never)]
    fn enter_as_probe(&self, old: Word) -> Admission {
        let control = machine::probe(old.control, &self.settings().fixed.limits);
        let new = Word { control, stamp: self.new_stamp() };
        if !self.storage.replace(old, new) {
            return Admission { control: old.control, answer: Answer::LOST };
        }
        if control.same_phase(old.control) || self.begin_recovery(old.control, control) {
            Admission { control, answer: Answer::AS_IT_IS }
        } else {
            self.unprepared(Ticket::marked(control))
        }
    }

    /// The first probe of a recovery: tells who observes, and prepares.
    #[inline]
    fn begin_recovery(&self, from: Control, to: Control) -> bool {
        let fixed = &self.settings().fixed;
        let ticket = Ticket::marked(to);
        // A hook that panics neither keeps the probe's slot nor takes the recovery its preparation. A slot given
        // back rather than a failure: that would be a transition, and the same hook could panic again while it
        // unwinds, which aborts.
        let told = || {
            let verdict = if fixed.prepare() { Verdict::Ignore } else { Verdict::Failure };
            self.settle(Cause::Recovery, ticket, verdict);
        };
        unwind::guarded(told, || self.changed(from, to, Reason::Time));
        unwind::guarded(|| self.fail(ticket, Cause::Panic), || fixed.prepare())
    }

    /// The recovery step of an admitted probe failed: what a rejection says of it. Open again for a whole timeout; but
    /// a hook, or somebody faster, may have moved it, and then the next call may pass.
    #[cold]
    pub(super) fn unprepared(&self, ticket: Ticket) -> Admission {
        let opened = self.settle(Cause::Recovery, ticket, Verdict::Failure);
        let timeout = self.settings().fixed.limits.recovery_timeout;
        let answer = Answer::wait(0, timeout).filter(|_| opened).unwrap_or(Answer::JUST_THIS);
        Admission { control: self.storage.present(), answer }
    }

    /// What a call would be answered now.
    pub(super) fn look(&self) -> Admission {
        let word = self.storage.load();
        let limits = &self.settings().fixed.limits;
        let answer = machine::admit(word, |stamp| self.age_of(stamp), limits);
        Admission { control: word.control, answer }
    }

    /// Tells who observes.
    #[inline]
    pub(super) fn changed(&self, from: Control, to: Control, reason: Reason) {
        let fixed = &self.settings().fixed;
        fixed.changed(from, to, reason);
        #[cfg(feature = "std")]
        if let Some(observer) = self.held.own_observer() {
            fixed.tell(observer, from, to, reason);
        }
    }
}
