//! What a guarded call returns when it gives no value.

use core::fmt;

use crate::state::State;
use crate::wait::Wait;

/// The breaker let nothing through; the guarded function did not run.
///
/// ```
/// use mcb::{Rejected, State, Wait};
/// let rejected = Rejected::new("imu", State::Open, Some(Wait::new(1_500, 1_000)), 3);
/// assert_eq!(rejected.to_string(), "circuit imu is open, retry in 1.5 s (3 errors)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Rejected {
    /// The breaker that rejected.
    pub id: &'static str,
    /// The state in which it did: `Open`, `HalfOpen` with all probes under way, or `ForcedOpen`. (Where a recovery
    /// step failed and somebody has moved the breaker meanwhile, the state after that.)
    pub state: State,
    /// When the next call may pass; zero where it may at once, and only this one had to be rejected. While probes
    /// are under way this is an upper bound: a probe that ends sooner opens the way sooner. So it is where a recovery
    /// step failed and another probe opened the breaker during it. `None` where only a hand can tell, after
    /// `force_open`.
    pub retry_after: Option<Wait>,
    /// The errors that opened it, and one more for each failed recovery.
    pub error_count: u16,
}

impl Rejected {
    /// A rejection, as a test of your own code may need it.
    #[must_use]
    pub const fn new(
        id: &'static str,
        state: State,
        retry_after: Option<Wait>,
        error_count: u16,
    ) -> Self {
        Rejected { id, state, retry_after, error_count }
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rejected { id, state, retry_after, error_count } = self;
        write!(f, "circuit {id} is {state}")?;
        match retry_after {
            None => return Ok(()),
            Some(wait) if wait.is_zero() => f.write_str(", retry now")?,
            Some(wait) => write!(f, ", retry in {wait}")?,
        }
        let s = if *error_count == 1 { "" } else { "s" };
        write!(f, " ({error_count} error{s})")
    }
}

impl core::error::Error for Rejected {}

/// Why a guarded call gave no value.
///
/// # Passing it on
///
/// `?` turns it into `Box<dyn Error>`, `anyhow::Error` and their like, also where `E` is such a box itself. What it
/// shows is what `E` shows, or the rejection. [`convert`](Self::convert) turns it into an error of your own,
/// with every source of `E` behind it. There is deliberately no `From<Error<E>>` for `E`: a rejection must
/// become something, too.
///
/// ```
/// use mcb::{Error, Rejected};
///
/// #[derive(Debug, PartialEq)]
/// enum Fault { Bus(u8), Unavailable(Rejected) }
/// impl From<u8> for Fault {
///     fn from(code: u8) -> Self { Fault::Bus(code) }
/// }
/// impl From<Rejected> for Fault {
///     fn from(rejected: Rejected) -> Self { Fault::Unavailable(rejected) }
/// }
///
/// fn flat(result: Result<u16, Error<u8>>) -> Result<u16, Fault> {
///     Ok(result.map_err(Error::convert::<Fault>)?)
/// }
/// assert_eq!(flat(Err(Error::Inner(7))), Err(Fault::Bus(7)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Error<E> {
    /// The breaker is open, or its probes are all under way.
    Rejected(Rejected),
    /// The guarded function's own error.
    Inner(E),
}

impl<E> Error<E> {
    /// Whether the guarded function did not run.
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

    /// An error that can be made of either, `result.map_err(Error::convert::<MyError>)`: what was inside arrives as
    /// it was, with its type and all its sources.
    ///
    /// ```
    /// use mcb::{CircuitBreaker, Config, Error, ManualClock};
    /// # static CLOCK: ManualClock = ManualClock::new();
    /// # static DISK: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("disk"), &CLOCK);
    /// type Boxed = Box<dyn std::error::Error + Send + Sync>;
    ///
    /// fn read() -> Result<String, Boxed> {
    ///     DISK.call(|| std::fs::read_to_string("/no such file")).map_err(Error::convert)
    /// }
    /// assert!(read().unwrap_err().downcast_ref::<std::io::Error>().is_some());
    /// ```
    pub fn convert<X: From<Rejected> + From<E>>(self) -> X {
        match self {
            Error::Rejected(rejected) => rejected.into(),
            Error::Inner(error) => error.into(),
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

/// Transparent: an inner error shows itself.
///
/// `E` need not be an error, since `anyhow::Error` and `Box<dyn Error>` are none, and so its own sources cannot be
/// asked for in general. They can where `E` is a box of the standard library or a `std::io::Error` (feature
/// `std`); for all else [`convert`](Error::convert) keeps them.
impl<E: fmt::Debug + fmt::Display + 'static> core::error::Error for Error<E> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Error::Rejected(_) => None,
            Error::Inner(error) => known::source(error),
        }
    }
}

#[cfg(not(feature = "std"))]
pub(crate) mod known {
    use core::any::Any;
    use core::error::Error;

    pub(crate) fn source(_: &dyn Any) -> Option<&(dyn Error + 'static)> {
        None
    }
}

/// The sources of what the standard library has for any error.
#[cfg(feature = "std")]
pub(crate) mod known {
    use core::any::Any;
    use std::boxed::Box;
    use std::error::Error;

    pub(crate) fn source(error: &dyn Any) -> Option<&(dyn Error + 'static)> {
        if let Some(error) = error.downcast_ref::<Box<dyn Error + Send + Sync>>() {
            return error.source();
        }
        if let Some(error) = error.downcast_ref::<Box<dyn Error + Send>>() {
            return error.source();
        }
        if let Some(error) = error.downcast_ref::<Box<dyn Error>>() {
            return error.source();
        }
        error.downcast_ref::<std::io::Error>().and_then(Error::source)
    }
}
