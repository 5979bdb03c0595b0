//! Rules by predicates.

use super::{Detect, Reporting, Rules, Verdict};

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

    /// Shows `report` each result that opens the breaker; see [`Reporting`].
    #[must_use]
    pub const fn reporting<F>(self, report: F) -> Reporting<F, Self> {
        Reporting::new(self, report)
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

impl<E, const B: usize, const W: usize> core::fmt::Debug for Lists<E, B, W> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Lists<{B}, {W}>")
    }
}

impl<T, E, const B: usize, const W: usize> Rules<T, E> for Lists<E, B, W> {
    #[inline]
    fn judge(&self, result: &Result<T, E>) -> Verdict {
        judge(result, &self.blacklist, &self.whitelist, |predicate, error| predicate(error))
    }
}
