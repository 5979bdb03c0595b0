//! Which results count.
//!
//! Rules see the whole `Result` of a guarded call and give one of three verdicts, so that an `Ok` can
//! be a failure and an error can be nobody's business. They run after the call and before its
//! outcome is counted, outside any lock; a panic in a rule counts as a failure of the call.

use core::time::Duration;

mod failures;
mod kinds;
mod lists;
mod wrappers;

pub use failures::{Fatal, RetryAfter};
pub use kinds::{Kind, Kinds};
pub use lists::Lists;
pub use wrappers::{Detect, Reporting};

pub use crate::verdict::Verdict;

/// Judges the results of guarded calls.
///
/// Ready-made: [`EveryError`], [`Lists`], [`Kinds`] and [`Detect`]. Write your own for anything else. In a `static`
/// they must be [`Copy`]; a breaker that is made at run time takes them by value, whatever they hold.
///
/// ```
/// use mcb::{CircuitBreaker, Config, Consecutive, ManualClock, Rules, State, Verdict};
///
/// /// A reading below zero is a broken wire, and a busy sensor is no fault.
/// #[derive(Clone, Copy)]
/// struct Wire;
/// #[derive(Debug)]
/// enum Fault { Busy, Bus }
///
/// impl Rules<i16, Fault> for Wire {
///     fn judge(&self, result: &Result<i16, Fault>) -> Verdict {
///         match result {
///             Ok(value) if *value < 0 => Verdict::Failure,
///             Ok(_) => Verdict::Success,
///             Err(Fault::Busy) => Verdict::Ignore,
///             Err(Fault::Bus) => Verdict::Failure,
///         }
///     }
/// }
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static LEVEL: CircuitBreaker<&ManualClock, Consecutive, Wire> =
///     CircuitBreaker::new(&Config::new("level").error_threshold(2).rules(Wire), &CLOCK);
///
/// let _ = LEVEL.call(|| Err(Fault::Busy));
/// let _ = LEVEL.call(|| Err(Fault::Bus));
/// assert_eq!(LEVEL.error_count(), 1);
/// assert_eq!(LEVEL.call(|| Ok(-7)).unwrap(), -7); // the caller gets it all the same
/// assert_eq!(LEVEL.state(), State::Open);
/// ```
pub trait Rules<T, E> {
    /// The verdict on one result.
    fn judge(&self, result: &Result<T, E>) -> Verdict;

    /// For how long the result itself says that the thing will not work, as a response 429 or 503 does by its header
    /// `Retry-After`. Asked of failures alone; where there is an answer the breaker opens at once, for at least that
    /// long, within [`Recovery::max_wait`](crate::Recovery::max_wait). Nothing by default.
    ///
    /// Rounded up to a millisecond, and to a tick. [`RetryAfter`] puts a function here.
    #[inline]
    fn open_for(&self, result: &Result<T, E>) -> Option<Duration> {
        let _ = result;
        None
    }

    /// The judged result has just opened the breaker of that id. Nothing by default; it stands here since rules alone
    /// know the types of what a breaker guards. It runs after [`Observer::on_open`](crate::Observer::on_open).
    ///
    /// [`Reporting`] puts a function here.
    #[inline]
    fn opened_by(&self, id: &'static str, result: &Result<T, E>) {
        let _ = (id, result);
    }
}

/// A function that judges is rules too, and so is a closure, where its argument says its type:
///
/// ```
/// use mcb::{CircuitBreaker, Config, ManualClock, State, Verdict};
///
/// fn in_range(result: &Result<u16, &'static str>) -> Verdict {
///     match result {
///         Ok(0..4_000) => Verdict::Success,
///         _ => Verdict::Failure,
///     }
/// }
/// type InRange = fn(&Result<u16, &'static str>) -> Verdict;
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static LEVEL: CircuitBreaker<&ManualClock, mcb::Consecutive, InRange> = CircuitBreaker::new(
///     &Config::new("level").error_threshold(1).rules(in_range as InRange),
///     &CLOCK,
/// );
/// assert_eq!(LEVEL.call(|| Ok(4_095)), Ok(4_095));
/// assert_eq!(LEVEL.state(), State::Open);
/// ```
impl<T, E, F: Fn(&Result<T, E>) -> Verdict> Rules<T, E> for F {
    #[inline]
    fn judge(&self, result: &Result<T, E>) -> Verdict {
        self(result)
    }
}

/// The default: every `Err` is a failure, every `Ok` a success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EveryError;

impl EveryError {
    /// An `Ok` for which `detect` is true counts as a failure too; see [`Detect`].
    #[must_use]
    pub const fn detect_error<T>(self, detect: fn(&T) -> bool) -> Detect<T, Self> {
        Detect::new(self, detect)
    }

    /// An error for which `fatal` is true opens the breaker at once; see [`Fatal`].
    #[must_use]
    pub const fn fatal<E>(self, fatal: fn(&E) -> bool) -> Fatal<E, Self> {
        Fatal::new(self, fatal)
    }

    /// Asks `wait` of each failure for how long it will last; see [`RetryAfter`].
    #[must_use]
    pub const fn retry_after<F>(self, wait: F) -> RetryAfter<F, Self> {
        RetryAfter::new(self, wait)
    }

    /// Shows `report` each result that opens the breaker; see [`Reporting`].
    #[must_use]
    pub const fn reporting<F>(self, report: F) -> Reporting<F, Self> {
        Reporting::new(self, report)
    }
}

impl<T, E> Rules<T, E> for EveryError {
    #[inline]
    fn judge(&self, result: &Result<T, E>) -> Verdict {
        match result {
            Ok(_) => Verdict::Success,
            Err(_) => Verdict::Failure,
        }
    }
}
