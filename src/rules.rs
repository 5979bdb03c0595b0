//! Which results count.
//!
//! Rules see the whole `Result` of a guarded call and give one of three verdicts, so that an `Ok` can
//! be a failure and an error can be nobody's business. They run after the call and before its
//! outcome is counted, outside any lock; a panic in a rule counts as a failure of the call.

mod kinds;
mod lists;

pub use kinds::{Kind, Kinds};
pub use lists::{Detect, Lists};

use crate::circuit::Circuit;
use crate::hooks::{Cause, Observer};

/// What a result means to the breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Verdict {
    /// The guarded thing works.
    Success,
    /// It does not: one error more.
    Failure,
    /// The result says nothing about it: no counter, state or time moves.
    Ignore,
}

/// Judges the results of guarded calls.
///
/// Ready-made: [`EveryError`], [`Lists`], [`Kinds`] and [`Detect`]. Write your own for anything else;
/// it must be [`Copy`] to be part of a configuration, and an [`Observer`] (an empty `impl` will do).
///
/// ```
/// use mcb::{CircuitBreaker, Config, Consecutive, ManualClock, Observer, Rules, State, Verdict};
///
/// /// A reading below zero is a broken wire, and a busy sensor is no fault.
/// #[derive(Clone, Copy)]
/// struct Wire;
/// #[derive(Debug)]
/// enum Fault { Busy, Bus }
///
/// impl Observer for Wire {}
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
pub trait Rules<T, E>: Observer {
    /// The verdict on one result.
    fn judge(&self, result: &Result<T, E>) -> Verdict;

    /// Runs when a judged result has opened the breaker. By default it tells [`Observer::on_open`] the
    /// cause without its value; override it where the value itself is of interest.
    #[inline]
    fn opened_by(&self, circuit: &dyn Circuit, cause: Cause<'_, T, E>) {
        self.on_open(circuit, cause.kind());
    }
}

/// The default: every `Err` is a failure, every `Ok` a success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct EveryError;

impl EveryError {
    /// An `Ok` for which `detect` is true counts as a failure too; see [`Detect`].
    #[must_use]
    pub const fn detect_error<T>(self, detect: fn(&T) -> bool) -> Detect<T, Self> {
        Detect::new(self, detect)
    }
}

impl Observer for EveryError {}

impl<T, E> Rules<T, E> for EveryError {
    #[inline]
    fn judge(&self, result: &Result<T, E>) -> Verdict {
        match result {
            Ok(_) => Verdict::Success,
            Err(_) => Verdict::Failure,
        }
    }
}
