//! What a guarded call returns when it gives no value.

use core::fmt;
use core::time::Duration;

/// A time left, in ticks of the breaker's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Wait {
    ticks: u32,
    hz: u32,
}

impl Wait {
    /// `ticks` of a clock that ticks `hz` times a second.
    #[must_use]
    pub const fn new(ticks: u32, hz: u32) -> Self {
        Wait { ticks, hz }
    }

    /// Ticks of the breaker's clock: the cheap form on a small processor.
    #[must_use]
    pub const fn ticks(self) -> u32 {
        self.ticks
    }

    /// Ticks a second of the breaker's clock.
    #[must_use]
    pub const fn hz(self) -> u32 {
        self.hz
    }

    /// Nothing left: a call may pass now.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.ticks == 0
    }

    /// Rounded up to whole nanoseconds, so that who waits for it is not early.
    ///
    /// ```
    /// # use core::time::Duration;
    /// assert_eq!(mcb::Wait::new(1_500, 1_000).as_duration(), Duration::from_millis(1_500));
    /// ```
    #[must_use]
    pub const fn as_duration(self) -> Duration {
        if self.hz == 0 {
            return Duration::ZERO;
        }
        let (ticks, hz) = (self.ticks as u64, self.hz as u64);
        // At most 2^32 * 10^9, which fits.
        Duration::from_nanos((ticks * 1_000_000_000).div_ceil(hz))
    }
}

/// Seconds, to the millisecond above: `1.5 s`, `30 s`, `0.001 s`.
impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As `as_duration` rounds: no wait is told shorter than it is.
        let millis = match u64::from(self.hz) {
            0 => 0,
            hz => (u64::from(self.ticks) * 1_000).div_ceil(hz),
        };
        let (seconds, millis) = (millis / 1_000, millis % 1_000);
        match millis {
            0 => write!(f, "{seconds} s"),
            m if m % 100 == 0 => write!(f, "{seconds}.{} s", m / 100),
            m if m % 10 == 0 => write!(f, "{seconds}.{:02} s", m / 10),
            m => write!(f, "{seconds}.{m:03} s"),
        }
    }
}

/// The breaker let nothing through; the guarded function did not run.
///
/// ```
/// use mcb::{Rejected, Wait};
/// let rejected = Rejected { id: "imu", retry_after: Some(Wait::new(1_500, 1_000)), error_count: 3 };
/// assert_eq!(rejected.to_string(), "circuit imu is open, retry in 1.5 s (3 errors)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Rejected {
    /// The breaker that rejected.
    pub id: &'static str,
    /// When the next call may pass, one tick if only this one had to be rejected. While probes are under way this is an upper bound: a probe that
    /// ends sooner opens the way sooner. `None` where only a hand can tell, after `force_open`.
    pub retry_after: Option<Wait>,
    /// The errors that opened it, and one more for each failed recovery.
    pub error_count: u16,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rejected { id, retry_after, error_count } = self;
        let Some(wait) = retry_after else {
            return write!(f, "circuit {id} is forced open");
        };
        let s = if *error_count == 1 { "" } else { "s" };
        if wait.is_zero() {
            return write!(f, "circuit {id} is open, retry now ({error_count} error{s})");
        }
        write!(f, "circuit {id} is open, retry in {wait} ({error_count} error{s})")
    }
}

impl core::error::Error for Rejected {}

/// Why a guarded call gave no value.
///
/// There is deliberately no `From`: whether `?` should turn a rejection into your own error, and into
/// which, is yours to say, with [`into_result`](Self::into_result) or a `match`.
///
/// ```
/// use mcb::Error;
///
/// #[derive(Debug, PartialEq)]
/// enum Fault { Bus(u8), Unavailable }
///
/// fn flat(result: Result<u16, Error<u8>>) -> Result<u16, Fault> {
///     result.map_err(|error| match error {
///         Error::Inner(code) => Fault::Bus(code),
///         Error::Rejected(_) => Fault::Unavailable,
///     })
/// }
/// assert_eq!(flat(Err(Error::Inner(7))), Err(Fault::Bus(7)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Error<E> {
    /// The breaker is open, or its probes are all under way.
    Rejected(Rejected),
    /// The guarded function's own error.
    Inner(E),
}

impl<E> Error<E> {
    /// Did the guarded function not run?
    #[must_use]
    pub const fn is_rejected(&self) -> bool {
        matches!(self, Error::Rejected(_))
    }

    /// The rejection, if it is one.
    #[must_use]
    pub const fn rejected(&self) -> Option<&Rejected> {
        match self {
            Error::Rejected(rejected) => Some(rejected),
            Error::Inner(_) => None,
        }
    }

    /// The guarded function's error, if it ran.
    #[must_use]
    pub const fn inner(&self) -> Option<&E> {
        match self {
            Error::Rejected(_) => None,
            Error::Inner(error) => Some(error),
        }
    }

    /// The guarded function's error by value, if it ran.
    #[must_use]
    pub fn into_inner(self) -> Option<E> {
        match self {
            Error::Rejected(_) => None,
            Error::Inner(error) => Some(error),
        }
    }

    /// The guarded function's error, or the rejection as an `Err`: what `?` needs to handle the one
    /// and pass on the other.
    ///
    /// # Errors
    ///
    /// The [`Rejected`], when the guarded function did not run.
    pub fn into_result(self) -> Result<E, Rejected> {
        match self {
            Error::Rejected(rejected) => Err(rejected),
            Error::Inner(error) => Ok(error),
        }
    }

    /// Another inner error, the same rejection.
    pub fn map_inner<F>(self, f: impl FnOnce(E) -> F) -> Error<F> {
        match self {
            Error::Rejected(rejected) => Error::Rejected(rejected),
            Error::Inner(error) => Error::Inner(f(error)),
        }
    }
}

impl<E: fmt::Display> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Rejected(rejected) => rejected.fmt(f),
            Error::Inner(error) => error.fmt(f),
        }
    }
}

/// Transparent: an inner error shows itself and its own source.
impl<E: core::error::Error> core::error::Error for Error<E> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Error::Rejected(_) => None,
            Error::Inner(error) => error.source(),
        }
    }
}
