//! When it opens: a method for each strategy, since their settings become ticks of the breaker's clock.

use core::time::Duration;

use super::{Config, ConfigErrorKind as Kind, at_least};
use crate::clock::Clock;
use crate::machine::Limits;
use crate::strategy::{ObserveOnly, SlowCalls, SlowStart, Strategy};

/// What stands around a strategy. Give it after the strategy.
impl<C: Clock, S: Strategy, R: Copy> Config<C, S, R> {
    /// A call that takes longer than this is a failure: 1 to 2³¹ ticks. See [`SlowCalls`].
    #[must_use]
    pub const fn slow_call(self, limit: Duration) -> Config<C, SlowCalls<S>, R> {
        let ticks = at_least::<C>(limit);
        let strategy = SlowCalls::new(self.settings.strategy, ticks);
        self.unless(Kind::SlowCall, ticks, 1, Limits::LONGEST).with(strategy)
    }

    /// After a recovery the share of calls that pass grows over this time: 1 to 2³¹ ticks. See [`SlowStart`].
    #[must_use]
    pub const fn slow_start(self, time: Duration) -> Config<C, SlowStart<S>, R> {
        let ticks = at_least::<C>(time);
        let strategy = SlowStart::new(self.settings.strategy, ticks);
        self.unless(Kind::SlowStart, ticks, 1, Limits::LONGEST).with(strategy)
    }

    /// Everything is judged, told and counted, and nothing is rejected. See [`ObserveOnly`].
    #[must_use]
    pub const fn observe_only(self) -> Config<C, ObserveOnly<S>, R> {
        let strategy = ObserveOnly::new(self.settings.strategy);
        self.with(strategy)
    }
}

impl<C: Clock, S: Strategy, R: Copy> Config<C, S, R> {
    /// Another strategy, whatever it was.
    pub(super) const fn with<S2: Strategy>(self, strategy: S2) -> Config<C, S2, R> {
        self.strategy(strategy)
    }

    /// Refuses what is out of range.
    pub(super) const fn unless(mut self, kind: Kind, value: u32, least: u32, most: u32) -> Self {
        if let Some(refusal) = kind.unless(value, least, most) {
            self.settings.fixed.limits.refuse(refusal);
        }
        self
    }
}
