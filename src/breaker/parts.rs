//! What the engine needs of a breaker's types.

use super::CircuitBreaker;
use crate::circuit::Circuit;
use crate::clock::Clock;
use crate::engine::{Fixed, Parts, Seal};
#[cfg(feature = "std")]
use crate::observe::Observer;
use crate::storage::Storage;
use crate::strategy::{Kept, Step, Strategy};
use crate::ticks::Ticks;

impl<C: Clock, S: Strategy, R> Parts for CircuitBreaker<C, S, R> {
    #[inline]
    fn storage(&self, _: Seal) -> &Storage {
        &self.storage
    }

    #[inline]
    fn fixed(&self, _: Seal) -> &Fixed {
        &self.settings().fixed
    }

    #[inline]
    fn age(&self, stamp: u32, _: Seal) -> u32 {
        self.age_of(stamp)
    }

    #[inline]
    fn counted(&self, kept: Kept, _: Seal) -> u16 {
        self.settings().strategy.error_count(kept)
    }

    #[cfg(feature = "std")]
    #[inline]
    fn own_observer(&self, _: Seal) -> Option<&dyn Observer> {
        self.held.own_observer()
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
    pub(super) fn age_of(&self, stamp: u32) -> u32 {
        self.clock.now().age(stamp, &self.epoch)
    }

    /// The present tick, for a stamp that is about to be written.
    #[inline]
    pub(super) fn new_stamp(&self) -> u32 {
        let now = self.clock.now();
        now.mark(&self.epoch);
        now.low()
    }

    #[inline]
    pub(super) fn ask_strategy(&self, kept: Kept, failed: bool) -> Step {
        let settings = self.settings();
        let now = || self.clock.now().low();
        let threshold = settings.fixed.limits.error_threshold;
        settings.strategy.record(&self.memory, kept, failed, threshold, &now)
    }
}
