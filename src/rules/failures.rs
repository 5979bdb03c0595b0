//! Rules for failures that say more than that they are failures.

use core::time::Duration;

use super::{EveryError, Reporting, Rules, Verdict};

/// Rules under which some errors open the breaker at once, whatever was counted: a wrong chip id, a password that is
/// refused. A [`Verdict::Fatal`].
///
/// ```
/// use mcb::{CircuitBreaker, Config, Consecutive, EveryError, Fatal, ManualClock, State};
///
/// #[derive(Debug)]
/// enum Fault { Nack, WrongChip }
/// fn is_final(fault: &Fault) -> bool { matches!(fault, Fault::WrongChip) }
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static IMU: CircuitBreaker<&ManualClock, Consecutive, Fatal<Fault>> =
///     CircuitBreaker::new(&Config::new("imu").rules(EveryError.fatal(is_final)), &CLOCK);
///
/// let _ = IMU.call(|| Err::<(), _>(Fault::Nack));
/// assert_eq!(IMU.state(), State::Closed);
/// let _ = IMU.call(|| Err::<(), _>(Fault::WrongChip));
/// assert_eq!(IMU.state(), State::Open);
/// ```
pub struct Fatal<E, R = EveryError> {
    pub(crate) rules: R,
    fatal: fn(&E) -> bool,
}

impl<E, R> Fatal<E, R> {
    /// `fatal` for what is final, `rules` for the rest.
    #[must_use]
    pub const fn new(rules: R, fatal: fn(&E) -> bool) -> Self {
        Fatal { rules, fatal }
    }

    /// Shows `report` each result that opens the breaker; see [`Reporting`].
    #[must_use]
    pub const fn reporting<F>(self, report: F) -> Reporting<F, Self> {
        Reporting::new(self, report)
    }
}

impl<E, R: Copy> Clone for Fatal<E, R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E, R: Copy> Copy for Fatal<E, R> {}

impl<E, R: core::fmt::Debug> core::fmt::Debug for Fatal<E, R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Fatal").field("rules", &self.rules).finish_non_exhaustive()
    }
}

#[deny(clippy::missing_trait_methods)]
impl<T, E, R: Rules<T, E>> Rules<T, E> for Fatal<E, R> {
    #[inline]
    fn judge(&self, result: &Result<T, E>) -> Verdict {
        match result {
            Err(error) if (self.fatal)(error) => Verdict::Fatal,
            result => self.rules.judge(result),
        }
    }

    #[inline]
    fn open_for(&self, result: &Result<T, E>) -> Option<Duration> {
        self.rules.open_for(result)
    }

    #[inline]
    fn opened_by(&self, id: &'static str, result: &Result<T, E>) {
        self.rules.opened_by(id, result);
    }
}

/// Rules that ask each failure for how long it will last: a response 429 or 503 with `Retry-After`.
///
/// Where the function answers, the breaker opens at once, for at least that long; at most for
/// [`Recovery::max_wait`](crate::Recovery::max_wait), which is the recovery timeout unless it is set. An answer of zero
/// opens it as any failure would that reaches the threshold.
///
/// ```
/// use core::time::Duration;
/// use mcb::{
///     CircuitBreaker, Config, Consecutive, EveryError, ManualClock, Recovery, RetryAfter, State,
/// };
///
/// #[derive(Debug)]
/// struct Busy { seconds: Option<u64> }
/// type Answer = Result<(), Busy>;
/// fn wait(answer: &Answer) -> Option<Duration> {
///     answer.as_ref().err()?.seconds.map(Duration::from_secs)
/// }
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static API: CircuitBreaker<&ManualClock, Consecutive, RetryAfter<fn(&Answer) -> Option<Duration>>> =
///     CircuitBreaker::new(
///         &Config::new("api")
///             .recovery(&Recovery::new().max_wait(Duration::from_secs(300)))
///             .rules(EveryError.retry_after(wait as fn(&Answer) -> _)),
///         &CLOCK,
///     );
///
/// let _ = API.call(|| Err(Busy { seconds: None })); // counted
/// assert_eq!(API.state(), State::Closed);
/// let _ = API.call(|| Err(Busy { seconds: Some(120) }));
/// CLOCK.advance(Duration::from_secs(119));
/// assert_eq!(API.state(), State::Open);
/// CLOCK.advance(Duration::from_secs(2));
/// assert_eq!(API.state(), State::HalfOpen);
/// ```
#[derive(Clone, Copy)]
pub struct RetryAfter<F, R = EveryError> {
    pub(crate) rules: R,
    wait: F,
}

impl<F, R> RetryAfter<F, R> {
    /// `rules` judge, `wait` is asked of failures.
    #[must_use]
    pub const fn new(rules: R, wait: F) -> Self {
        RetryAfter { rules, wait }
    }
}

// Functions and closures do not show themselves.
impl<F, R: core::fmt::Debug> core::fmt::Debug for RetryAfter<F, R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RetryAfter").field("rules", &self.rules).finish_non_exhaustive()
    }
}

#[deny(clippy::missing_trait_methods)]
impl<T, E, F, R> Rules<T, E> for RetryAfter<F, R>
where
    F: Fn(&Result<T, E>) -> Option<Duration>,
    R: Rules<T, E>,
{
    #[inline]
    fn judge(&self, result: &Result<T, E>) -> Verdict {
        self.rules.judge(result)
    }

    #[inline]
    fn open_for(&self, result: &Result<T, E>) -> Option<Duration> {
        (self.wait)(result).or_else(|| self.rules.open_for(result))
    }

    #[inline]
    fn opened_by(&self, id: &'static str, result: &Result<T, E>) {
        self.rules.opened_by(id, result);
    }
}
