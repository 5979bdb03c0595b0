//! When it opens: a method for each strategy, since their settings become ticks of the breaker's clock.

use core::time::Duration;

use super::{Config, ConfigErrorKind as Kind, at_least};
use crate::clock::Clock;
use crate::machine::Limits;
use crate::observe::{Observer, Told};
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

    /// Who is told of everything: of transitions, as by [`hooks`](Self::hooks), and of each result and each rejection
    /// too. See [`Observer`] and [`Statistics`](crate::observe::Statistics). The observer is part of the breaker's type,
    /// [`Told`], since it runs in each call; without one nothing of it is in a call.
    ///
    /// ```
    /// use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
    /// use mcb::{observe::Told, CircuitBreaker, Config, Consecutive, ManualClock, Observer, Verdict};
    ///
    /// /// Counts calls that did not succeed.
    /// struct Misses(AtomicU32);
    /// impl Observer for Misses {
    ///     fn on_result(&self, _: &'static str, verdict: Verdict, _: bool) {
    ///         self.0.fetch_add(u32::from(verdict != Verdict::Success), Relaxed);
    ///     }
    ///     fn on_rejected(&self, _: &'static str, _: bool) {
    ///         self.0.fetch_add(1, Relaxed);
    ///     }
    /// }
    ///
    /// static MISSES: Misses = Misses(AtomicU32::new(0));
    /// static CLOCK: ManualClock = ManualClock::new();
    /// static IMU: CircuitBreaker<&ManualClock, Told<Consecutive, Misses>> =
    ///     CircuitBreaker::new(&Config::new("imu").error_threshold(1).observer(&MISSES), &CLOCK);
    ///
    /// assert!(IMU.call(|| Ok::<_, ()>(7)).is_ok());
    /// assert!(IMU.call(|| Err::<u8, _>("nack")).is_err());
    /// assert!(IMU.call(|| Ok::<_, ()>(7)).is_err()); // rejected
    /// assert_eq!(MISSES.0.load(Relaxed), 2);
    /// ```
    ///
    /// Beside [`hooks`](Self::hooks): those that were given before would be told no more, and are refused
    /// ([`ConfigErrorKind::Observers`](crate::ConfigErrorKind::Observers)). Those that are given after are told of
    /// transitions in the observer's place; so `.observer(&STATISTICS).hooks(&(&STATISTICS, REPORT))` has both, in a
    /// type that names one. Several that want to be told of calls are a pair: `.observer(&(&STATISTICS, &TRACE))`.
    ///
    /// It must live as long as the program, as in a `static`: what decides in a call is copied from the configuration,
    /// so that no `Arc` can stand in it. One that is made at run time is leaked, once, and may hold an `Arc` itself.
    #[must_use]
    pub const fn observer<O: Observer + Sync + 'static>(
        self,
        observer: &'static O,
    ) -> Config<C, Told<S, O>, R> {
        let strategy = Told::new(self.settings.strategy, observer);
        let before = self.settings.fixed.is_observed() as u32;
        self.unless(Kind::Observers, before, 0, 0).hooks(observer).with(strategy)
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
