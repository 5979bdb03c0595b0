//! What the engine needs of a breaker's types.

use super::CircuitBreaker;
use crate::circuit::Circuit;
use crate::clock::Clock;
use crate::engine::{Counting, Fixed, Parts, RESOLUTION_AT, Seal};
use crate::machine::{Start, Ticket};
use crate::state::Cause;
use crate::storage::Storage;
use crate::strategy::{Kept, Step, Strategy};
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
    fn numbers(&self, _: Seal) -> (u32, u32) {
        const MOST: u32 = u32::MAX >> RESOLUTION_AT;
        let resolution = const { if C::RESOLUTION < MOST { C::RESOLUTION } else { MOST } };
        (C::HZ, u32::from(S::FRESH & 0xFFF) | resolution << RESOLUTION_AT)
    }

    #[inline]
    fn now(&self, _: Seal) -> (u32, u32) {
        self.head.stamp_and_epochs()
    }

    #[inline]
    fn counted(&self, kept: Kept, _: Seal) -> (u16, u32) {
        let errors = self.strategy.error_count(&self.memory, kept, &self.head);
        let left = if S::RAMPS { self.strategy.ramp_left(&self.memory, &self.head) } else { 0 };
        (errors, left)
    }

    #[cfg(feature = "std")]
    #[inline]
    fn own_observer(&self, _: Seal) -> Option<&dyn crate::observe::Observer> {
        self.head.own_observer()
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
        if !failed && kept.count == 0 {
            return Step::Keep(kept); // it has become clean meanwhile
        }
        let threshold = self.head.fixed().limits.error_threshold;
        match self.strategy.record(&self.memory, kept, failed, threshold, &self.head) {
            // A count beyond the field is the strategy's mistake, and stays in its field.
            Step::Keep(Kept { count, stamp }) => Step::Keep(Kept { count: count & 0xFFF, stamp }),
            Step::Trip => Step::Trip,
        }
    }

    /// Takes the verdict on an admitted call, and the cause of an opening by it; whether it has opened the breaker.
    #[inline]
    pub(super) fn settle(&self, cause: Cause, ticket: Ticket, verdict: Verdict) -> bool {
        if S::PLAIN.is_some() && !S::RAMPS && !matches!(verdict, Verdict::Fatal) {
            self.head.settle(cause, ticket, verdict)
        } else {
            self.settle_strategy(cause, ticket, verdict, 0)
        }
    }

    /// For a strategy that is no plain count, and for an opening of at least so many ticks.
    #[inline(never)]
    pub(super) fn settle_strategy(
        &self,
        cause: Cause,
        ticket: Ticket,
        verdict: Verdict,
        asked: u32,
    ) -> bool {
        self.head.settle_by(self, cause, ticket, verdict, asked)
    }

    /// A failure without a result to judge.
    pub(super) fn fail(&self, ticket: Ticket, cause: Cause) {
        self.settle(cause, ticket, Verdict::Failure);
    }
}

impl<C: Clock, S: Strategy, R> Counting for CircuitBreaker<C, S, R> {
    const RECORDS: bool = S::RECORDS;
    const NOTES_OPENINGS: bool = S::NOTES_OPENINGS;
    const STAMPS: bool = true;

    #[inline]
    fn start(&self) -> Start {
        Start { fresh: S::FRESH, slowly: S::RAMPS && self.strategy.ramps(), fatal: true }
    }

    #[inline]
    fn record(&self, kept: Kept, failed: bool) -> Step {
        self.ask_strategy(kept, failed)
    }

    #[inline]
    fn recorded(&self, before: Kept, now: Kept, failed: bool) {
        self.strategy.recorded(&self.memory, before, now, failed);
    }

    #[inline]
    fn opened(&self, before: Kept, failed: bool) {
        let threshold = self.head.fixed().limits.error_threshold;
        self.strategy.opened(&self.memory, before, failed, threshold, &self.head);
    }

    #[inline]
    fn ramp_begins(&self) {
        self.strategy.ramp_begins(&self.memory, &self.head);
    }
}
