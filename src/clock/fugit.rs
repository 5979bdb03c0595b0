//! A clock over fugit's instants, in both of its versions that are in use.

use super::{Clock, hz};

/// A clock over a function that returns a `fugit::Instant` of `u32` or `u64` ticks: of fugit 0.6, wrapping or monotonic
/// (feature `fugit`), or of fugit 0.3, which most HALs have (feature `fugit-03`).
///
/// `HZ` is its `DENOM / NOM`, which must be a whole number of 1 to 2³² − 1: anything else is refused
/// while compiling. The longest timeout is 2³¹ ticks: 35.7 minutes at 1 MHz, 24.8 days at 1 kHz.
///
#[cfg_attr(feature = "fugit", doc = "```")]
#[cfg_attr(not(feature = "fugit"), doc = "```ignore (needs the feature fugit)")]
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
#[cfg_attr(feature = "fugit", doc = "```compile_fail,E0080")]
#[cfg_attr(not(feature = "fugit"), doc = "```ignore (needs the feature fugit)")]
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

/// One version, one width: its kinds of instants, if it has any, the width of its rate, and how it gives its ticks.
macro_rules! clock {
    ($feature:literal, $instant:ty, [$($kind:tt)*], $rate:ty, $ticks:ty, $get:ident) => {
        #[cfg(feature = $feature)]
        impl<const NOM: $rate, const DENOM: $rate, $($kind)*> Clock for Fugit<$instant> {
            type Ticks = $ticks;
            const HZ: u32 = hz(NOM as u64, DENOM as u64);

            #[inline]
            fn now(&self) -> $ticks {
                (self.now)().$get()
            }
        }
    };
}

clock!("fugit", fugit::Instant<u32, NOM, DENOM, K>, [K: fugit::kind::Kind], u64, u32, as_ticks);
clock!("fugit", fugit::Instant<u64, NOM, DENOM, K>, [K: fugit::kind::Kind], u64, u64, as_ticks);
clock!("fugit-03", fugit_03::Instant<u32, NOM, DENOM>, [], u32, u32, ticks);
clock!("fugit-03", fugit_03::Instant<u64, NOM, DENOM>, [], u32, u64, ticks);
