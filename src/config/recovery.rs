//! How long openings last, and how a breaker comes back.

use core::marker::PhantomData;
use core::time::Duration;

use super::{Config, ConfigErrorKind as Kind, at_least};
use crate::clock::Clock;
use crate::engine::Recover;
use crate::machine::{Limits, Plan, Refusal, Schedule, Seed};
use crate::strategy::Strategy;

/// How long openings last, and what many of them in a row do: a value in the configuration,
/// [`Config::recovery`].
///
/// Without one every opening lasts for the [`recovery_timeout`](Config::recovery_timeout).
///
/// | setting | default | range |
/// |---|---|---|
/// | [`doubling`](Self::doubling), [`growing`](Self::growing) | constant | a factor up to 1,000 %, a cap up to 2³¹ ticks |
/// | [`each`](Self::each) | constant | one to eight durations |
/// | [`jitter`](Self::jitter) | 0 % | 0 to 99 % |
/// | [`reset_time`](Self::reset_time) | each closing | 1 to 2³¹ ticks |
/// | [`lockout`](Self::lockout) | never | 1 to 15 openings in a row |
/// | [`max_wait`](Self::max_wait) | the recovery timeout | up to 2³¹ ticks |
/// | [`start_by_probing`](Self::start_by_probing) | starts closed | |
///
/// An opening draws its duration when it begins and keeps it, so that reads are exact. A duration that is not the
/// recovery timeout is kept in 12 bits: rounded up by at most 0.8 %, never shorter than asked.
///
/// ```
/// use core::time::Duration;
/// use mcb::{CircuitBreaker, Config, ManualClock, Recovery, State};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static MODEM: CircuitBreaker<&ManualClock> = CircuitBreaker::new(
///     &Config::new("modem")
///         .error_threshold(1)
///         .recovery_timeout(Duration::from_secs(1))
///         .recovery(&Recovery::new().doubling(Duration::from_secs(60)).lockout(4)),
///     &CLOCK,
/// );
///
/// let dial = || MODEM.call(|| Err::<(), _>("no carrier"));
/// for seconds in [1, 2, 4] {
///     let _ = dial();
///     CLOCK.advance(Duration::from_secs(seconds) - Duration::from_millis(1));
///     assert_eq!(MODEM.state(), State::Open);
///     CLOCK.advance(Duration::from_millis(64));
///     assert_eq!(MODEM.state(), State::HalfOpen);
/// }
/// let _ = dial(); // the fourth in a row
/// assert_eq!((MODEM.state(), MODEM.retry_after()), (State::LockedOut, None));
/// ```
///
/// # The level
///
/// Openings in a row are counted, up to 15: the *level*. A closing clears it, unless a reset time is set; a reset by hand
/// always does.
///
/// # Wraparound
///
/// With `u32` ticks the time since the last opening comes round after 2³² ticks: a level may then be kept for longer than
/// the reset time says, never for less. With `u64` ticks so may that of an opening that was over in the next such range,
/// once.
pub struct Recovery<C> {
    recover: Recover,
    refusal: Option<Refusal>,
    // A function pointer, so that the clock's auto traits are the breaker's business alone.
    clock: PhantomData<fn() -> C>,
}

impl<C: Clock> Recovery<C> {
    /// Every opening as long as the recovery timeout.
    #[must_use]
    pub const fn new() -> Self {
        Recovery { recover: Recover::new(Plan::NONE), refusal: None, clock: PhantomData }
    }

    /// Each opening in a row twice as long as the one before, up to a cap. The first lasts for the recovery timeout.
    #[must_use]
    pub const fn doubling(self, cap: Duration) -> Self {
        self.growing(200, cap)
    }

    /// Each opening in a row that many percent of the one before, 101 to 1,000, up to a cap that is not below the
    /// recovery timeout. The first lasts for the recovery timeout.
    #[must_use]
    pub const fn growing(mut self, percent: u16, cap: Duration) -> Self {
        let cap = at_least::<C>(cap);
        let factor = (percent as u32 * 65_536).div_ceil(100);
        self.recover.plan.schedule = Schedule::Growing { factor, cap };
        self.unless(Kind::Growth, percent as u32, 101, 1_000)
    }

    /// The first opening in a row lasts for the first of these durations, the second for the second; the last repeats.
    /// They take the place of the recovery timeout. A recloser's shots: `[500 ms, 15 s, 45 s]`.
    #[must_use]
    pub const fn each(mut self, durations: &[Duration]) -> Self {
        const MOST: usize = 8;
        let shots =
            if durations.len() > u8::MAX as usize { u8::MAX } else { durations.len() as u8 };
        self = self.unless(Kind::Shots, shots as u32, 1, MOST as u32);
        let mut ticks = [0; MOST];
        let mut i = 0;
        while i < durations.len() && i < MOST {
            ticks[i] = at_least::<C>(durations[i]);
            self = self.unless(Kind::OpenDuration, ticks[i], 1, Limits::LONGEST);
            i += 1;
        }
        self.recover.plan.schedule = Schedule::Shots { ticks, shots };
        self
    }

    /// Up to that many percent on top of each opening, 0 to 99, drawn anew for each from the id, the seed, the level and
    /// the tick. It comes on top of a cap too, where it is wanted most: those that failed together then ask apart.
    #[must_use]
    pub const fn jitter(mut self, percent: u8) -> Self {
        self.recover.plan.jitter = (percent as u32 * 65_536) / 100;
        self.unless(Kind::Jitter, percent as u32, 0, 99)
    }

    /// Where the draws of the jitter begin: a number of each device's own, for a fleet whose breakers have the same ids.
    #[must_use]
    pub const fn seed(mut self, seed: u32) -> Self {
        self.recover.plan.seed = Seed::Number(seed);
        self
    }

    /// The same from a function, asked at each opening, that reads the chip's serial number, say.
    #[must_use]
    pub const fn seed_from(mut self, seed: fn() -> u32) -> Self {
        self.recover.plan.seed = Seed::Function(seed);
        self
    }

    /// The level survives a closing, and falls by one for each such time closed; what an opening lasted longer than the
    /// schedule says counts as closed. It falls when the breaker opens again, so that a healthy call writes nothing.
    #[must_use]
    pub const fn reset_time(mut self, time: Duration) -> Self {
        self.recover.plan.reset_time = at_least::<C>(time);
        let ticks = self.recover.plan.reset_time;
        self.unless(Kind::ResetTime, ticks, 1, Limits::LONGEST)
    }

    /// The opening of that number in a row, 1 to 15, is the last: it stays [`LockedOut`](crate::State::LockedOut) until
    /// somebody resets or forces it. No more traffic on the bus, no more power. With a reset time what flaps is
    /// locked out too.
    #[must_use]
    pub const fn lockout(mut self, openings: u8) -> Self {
        self.recover.plan.lockout = openings;
        self.unless(Kind::Lockout, openings as u32, 1, 15)
    }

    /// The longest opening that a result ([`Rules::open_for`](crate::Rules::open_for)) or a hand
    /// ([`open_for`](crate::CircuitBreaker::open_for)) may ask for, from the recovery timeout to 2³¹ ticks: without it
    /// they get no more than the schedule gives.
    #[must_use]
    pub const fn max_wait(mut self, wait: Duration) -> Self {
        self.recover.plan.max_wait = at_least::<C>(wait);
        let ticks = self.recover.plan.max_wait;
        self.unless(Kind::MaxWait, ticks, 1, Limits::LONGEST)
    }

    /// Nothing is known when it is made: the first call is a probe, with its recovery step. So what is dead at boot and
    /// what died later are one path, and setting a device up is the step that brings it back. It reads
    /// [`HalfOpen`](crate::State::HalfOpen), with no errors and no opening; a reset goes to `Closed`.
    ///
    /// ```
    /// use mcb::{CircuitBreaker, Config, ManualClock, Recovery, State};
    ///
    /// fn set_up(_: &'static str) -> bool { true /* the sensor answers */ }
    /// static CLOCK: ManualClock = ManualClock::new();
    /// static IMU: CircuitBreaker<&ManualClock> = CircuitBreaker::new(
    ///     &Config::new("imu")
    ///         .before_probe(set_up)
    ///         .recovery(&Recovery::new().start_by_probing()),
    ///     &CLOCK,
    /// );
    ///
    /// assert_eq!((IMU.state(), IMU.error_count()), (State::HalfOpen, 0));
    /// assert_eq!(IMU.call(|| Ok::<_, ()>(42)), Ok(42)); // set up first
    /// assert_eq!(IMU.state(), State::Closed);
    /// ```
    #[must_use]
    pub const fn start_by_probing(mut self) -> Self {
        self.recover.plan.start_by_probing = true;
        self
    }

    const fn unless(mut self, kind: Kind, value: u32, least: u32, most: u32) -> Self {
        if self.refusal.is_none() {
            self.refusal = kind.unless(value, least, most);
        }
        self
    }
}

impl<C: Clock> Default for Recovery<C> {
    fn default() -> Self {
        Recovery::new()
    }
}

impl<C> Clone for Recovery<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Recovery<C> {}

impl<C> core::fmt::Debug for Recovery<C> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Plan { schedule, jitter, max_wait, reset_time, lockout, start_by_probing, .. } =
            &self.recover.plan;
        f.debug_struct("Recovery")
            .field("schedule", schedule)
            .field("jitter", jitter)
            .field("max_wait", max_wait)
            .field("reset_time", reset_time)
            .field("lockout", lockout)
            .field("start_by_probing", start_by_probing)
            .finish_non_exhaustive()
    }
}

impl<C: Clock, S: Strategy, R> Config<C, S, R> {
    /// How long openings last, and what many of them in a row do; see [`Recovery`]. No part of the breaker's type.
    ///
    /// It must live as long as the program, as hooks must: in a `static`, `&Recovery::new().doubling(cap)` does. A clock
    /// that is borrowed for less cannot be named in one.
    #[must_use]
    pub const fn recovery(mut self, recovery: &'static Recovery<C>) -> Self {
        if let Some(refusal) = recovery.refusal {
            self.settings.fixed.limits.refuse(refusal);
        }
        self.settings.fixed.recovers_by(&recovery.recover);
        self
    }

    /// [`recovery`](Self::recovery) by value, from settings that are read at run time. Needs the feature `std`.
    #[cfg(feature = "std")]
    #[must_use]
    pub const fn with_recovery(mut self, recovery: Recovery<C>) -> Self {
        if let Some(refusal) = recovery.refusal {
            self.settings.fixed.limits.refuse(refusal);
        }
        self.settings.fixed.owns_recovery(recovery.recover);
        self
    }
}

/// What of a plan does not fit to the recovery timeout.
pub(super) const fn refusal(plan: &Plan, recovery_timeout: u32) -> Option<Refusal> {
    if let Schedule::Growing { cap, .. } = plan.schedule {
        let refusal = Kind::Cap.unless(cap, recovery_timeout, Limits::LONGEST);
        if refusal.is_some() {
            return refusal;
        }
    }
    match plan.max_wait {
        0 => None,
        wait => Kind::MaxWait.unless(wait, recovery_timeout, Limits::LONGEST),
    }
}
