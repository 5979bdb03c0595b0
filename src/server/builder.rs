//! Making a breaker with a clock, observers and rules of one's own.

use std::sync::Arc;

use super::Breaker;
use super::shared::{Shared, Told};
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::observe::Observer;
use crate::rules::EveryError;
use crate::strategy::AnyStrategy;

/// Makes a [`Breaker`] with a clock, observers and rules of one's own; from [`Breaker::builder`].
///
/// ```
/// use std::sync::{Arc, mpsc};
/// use mcb::server::Breaker;
/// use mcb::{Config, EveryError, Hooks, ManualClock, State};
///
/// let clock = Arc::new(ManualClock::<1_000>::new());
/// let (sender, changes) = mpsc::channel();
/// let db = Breaker::builder(Config::new("db").error_threshold(1), Arc::clone(&clock))
///     .observer(Hooks::new().on_transition(move |change| drop(sender.send(change.to))))
///     .rules(EveryError.detect_error(|status: &u16| *status >= 500))
///     .build()?;
///
/// assert_eq!(db.call(|| Ok::<_, ()>(503)), Ok(503));
/// assert_eq!(changes.try_recv(), Ok(State::Open));
/// # Ok::<(), mcb::ConfigError>(())
/// ```
#[must_use = "it makes a breaker when it is built"]
pub struct Builder<R, C: Clock> {
    config: Config<C, AnyStrategy>,
    clock: C,
    rules: R,
    observer: Option<Told>,
}

impl<C: Clock> Builder<EveryError, C> {
    pub(super) const fn new(config: Config<C, AnyStrategy>, clock: C) -> Self {
        Builder { config, clock, rules: EveryError, observer: None }
    }
}

impl<R, C: Clock + Clone> Builder<R, C> {
    /// Who is told of each transition, result and rejection. Given again, all of them are, in their order.
    pub fn observer(mut self, observer: impl Observer + Send + Sync + 'static) -> Self {
        self.observer = Some(match self.observer {
            Some(before) => Arc::new((before, observer)),
            None => Arc::new(observer),
        });
        self
    }

    /// [Rules](crate::rules) for this handle, in place of those before: [`EveryError`] by default. Other handles of the
    /// same breaker may have others, see [`Breaker::with_rules`].
    pub fn rules<R2>(self, rules: R2) -> Builder<R2, C> {
        let Builder { config, clock, observer, .. } = self;
        Builder { config, clock, rules, observer }
    }

    /// Makes the breaker.
    ///
    /// # Errors
    ///
    /// The first setting that is out of range.
    pub fn build(self) -> Result<Breaker<R, C>, ConfigError> {
        let Builder { config, clock, rules, observer } = self;
        Ok(Breaker::of(Arc::new(Shared::new(config, clock, observer)?), rules))
    }
}

impl<R, C: Clock> core::fmt::Debug for Builder<R, C> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Builder").field("config", &self.config).finish_non_exhaustive()
    }
}
