//! What a breaker is told: limits, names, rules and hooks, built and checked while compiling.

#[cfg(feature = "std")]
mod chosen;
mod error;
#[cfg(feature = "server")]
mod hosted;
mod made;
mod recovery;
mod strategies;

use core::marker::PhantomData;
use core::time::Duration;

pub use error::{ConfigError, ConfigErrorKind};
pub use recovery::Recovery;

use crate::clock::Clock;
use crate::engine::Fixed;
use crate::machine::Limits;
use crate::observe::Observer;
use crate::rules::EveryError;
use crate::strategy::{Consecutive, Strategy};
use crate::ticks::ticks;
use crate::verdict::Verdict;

/// The configuration of a breaker: a `const` builder, to be kept in flash.
///
/// The clock `C` is inferred from the breaker that it is given to; the builder needs it to turn every
/// duration into ticks at once, rounding up. What is out of range is refused by the breaker's
/// constructor, so that a bad value in a `static` does not compile and names its field.
///
/// | setting | default | range |
/// |---|---|---|
/// | the id | – | 1 to 255 bytes |
/// | [`error_threshold`](Self::error_threshold) | 5 | 1 to 4,096 |
/// | [`recovery_timeout`](Self::recovery_timeout) | 30 s | 1 to 2³¹ ticks |
/// | [`recovery_threshold`](Self::recovery_threshold) | 1 | 1 to 32 |
/// | [`max_probes`](Self::max_probes) | 1 | 1 to 15 |
/// | [`probe_timeout`](Self::probe_timeout) | the recovery timeout | 1 to 2³¹ ticks |
/// | [`dropped`](Self::dropped) | [`Verdict::Ignore`] | `Ignore` or `Failure` |
/// | [`strategy`](Self::strategy), or by a method of its own | [`Consecutive`] | |
/// | [`rules`](Self::rules) | [`EveryError`] | |
/// | [`hooks`](Self::hooks), [`observer`](Self::observer) | none | |
/// | [`before_probe`](Self::before_probe) | none | |
///
/// What runs in each call, strategy and rules, is part of the breaker's type; the rest is not.
///
/// ```
/// use core::time::Duration;
/// use mcb::{CircuitBreaker, Config, ManualClock};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static IMU: CircuitBreaker<&ManualClock> = CircuitBreaker::new(
///     &Config::new("imu")
///         .error_threshold(3)
///         .recovery_timeout(Duration::from_millis(500)),
///     &CLOCK,
/// );
/// # assert_eq!(IMU.id(), "imu");
/// ```
///
/// # Errors
///
/// In a `static` or `const`, a value out of range does not compile:
///
/// ```compile_fail
/// # use mcb::{CircuitBreaker, Config, FnClock};
/// static IMU: CircuitBreaker<FnClock<u32, 1_000>> =
///     CircuitBreaker::new(&Config::new("imu").error_threshold(0), FnClock::new(|| 0));
/// // error[E0080]: ... circuit imu: error_threshold is 0, must be 1 to 4096
/// ```
///
/// ```compile_fail
/// # use core::time::Duration;
/// # use mcb::{CircuitBreaker, Config, FnClock};
/// // 30 s do not fit below 2^31 ticks of 168 MHz
/// static IMU: CircuitBreaker<FnClock<u32, 168_000_000>> =
///     CircuitBreaker::new(&Config::new("imu"), FnClock::new(|| 0));
/// // error[E0080]: ... circuit imu: recovery_timeout (default 30 s) is 4294967295 ticks or more, must be 1 to 2147483648
/// ```
pub struct Config<C, S = Consecutive, R = EveryError> {
    pub(crate) settings: Settings<S, R>,
    // A function pointer, so that the clock's auto traits are the breaker's business alone.
    clock: PhantomData<fn() -> C>,
}

/// A configuration whose durations have become ticks: it no longer names the clock.
#[derive(Clone, Copy)]
pub(crate) struct Settings<S, R> {
    pub(crate) fixed: Fixed,
    pub(crate) strategy: S,
    pub(crate) rules: R,
}

impl<C: Clock> Config<C> {
    /// The defaults, under an id.
    #[must_use]
    pub const fn new(id: &'static str) -> Self {
        let fixed = Fixed::new(id);
        let settings = Settings { fixed, strategy: Consecutive, rules: EveryError };
        Config { settings, clock: PhantomData }.recovery_timeout(Duration::from_secs(30))
    }

    /// The defaults, under a new random id (UUID version 4), as pycircuitbreaker does when
    /// none is given. Needs the feature `uuid`.
    ///
    /// Ids are `&'static str`, so these 36 bytes stay for as long as the program runs: name the
    /// breakers that come and go.
    ///
    /// ```
    /// # use mcb::{Config, StdClock};
    /// let config: Config<StdClock> = Config::generated();
    /// assert_eq!(config.get_id().len(), 36);
    /// ```
    ///
    /// # Panics
    ///
    /// When the operating system gives no random numbers.
    #[cfg(feature = "uuid")]
    #[must_use]
    pub fn generated() -> Self {
        extern crate std;
        use std::string::ToString;
        Config::new(uuid::Uuid::new_v4().to_string().leak())
    }
}

impl<C: Clock, S: Strategy, R> Config<C, S, R> {
    /// Names the breaker anew.
    #[must_use]
    pub const fn id(mut self, id: &'static str) -> Self {
        self.settings.fixed.id = id;
        self
    }

    /// The limits, unless one was refused: then they tell of that.
    const fn limits(&mut self) -> Option<&mut Limits> {
        let limits = &mut self.settings.fixed.limits;
        if limits.refusal().is_some() { None } else { Some(limits) }
    }

    /// The id that the breaker will have.
    #[must_use]
    pub const fn get_id(&self) -> &'static str {
        self.settings.fixed.id
    }

    /// How many errors open it, as the strategy counts them: 1 to 4,096.
    #[must_use]
    pub const fn error_threshold(mut self, errors: u16) -> Self {
        if let Some(limits) = self.limits() {
            limits.error_threshold = errors;
        }
        self
    }

    /// How many successful probes close it: 1 to 32.
    #[must_use]
    pub const fn recovery_threshold(mut self, successes: u8) -> Self {
        self.settings.fixed.limits.recovery_threshold = successes;
        self
    }

    /// How long it stays open before the first probe, never shorter: 1 to 2³¹ ticks. It is rounded up to whole
    /// ticks, and the clock's [`RESOLUTION`](Clock::RESOLUTION) added.
    ///
    /// At run time on a small processor prefer [`recovery_timeout_ticks`](Self::recovery_timeout_ticks):
    /// it needs no division.
    #[must_use]
    pub const fn recovery_timeout(self, timeout: Duration) -> Self {
        self.recovery_timeout_ticks(at_least::<C>(timeout))
    }

    /// [`recovery_timeout`](Self::recovery_timeout) in ticks of the clock, just as many: of `n` ticks of a counter up to
    /// one may have passed already when it opens.
    #[must_use]
    pub const fn recovery_timeout_ticks(mut self, ticks: u32) -> Self {
        if let Some(limits) = self.limits() {
            limits.set_recovery_timeout(ticks);
        }
        self
    }

    /// How many probes may be under way at a time: 1 to 15.
    #[must_use]
    pub const fn max_probes(mut self, probes: u8) -> Self {
        if let Some(limits) = self.limits() {
            // Here, since a larger number could be taken for the mark of a refusal.
            match ConfigErrorKind::MaxProbes.unless(probes as u32, 1, Limits::MOST_PROBES as u32) {
                Some(refusal) => limits.refuse(refusal),
                None => limits.max_probes = probes,
            }
        }
        self
    }

    /// How long a probe holds its slot before the slot may pass on to another call, never shorter: 1 to 2³¹ ticks, as
    /// for [`recovery_timeout`](Self::recovery_timeout). Give it more than the guarded call and
    /// its recovery step ever take when they work.
    #[must_use]
    pub const fn probe_timeout(self, timeout: Duration) -> Self {
        self.probe_timeout_ticks(at_least::<C>(timeout))
    }

    /// [`probe_timeout`](Self::probe_timeout) in ticks of the clock.
    #[must_use]
    pub const fn probe_timeout_ticks(mut self, ticks: u32) -> Self {
        if let Some(limits) = self.limits() {
            limits.set_probe_timeout(ticks);
        }
        self
    }

    /// What it means when a permit or a guarded future is dropped without a result:
    /// [`Verdict::Ignore`] (default) or [`Verdict::Failure`].
    ///
    /// Choose `Failure` where calls are cancelled *because* they take too long, as in
    /// `timeout(breaker.call_async(f))`; with the timeout inside (see
    /// [`call_async`](crate::CircuitBreaker::call_async)) its error is judged like any other and the default
    /// is right.
    #[must_use]
    pub const fn dropped(mut self, verdict: Verdict) -> Self {
        self.settings.fixed.limits.dropped = verdict;
        self
    }

    /// Who is told when the state changes: [`Hooks`](crate::Hooks), a `static` of your own, or several as a pair. No
    /// part of the breaker's type. Given twice, the last one counts. For who wants to know of each call see
    /// [`observer`](Self::observer).
    ///
    /// It must live as long as the program. In a `static`, `&Hooks::new().on_open(report)` does; for what holds a
    /// channel or an `Arc` see `CircuitBreaker::with_hooks` (feature `std`).
    #[must_use]
    pub const fn hooks(mut self, observer: &'static (dyn Observer + Sync)) -> Self {
        self.settings.fixed.observed_by(observer);
        self
    }

    /// A step before the first probe of each recovery, in the call that will be that probe: the moment to
    /// free a bus or to power-cycle a sensor. It is told the breaker's id. With `max_probes` above 1 other
    /// probes may run meanwhile, and after a probe timeout in any case. `false` means that it did not help: that
    /// is a failed probe, with [`Cause::Recovery`](crate::Cause::Recovery), and the call is rejected. It runs
    /// once a recovery, also where a hook panics when it is told that the recovery begins.
    ///
    /// A step that needs the device in its hands goes with the call instead: [`call_on`](crate::CircuitBreaker::call_on).
    #[must_use]
    pub const fn before_probe(mut self, step: fn(&'static str) -> bool) -> Self {
        self.settings.fixed.before_probe = Some(step);
        self
    }
}

/// `duration` in ticks, and what a reading may be behind; too much for any setting where it does not fit.
const fn at_least<C: Clock>(duration: Duration) -> u32 {
    match ticks(duration, C::HZ) {
        // No time is refused, rather than made to be some.
        0 => 0,
        ticks => ticks.saturating_add(C::RESOLUTION),
    }
}

impl<C: Clock, S: Strategy, R: Copy> Config<C, S, R> {
    /// Another [strategy](crate::strategy). Give it before rules that are not [`Copy`].
    #[must_use]
    pub const fn strategy<S2: Strategy>(self, strategy: S2) -> Config<C, S2, R> {
        let Settings { mut fixed, rules, .. } = self.settings;
        if fixed.limits.refusal().is_none() {
            fixed.limits.down = match S2::PLAIN {
                Some(down) => down,
                None => 0,
            };
        }
        Config { settings: Settings { fixed, strategy, rules }, clock: PhantomData }
    }
}

impl<C: Clock, S: Strategy> Config<C, S> {
    /// [Rules](crate::rules): which results count. There are none yet where this can be called; given again they would
    /// take the place of the first ones unseen, so that this does not compile:
    ///
    /// ```compile_fail,E0599
    /// # use mcb::{Config, EveryError, Lists, ManualClock};
    /// let config = Config::<&ManualClock>::new("imu").rules(Lists::<u8, 0, 0>::new()).rules(EveryError);
    /// ```
    #[must_use]
    pub const fn rules<R>(self, rules: R) -> Config<C, S, R> {
        let Settings { fixed, strategy, .. } = self.settings;
        Config { settings: Settings { fixed, strategy, rules }, clock: PhantomData }
    }
}

impl<C, S: Copy, R: Copy> Clone for Config<C, S, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C, S: Copy, R: Copy> Copy for Config<C, S, R> {}

// An observer need not show itself.
impl<C, S: core::fmt::Debug, R: core::fmt::Debug> core::fmt::Debug for Config<C, S, R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Settings { fixed, strategy, rules } = &self.settings;
        f.debug_struct("Config")
            .field("id", &fixed.id)
            .field("limits", &fixed.limits)
            .field("strategy", strategy)
            .field("rules", rules)
            .finish_non_exhaustive()
    }
}
