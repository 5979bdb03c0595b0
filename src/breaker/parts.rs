//! What the engine needs of a breaker's types.

use super::CircuitBreaker;
use crate::circuit::Circuit;
use crate::clock::Clock;
use crate::engine::{Parts, Seal};
use crate::machine::{Limits, Reading};
use crate::observe;
use crate::state::Transition;
use crate::storage::Storage;
use crate::strategy::{Kept, Step, Strategy};
use crate::ticks::Ticks;

impl<C: Clock, S: Strategy, R> Parts for CircuitBreaker<C, S, R> {
    #[inline]
    fn storage(&self, _: Seal) -> &Storage {
        &self.storage
    }

    #[inline]
    fn limits(&self, _: Seal) -> &Limits {
        &self.settings().limits
    }

    #[inline]
    fn name(&self, _: Seal) -> &'static str {
        self.settings().id
    }

    #[inline]
    fn hz(&self, _: Seal) -> u32 {
        C::HZ
    }

    #[inline]
    fn read(&self, stamp: u32, _: Seal) -> Reading {
        self.reading(stamp)
    }

    #[inline]
    fn mark(&self, _: Seal) {
        // A clock of 32 bits has nothing to remember, and is not read again.
        if size_of_val(&self.epoch) > 0 {
            self.clock.now().mark(&self.epoch);
        }
    }

    #[inline]
    fn record(&self, kept: Kept, failed: bool, _: Seal) -> Step {
        self.ask_strategy(kept, failed)
    }

    #[inline]
    fn recorded(&self, before: Kept, after: Kept, failed: bool, _: Seal) {
        self.settings().strategy.recorded(&self.memory, before, after, failed);
    }

    #[inline]
    fn counted(&self, kept: Kept, _: Seal) -> u16 {
        self.settings().strategy.error_count(kept)
    }

    #[inline]
    fn fresh(&self, _: Seal) -> Kept {
        S::FRESH
    }

    #[inline]
    fn tell(&self, change: &Transition, _: Seal) {
        observe::log(change);
        if let Some(observer) = self.settings().observer {
            observe::tell(observer, change);
        }
        if let Some(observer) = self.held.own_observer() {
            observe::tell(observer, change);
        }
    }

    #[inline]
    fn prepare(&self, change: &Transition, _: Seal) -> bool {
        self.settings().before_probe.is_none_or(|step| step(change))
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
    pub(super) fn reading(&self, stamp: u32) -> Reading {
        let now = self.clock.now();
        Reading { now: now.low(), age: now.age(stamp, &self.epoch) }
    }

    #[inline]
    pub(super) fn ask_strategy(&self, kept: Kept, failed: bool) -> Step {
        let settings = self.settings();
        let now = || self.clock.now().low();
        let threshold = settings.limits.error_threshold;
        settings.strategy.record(&self.memory, kept, failed, threshold, &now)
    }
}
