//! The end of a call that changes something.

use super::CircuitBreaker;
use crate::clock::Clock;
use crate::machine::{self, Ticket, Word};
use crate::state::{Cause, Reason};
use crate::strategy::Strategy;
use crate::verdict::Verdict;

impl<C: Clock, S: Strategy, R> CircuitBreaker<C, S, R> {
    /// Takes the verdict on an admitted call, and the cause of an opening by it; whether it has opened the breaker.
    ///
    /// The cause comes first, where a result has its discriminant (budgets, failing).
    #[inline(never)]
    pub(super) fn settle(&self, cause: Cause, ticket: Ticket, verdict: Verdict) -> bool {
        loop {
            let old = self.storage.load();
            let new = self.settled(old, ticket, verdict);
            if new == old {
                return false;
            }
            if self.storage.replace(old, new) {
                return self.follow(old, new, verdict, cause);
            }
        }
    }

    /// A failure without a result to judge.
    pub(super) fn fail(&self, ticket: Ticket, cause: Cause) {
        self.settle(cause, ticket, Verdict::Failure);
    }

    /// The word that a verdict makes of another one.
    #[inline]
    pub(super) fn settled(&self, old: Word, ticket: Ticket, verdict: Verdict) -> Word {
        let record = |kept, failed| self.ask_strategy(kept, failed);
        let limits = &self.settings().fixed.limits;
        machine::settle(old, ticket, verdict, record, || self.new_stamp(), limits)
    }

    /// What follows a verdict that was written, through whatever reference; whether it has opened the breaker.
    #[inline]
    pub(super) fn follow(&self, old: Word, new: Word, verdict: Verdict, cause: Cause) -> bool {
        let (from, to) = (old.control, new.control);
        if from.same_phase(to) {
            if to.is_closed() {
                let failed = matches!(verdict, Verdict::Failure);
                self.settings().strategy.recorded(&self.memory, old.kept(), failed);
            }
            return false;
        }
        let opened = to.is_open();
        self.changed(from, to, if opened { Reason::Failure(cause) } else { Reason::Success });
        opened
    }
}
