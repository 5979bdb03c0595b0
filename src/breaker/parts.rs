//! What the engine needs of a breaker's types.

use super::CircuitBreaker;
use crate::circuit::Circuit;
use crate::clock::Clock;
use crate::engine::{Fixed, Parts, Seal};
use crate::machine::{Control, Ticket};
use crate::state::{Cause, Reason};
use crate::storage::Storage;
use crate::strategy::{Kept, Step, Strategy};
use crate::ticks::Ticks;
use crate::verdict::Verdict;

impl<C: Clock, S: Strategy, R> Parts for CircuitBreaker<C, S, R> {
    #[inline]
    fn storage(&self, _: Seal) -> &Storage {
        &self.head.storage
    }

    #[inline]
    fn fixed(&self, _: Seal) -> &Fixed {
        self.head.fixed()
    }

    #[inline]
    fn age(&self, stamp: u32, _: Seal) -> u32 {
        self.head.age(stamp)
    }

    #[inline]
    fn hz(&self, _: Seal) -> u32 {
        C::HZ
    }

    #[inline]
    fn fresh(&self, _: Seal) -> u16 {
        S::FRESH
    }

    #[inline]
    fn counted(&self, kept: Kept, _: Seal) -> u16 {
        self.strategy.error_count(kept)
    }

    #[inline]
    fn changed(&self, from: Control, to: Control, _: Seal) {
        self.head.changed(from, to, Reason::ByHand);
    }
}

impl<C: Clock, S: Strategy, R> Circuit for CircuitBreaker<C, S, R> {}

impl<C: Clock, S: Strategy, R> CircuitBreaker<C, S, R> {
    /// As the engine sees it. Always by way of `dyn Circuit`, so that a type has one table and not two.
    #[inline]
    pub(super) fn parts(&self) -> &dyn Parts {
        let circuit: &dyn Circuit = self;
        circuit
    }

    #[inline]
    pub(super) fn ask_strategy(&self, kept: Kept, failed: bool) -> Step {
        if S::PLAIN.is_some() {
            return self.head.count(kept, failed);
        }
        let now = || self.head.clock.now().low();
        let threshold = self.head.fixed().limits.error_threshold;
        match self.strategy.record(&self.memory, kept, failed, threshold, &now) {
            // A count beyond the field is the strategy's mistake, and stays in its field.
            Step::Keep(Kept { count, stamp }) => Step::Keep(Kept { count: count & 0xFFF, stamp }),
            Step::Trip => Step::Trip,
        }
    }

    /// Takes the verdict on an admitted call, and the cause of an opening by it; whether it has opened the breaker.
    #[inline]
    pub(super) fn settle(&self, cause: Cause, ticket: Ticket, verdict: Verdict) -> bool {
        if S::PLAIN.is_some() {
            self.head.settle(cause, ticket, verdict)
        } else {
            self.settle_strategy(cause, ticket, verdict)
        }
    }

    /// For a strategy that is no plain count; seam.rs has the only one, so that no figure holds this yet.
    #[inline(never)]
    fn settle_strategy(&self, cause: Cause, ticket: Ticket, verdict: Verdict) -> bool {
        self.head.settle_by(
            cause,
            ticket,
            verdict,
            S::FRESH,
            |kept, failed| self.ask_strategy(kept, failed),
            |before, failed| self.strategy.recorded(&self.memory, before, failed),
        )
    }

    /// A failure without a result to judge.
    pub(super) fn fail(&self, ticket: Ticket, cause: Cause) {
        self.settle(cause, ticket, Verdict::Failure);
    }
}
