//! A clock over fugit's instants.

use fugit::Instant;
use fugit::kind::Kind;

use super::{Clock, hz};

/// A clock over a function that returns a [`fugit::Instant`] of `u32` or `u64` ticks, wrapping or
/// monotonic.
///
/// `HZ` is its `DENOM / NOM`, which must be a whole number of 1 to 2³² − 1: anything else is refused
/// while compiling. The longest timeout is 2³¹ ticks: 35.7 minutes at 1 MHz, 24.8 days at 1 kHz.
///
/// ```
/// use core::time::Duration;
/// use fugit::WrappingTimerInstantU32;
/// use mcb::{CircuitBreaker, Clock, Config, Fugit};
///
/// type Instant = WrappingTimerInstantU32<1_000_000>;
///
/// fn now() -> Instant {
///     Instant::from_ticks(42) // a timer's register, say
/// }
///
/// static ADC: CircuitBreaker<Fugit<Instant>> = CircuitBreaker::new(
///     &Config::new("adc").recovery_timeout(Duration::from_millis(20)),
///     Fugit::new(now),
/// );
/// assert!(ADC.call(|| Ok::<_, ()>(1)).is_ok());
/// assert_eq!(<Fugit<Instant> as Clock>::HZ, 1_000_000);
/// ```
///
/// A tick of ⅔ s does not compile:
///
/// ```compile_fail,E0080
/// # use mcb::{Clock, Fugit};
/// type Instant = fugit::WrappingInstant<u32, 2, 3>;
/// assert_eq!(<Fugit<Instant> as Clock>::HZ, 1);
/// ```
///
/// # Wraparound
///
/// The function must use the whole range of its ticks, whatever kind of instant it returns: a 24-bit
/// timer needs its overflows counted.
#[derive(Clone, Copy, Debug)]
pub struct Fugit<I> {
    now: fn() -> I,
}

impl<I> Fugit<I> {
    /// A clock whose ticks are those of what `now` returns.
    #[must_use]
    pub const fn new(now: fn() -> I) -> Self {
        Fugit { now }
    }
}

impl<const NOM: u64, const DENOM: u64, K: Kind> Clock for Fugit<Instant<u32, NOM, DENOM, K>> {
    type Ticks = u32;
    const HZ: u32 = hz(NOM, DENOM);

    #[inline]
    fn now(&self) -> u32 {
        (self.now)().as_ticks()
    }
}

impl<const NOM: u64, const DENOM: u64, K: Kind> Clock for Fugit<Instant<u64, NOM, DENOM, K>> {
    type Ticks = u64;
    const HZ: u32 = hz(NOM, DENOM);

    #[inline]
    fn now(&self) -> u64 {
        (self.now)().as_ticks()
    }
}
