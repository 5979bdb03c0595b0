//! Rules by kinds of errors.

use super::lists::judge;
use super::{Detect, Reporting, Rules, Verdict};

/// A kind of error, as `std::io` and the embedded buses have them.
///
/// `std::io::ErrorKind` (feature `std`), the kinds of embedded-hal's I²C, SPI and digital errors (feature
/// `embedded-hal`), of embedded-io's (features `embedded-io`, `embedded-io-06`) and of flash's (feature
/// `embedded-storage`) are kinds. For more on an I²C NACK that
/// only means "not ready yet" see the example `nack`.
///
/// Implemented on the *kind* rather than on the error, since one error type may belong to several
/// families (embedded-hal's I²C and SPI, say), each with a kind of its own.
pub trait Kind<E: ?Sized>: Copy {
    /// Is `error` of this kind, or of one that this kind includes?
    fn includes(&self, error: &E) -> bool;
}

#[cfg(feature = "std")]
impl Kind<std::io::Error> for std::io::ErrorKind {
    #[inline]
    fn includes(&self, error: &std::io::Error) -> bool {
        error.kind() == *self
    }
}

#[cfg(feature = "embedded-hal")]
mod embedded_hal;
#[cfg(any(feature = "embedded-io", feature = "embedded-io-06"))]
mod embedded_io;
#[cfg(feature = "embedded-storage")]
mod embedded_storage;

/// Errors that count and errors that do not, by their [`Kind`]; the sizes are part of the type.
///
/// The precedence is that of [`Lists`](super::Lists): the whitelist wins, and an empty blacklist
/// means every error that is not whitelisted.
///
#[cfg_attr(feature = "std", doc = "```")]
#[cfg_attr(not(feature = "std"), doc = "```ignore (std::io needs the feature std)")]
/// use std::io::{Error, ErrorKind};
/// use mcb::{CircuitBreaker, Config, Consecutive, Kinds, ManualClock};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static DISK: CircuitBreaker<&ManualClock, Consecutive, Kinds<ErrorKind, 0, 1>> =
///     CircuitBreaker::new(
///         &Config::new("disk").rules(Kinds::new().whitelist([ErrorKind::NotFound])),
///         &CLOCK,
///     );
///
/// let _ = DISK.call(|| Err::<(), _>(Error::from(ErrorKind::NotFound)));
/// assert_eq!(DISK.error_count(), 0);
/// let _ = DISK.call(|| Err::<(), _>(Error::from(ErrorKind::TimedOut)));
/// assert_eq!(DISK.error_count(), 1);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Kinds<K, const B: usize, const W: usize> {
    pub(crate) blacklist: [K; B],
    pub(crate) whitelist: [K; W],
}

impl<K: Copy> Kinds<K, 0, 0> {
    /// Empty lists: every error counts.
    #[must_use]
    pub const fn new() -> Self {
        Kinds { blacklist: [], whitelist: [] }
    }
}

impl<K: Copy> Default for Kinds<K, 0, 0> {
    fn default() -> Self {
        Kinds::new()
    }
}

impl<K: Copy, const B: usize, const W: usize> Kinds<K, B, W> {
    /// Only errors of these kinds count.
    #[must_use]
    pub const fn blacklist<const N: usize>(self, kinds: [K; N]) -> Kinds<K, N, W> {
        Kinds { blacklist: kinds, whitelist: self.whitelist }
    }

    /// Errors of these kinds do not count, even when they are blacklisted.
    #[must_use]
    pub const fn whitelist<const N: usize>(self, kinds: [K; N]) -> Kinds<K, B, N> {
        Kinds { blacklist: self.blacklist, whitelist: kinds }
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

impl<T, E, K: Kind<E>, const B: usize, const W: usize> Rules<T, E> for Kinds<K, B, W> {
    #[inline]
    fn judge(&self, result: &Result<T, E>) -> Verdict {
        judge(result, &self.blacklist, &self.whitelist, K::includes)
    }
}
