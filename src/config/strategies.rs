//! When it opens: a method for each strategy, since their settings become ticks of the breaker's clock.

use core::time::Duration;

use super::made::{self, Made};
use super::{Config, ConfigErrorKind as Kind, at_least};
use crate::clock::Clock;
use crate::machine::Limits;
use crate::observe::{Observer, Told};
use crate::strategy::{
    Calls, Consecutive, CountWindow, Debounce, DecayingRate, Either, FailuresPerPeriod,
    ObserveOnly, Ring, SlowCalls, SlowStart, Strategy, TimeWindow, TimedConsecutive,
};

/// Another strategy in place of the one that was there. Durations are rounded up to whole ticks.
impl<C: Clock, S: Strategy, R: Copy> Config<C, S, R> {
    /// A failure counts `up`, 1 to 4,096, a success takes off `down`, 0 to 4,095; see [`Debounce`].
    #[must_use]
    pub const fn debounce(self, up: u16, down: u16) -> Config<C, Debounce, R> {
        self.made(made::debounce(up, down))
    }

    /// So many failures a period, 1 to 4,096; the period is at least as many ticks, and at most 2³¹. See
    /// [`FailuresPerPeriod`].
    #[must_use]
    pub const fn failures_per_period(
        self,
        n: u16,
        period: Duration,
    ) -> Config<C, FailuresPerPeriod, R> {
        self.made(made::failures_per_period::<C>(n, period))
    }

    /// So many percent of the last `N` calls, 1 to 100, if there were a minimum of calls, 1 to `N`; `N` is 1 to 1,024.
    /// See [`CountWindow`].
    #[must_use]
    pub const fn count_window<const N: usize>(
        self,
        percent: u8,
        minimum: u16,
    ) -> Config<C, CountWindow<N>, R>
    where
        Calls<N>: Ring,
    {
        self.made(made::count_window(percent, minimum))
    }

    /// So many percent of the calls in a window of time, 1 to 100, if there were a minimum of calls, 1 or more. The window
    /// has `B` buckets, 1 to 1,024, at least as many ticks, and at most 2³¹. See [`TimeWindow`].
    #[must_use]
    pub const fn time_window<const B: usize>(
        self,
        window: Duration,
        percent: u8,
        minimum: u16,
    ) -> Config<C, TimeWindow<B>, R> {
        self.made(made::time_window::<C, B>(window, percent, minimum))
    }

    /// So many percent in a moving average over 2*ᵏ* calls, `k` being 1 to 11, of which the half is forgotten in a
    /// half-life of 1 to 2³¹ ticks. The percentage is 1 to what such an average can reach: 99 for `k` up to 5, then 98, 96, 93, 87, 75 and
    /// 50. See [`DecayingRate`].
    #[must_use]
    pub const fn decaying_rate(
        self,
        k: u8,
        percent: u8,
        half_life: Duration,
    ) -> Config<C, DecayingRate, R> {
        self.made(made::decaying_rate::<C>(k, percent, half_life))
    }
}

/// A strategy beside the one that was there, which is told first: whichever opens. See [`Either`] for what fits
/// together.
impl<C: Clock, S: Strategy, R: Copy> Config<C, S, R> {
    /// Any other strategy.
    ///
    /// ```
    /// use mcb::{Config, Consecutive, Debounce, Either, ManualClock};
    ///
    /// // Four in a row, or a count of errors above those of successes.
    /// let config: Config<&ManualClock, Either<Debounce, Consecutive>> =
    ///     Config::new("imu").error_threshold(4).debounce(1, 1).or(Consecutive);
    /// ```
    #[must_use]
    pub const fn or<X: Strategy>(self, strategy: X) -> Config<C, Either<S, X>, R> {
        let strategy = Either::new(self.settings.strategy, strategy);
        self.with(strategy)
    }

    /// Or so many [failures a period](Self::failures_per_period).
    #[must_use]
    pub const fn or_failures_per_period(
        self,
        n: u16,
        period: Duration,
    ) -> Config<C, Either<S, FailuresPerPeriod>, R> {
        self.or_made(made::failures_per_period::<C>(n, period))
    }

    /// Or so many percent [of the last `N` calls](Self::count_window).
    #[must_use]
    pub const fn or_count_window<const N: usize>(
        self,
        percent: u8,
        minimum: u16,
    ) -> Config<C, Either<S, CountWindow<N>>, R>
    where
        Calls<N>: Ring,
    {
        self.or_made(made::count_window(percent, minimum))
    }

    /// Or so many percent [of the calls in a window of time](Self::time_window).
    #[must_use]
    pub const fn or_time_window<const B: usize>(
        self,
        window: Duration,
        percent: u8,
        minimum: u16,
    ) -> Config<C, Either<S, TimeWindow<B>>, R> {
        self.or_made(made::time_window::<C, B>(window, percent, minimum))
    }
}

impl<C: Clock, R: Copy> Config<C, Debounce, R> {
    /// A failure first raises the count to `up_to` if it is below, a success first lowers it to `down_to` if it is
    /// above: 0 to 4,095 each. See [`Debounce`].
    #[must_use]
    pub const fn jumps(self, up_to: u16, down_to: u16) -> Self {
        let strategy = self.settings.strategy;
        self.made(made::jumps(strategy, up_to, down_to))
    }
}

impl<C: Clock, R: Copy> Config<C, Consecutive, R> {
    /// Errors further apart than this do not add up: 1 to 2³¹ ticks. See [`TimedConsecutive`].
    #[must_use]
    pub const fn quiet(self, time: Duration) -> Config<C, TimedConsecutive, R> {
        self.made(made::quiet::<C>(TimedConsecutive::UNTIMED, time))
    }

    /// Errors closer together than this count as one: up to 2³¹ ticks, and less than `quiet`. See [`TimedConsecutive`].
    #[must_use]
    pub const fn lump(self, time: Duration) -> Config<C, TimedConsecutive, R> {
        self.made(made::lump::<C>(TimedConsecutive::UNTIMED, time))
    }
}

impl<C: Clock, R: Copy> Config<C, TimedConsecutive, R> {
    /// Errors further apart than this do not add up: 1 to 2³¹ ticks. See [`TimedConsecutive`].
    #[must_use]
    pub const fn quiet(self, time: Duration) -> Self {
        let strategy = self.settings.strategy;
        self.made(made::quiet::<C>(strategy, time))
    }

    /// Errors closer together than this count as one: up to 2³¹ ticks, and less than `quiet`. See [`TimedConsecutive`].
    #[must_use]
    pub const fn lump(self, time: Duration) -> Self {
        let strategy = self.settings.strategy;
        self.made(made::lump::<C>(strategy, time))
    }
}

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

    /// A strategy that was made of settings, some of which may be refused.
    pub(super) const fn made<S2: Strategy>(mut self, made: Made<S2>) -> Config<C, S2, R> {
        if let Some(refusal) = made.refusal {
            self.settings.fixed.limits.refuse(refusal);
        }
        self.with(made.strategy)
    }

    /// One beside that which was there.
    const fn or_made<S2: Strategy>(self, made: Made<S2>) -> Config<C, Either<S, S2>, R> {
        let strategy = Either::new(self.settings.strategy, made.strategy);
        self.made(Made { strategy, refusal: made.refusal })
    }

    /// Refuses what is out of range.
    pub(super) const fn unless(mut self, kind: Kind, value: u32, least: u32, most: u32) -> Self {
        if let Some(refusal) = kind.unless(value, least, most) {
            self.settings.fixed.limits.refuse(refusal);
        }
        self
    }
}
