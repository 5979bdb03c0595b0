//! What a breaker of a server makes of a configuration.

use core::marker::PhantomData;

use super::{Config, Settings};
use crate::clock::Clock;
use crate::engine::Fixed;
use crate::strategy::{AnyStrategy, Strategy};

impl<C: Clock, S: Strategy + Into<AnyStrategy>> Config<C, S> {
    pub(crate) fn into_any(self) -> Config<C, AnyStrategy> {
        let strategy = self.settings.strategy.into();
        self.strategy(strategy)
    }
}

impl<C: Clock, S: Strategy, R> Config<C, S, R> {
    pub(crate) fn has_recovery(&self) -> bool {
        self.settings.fixed.recover().is_some()
    }

    pub(crate) fn with_rules<R2>(self, rules: R2) -> Config<C, S, R2> {
        let Settings { fixed, strategy, .. } = self.settings;
        Config { settings: Settings { fixed, strategy, rules }, clock: PhantomData }
    }

    /// Under the id of a breaker, with its hooks and its step before a probe where there are none.
    pub(crate) fn in_place_of(mut self, fixed: &Fixed) -> Self {
        self.settings.fixed = self.settings.fixed.with_hooks_of(fixed);
        self.id(fixed.id)
    }
}
