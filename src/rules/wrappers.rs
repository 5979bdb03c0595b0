//! Rules around rules.

use core::time::Duration;

use super::{EveryError, Rules, Verdict};

/// Rules under which an `Ok` can be a failure: a status 500, a reading out of range.
///
/// The caller gets the value in any case. Everything else is up to the rules inside.
///
/// ```
/// use mcb::{CircuitBreaker, Config, Consecutive, Detect, EveryError, ManualClock, State};
///
/// fn is_server_error(status: &u16) -> bool { *status >= 500 }
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static WEB: CircuitBreaker<&ManualClock, Consecutive, Detect<u16>> = CircuitBreaker::new(
///     &Config::new("web").error_threshold(1).rules(EveryError.detect_error(is_server_error)),
///     &CLOCK,
/// );
///
/// assert_eq!(WEB.call(|| Ok::<_, ()>(404)), Ok(404));
/// assert_eq!(WEB.call(|| Ok::<_, ()>(503)), Ok(503));
/// assert_eq!(WEB.state(), State::Open);
/// ```
pub struct Detect<T, R = EveryError> {
    pub(crate) rules: R,
    detect: fn(&T) -> bool,
}

impl<T, R> Detect<T, R> {
    /// `detect` for what is `Ok`, `rules` for the rest.
    #[must_use]
    pub const fn new(rules: R, detect: fn(&T) -> bool) -> Self {
        Detect { rules, detect }
    }

    /// Shows `report` each result that opens the breaker; see [`Reporting`].
    #[must_use]
    pub const fn reporting<F>(self, report: F) -> Reporting<F, Self> {
        Reporting::new(self, report)
    }
}

impl<T, R: Copy> Clone for Detect<T, R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T, R: Copy> Copy for Detect<T, R> {}

impl<T, R: core::fmt::Debug> core::fmt::Debug for Detect<T, R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Detect").field("rules", &self.rules).finish_non_exhaustive()
    }
}

#[deny(clippy::missing_trait_methods)]
impl<T, E, R: Rules<T, E>> Rules<T, E> for Detect<T, R> {
    #[inline]
    fn judge(&self, result: &Result<T, E>) -> Verdict {
        match result {
            Ok(value) if (self.detect)(value) => Verdict::Failure,
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

/// Rules that show a function the very result that opened the breaker, with the breaker's id.
///
/// Hooks know no types, as one breaker guards calls of any; a breaker with these rules guards only calls whose results
/// `report` takes. In a `static` it is a function pointer, which has a name.
///
/// ```
/// use mcb::{CircuitBreaker, Config, Consecutive, EveryError, ManualClock, Reporting};
///
/// type Read = Result<u16, &'static str>;
/// type Report = fn(&'static str, &Read);
/// fn show(id: &'static str, result: &Read) {
///     println!("{id} opened: {result:?}");
/// }
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static IMU: CircuitBreaker<&ManualClock, Consecutive, Reporting<Report>> = CircuitBreaker::new(
///     &Config::new("imu").error_threshold(1).rules(EveryError.reporting(show as Report)),
///     &CLOCK,
/// );
/// let _ = IMU.call(|| Err::<u16, _>("nack"));
/// ```
#[derive(Clone, Copy)]
pub struct Reporting<F, R = EveryError> {
    pub(crate) rules: R,
    report: F,
}

impl<F, R> Reporting<F, R> {
    /// `rules` judge, `report` is shown what opens the breaker.
    #[must_use]
    pub const fn new(rules: R, report: F) -> Self {
        Reporting { rules, report }
    }
}

// Functions and closures do not show themselves.
impl<F, R: core::fmt::Debug> core::fmt::Debug for Reporting<F, R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Reporting").field("rules", &self.rules).finish_non_exhaustive()
    }
}

#[deny(clippy::missing_trait_methods)]
impl<T, E, F, R> Rules<T, E> for Reporting<F, R>
where
    F: Fn(&'static str, &Result<T, E>),
    R: Rules<T, E>,
{
    #[inline]
    fn judge(&self, result: &Result<T, E>) -> Verdict {
        self.rules.judge(result)
    }

    #[inline]
    fn open_for(&self, result: &Result<T, E>) -> Option<Duration> {
        self.rules.open_for(result)
    }

    #[inline]
    fn opened_by(&self, id: &'static str, result: &Result<T, E>) {
        self.rules.opened_by(id, result);
        (self.report)(id, result);
    }
}
