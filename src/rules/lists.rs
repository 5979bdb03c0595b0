use super::{EveryError, Rules, Verdict};
use crate::circuit::Circuit;
use crate::hooks::{Cause, Observer, Transition};

/// Errors that count and errors that do not, by predicates; the sizes are part of the type.
///
/// An error counts if no predicate of the whitelist holds and (the blacklist is empty or one of its
/// predicates holds). The whitelist wins. What does not count is [`Verdict::Ignore`].
///
/// ```
/// use mcb::{CircuitBreaker, Config, Lists, ManualClock, NetError};
///
/// #[derive(Clone, Copy, PartialEq, Debug)]
/// enum GpsError { Timeout, NoFix }
/// fn is_timeout(error: &GpsError) -> bool { *error == GpsError::Timeout }
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static GPS: CircuitBreaker<&ManualClock, NetError, Lists<GpsError, 1, 0>> = CircuitBreaker::new(
///     &Config::new("gps").strategy(NetError).rules(Lists::new().blacklist([is_timeout])),
///     &CLOCK,
/// );
///
/// let _ = GPS.call(|| Err::<(), _>(GpsError::NoFix));
/// assert_eq!(GPS.error_count(), 0);
/// let _ = GPS.call(|| Err::<(), _>(GpsError::Timeout));
/// assert_eq!(GPS.error_count(), 1);
/// ```
#[derive(Debug)]
pub struct Lists<E, const B: usize, const W: usize> {
    blacklist: [fn(&E) -> bool; B],
    whitelist: [fn(&E) -> bool; W],
}

impl<E> Lists<E, 0, 0> {
    /// Empty lists: every error counts.
    #[must_use]
    pub const fn new() -> Self {
        Lists { blacklist: [], whitelist: [] }
    }
}

impl<E, const B: usize, const W: usize> Lists<E, B, W> {
    /// Only these errors count.
    #[must_use]
    pub const fn blacklist<const N: usize>(self, errors: [fn(&E) -> bool; N]) -> Lists<E, N, W> {
        Lists { blacklist: errors, whitelist: self.whitelist }
    }

    /// These errors do not count, even when they are blacklisted.
    #[must_use]
    pub const fn whitelist<const N: usize>(self, errors: [fn(&E) -> bool; N]) -> Lists<E, B, N> {
        Lists { blacklist: self.blacklist, whitelist: errors }
    }

    /// An `Ok` for which `detect` is true counts as a failure too; see [`Detect`].
    #[must_use]
    pub const fn detect_error<T>(self, detect: fn(&T) -> bool) -> Detect<T, Self> {
        Detect::new(self, detect)
    }
}

/// The precedence that pycircuitbreaker has, for predicates and kinds alike.
#[inline]
pub(super) fn judge<T, E, M>(
    result: &Result<T, E>,
    blacklist: &[M],
    whitelist: &[M],
    matches: impl Fn(&M, &E) -> bool,
) -> Verdict {
    let listed = |list: &[M], error: &E| list.iter().any(|entry| matches(entry, error));
    match result {
        Ok(_) => Verdict::Success,
        Err(error) if listed(whitelist, error) => Verdict::Ignore,
        Err(error) if blacklist.is_empty() || listed(blacklist, error) => Verdict::Failure,
        Err(_) => Verdict::Ignore,
    }
}

impl<E> Default for Lists<E, 0, 0> {
    fn default() -> Self {
        Lists::new()
    }
}

// Derives would ask the same of `E`, which is behind a function pointer.
impl<E, const B: usize, const W: usize> Clone for Lists<E, B, W> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E, const B: usize, const W: usize> Copy for Lists<E, B, W> {}

#[cfg(feature = "defmt")]
impl<E, const B: usize, const W: usize> defmt::Format for Lists<E, B, W> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Lists<{=usize}, {=usize}>", B, W);
    }
}

impl<E, const B: usize, const W: usize> Observer for Lists<E, B, W> {}

impl<T, E, const B: usize, const W: usize> Rules<T, E> for Lists<E, B, W> {
    #[inline]
    fn judge(&self, result: &Result<T, E>) -> Verdict {
        judge(result, &self.blacklist, &self.whitelist, |predicate, error| predicate(error))
    }
}

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
#[derive(Debug)]
pub struct Detect<T, R = EveryError> {
    rules: R,
    detect: fn(&T) -> bool,
}

impl<T, R> Detect<T, R> {
    /// `detect` for what is `Ok`, `rules` for the rest.
    #[must_use]
    pub const fn new(rules: R, detect: fn(&T) -> bool) -> Self {
        Detect { rules, detect }
    }
}

impl<T, R: Copy> Clone for Detect<T, R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T, R: Copy> Copy for Detect<T, R> {}

#[cfg(feature = "defmt")]
impl<T, R: defmt::Format> defmt::Format for Detect<T, R> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Detect({})", self.rules);
    }
}

impl<T, R: Observer> Observer for Detect<T, R> {
    fn on_open(&self, circuit: &dyn Circuit, cause: Cause<'_>) {
        self.rules.on_open(circuit, cause);
    }

    fn on_close(&self, circuit: &dyn Circuit) {
        self.rules.on_close(circuit);
    }

    fn on_transition(&self, circuit: &dyn Circuit, transition: Transition) {
        self.rules.on_transition(circuit, transition);
    }

    fn before_probe(&self, circuit: &dyn Circuit) -> bool {
        self.rules.before_probe(circuit)
    }
}

impl<T, E, R: Rules<T, E>> Rules<T, E> for Detect<T, R> {
    #[inline]
    fn judge(&self, result: &Result<T, E>) -> Verdict {
        match result {
            Ok(value) if (self.detect)(value) => Verdict::Failure,
            result => self.rules.judge(result),
        }
    }

    #[inline]
    fn opened_by(&self, circuit: &dyn Circuit, cause: Cause<'_, T, E>) {
        self.rules.opened_by(circuit, cause);
    }
}
