//! Time as a counter that is only ever subtracted.
//!
//! A breaker asks its clock for the present tick when time decides something: in the failure that
//! opens it, and in every call and read while it is open or half-open. A healthy call does not ask.
//!
//! | clock | feature | ticks | `HZ` | longest timeout | wraps after |
//! |---|---|---|---|---|---|
//! | [`ManualClock`] | – | `u32` | a parameter, 1,000 by default | 24.8 days | 49.7 days |
//! | [`FnClock`] | – | `u32` or `u64` | a parameter | 2³¹ ticks | 2³² ticks of `u32`; `u64` does not |
//! | [`CachedClock`] | – | `u32` | the other clock's | 2³¹ ticks | 2³² ticks |
//! | `StdClock` | `std` | `u64` | 1,000 | 24.8 days | does not |
//! | `EmbeddedTime` | `embedded-time` | `u32` | the clock's | 2³¹ ticks | 2³² ticks |
//! | `Fugit` | `fugit`, `fugit-03` | `u32` or `u64` | the instant's | 2³¹ ticks | 2³² ticks of `u32`; `u64` does not |
//! | `RticTime` | `rtic-time` | `u32` or `u64` | the instant's | 2³¹ ticks | 2³² ticks of `u32`; `u64` does not |
//! | `EmbassyTime` | `embassy-time` | `u64` | `TICK_HZ`, 1,000,000 by default | 35.7 minutes | does not |
//! | `QuantaClock` | `quanta` | `u64` | 1,000,000 | 35.7 minutes | does not |
//!
//! 2³¹ ticks are 24.8 days at 1 kHz, 18.2 hours at 32,768 Hz, 35.7 minutes at 1 MHz, 17.8 s at 120 MHz.
//!
//! # Resolution
//!
//! A counter that has just been read may be about to move, so that the time from one reading to another is up to a tick
//! shorter than their difference. No timeout that is given as a duration is shorter than asked for: it is rounded up to
//! whole ticks, and [`Clock::RESOLUTION`] is added. One that is given in ticks is taken as it is.
//!
//! # Wraparound
//!
//! Stamps are 32 bits wide, also for `u64` ticks, and an age is the difference of a reading and a stamp. One in the
//! top 2¹⁶ ticks of the range counts as 0: the stamp is slightly newer than the reading, left by an interrupt.
//!
//! - **`u32` ticks** wrap, and may at any moment. The age of a stamp comes round with them: an opening that nobody asked
//!   about for a whole range of 2³² ticks reads `Open` once more, for one timeout and the 2¹⁶ ticks before it, and a
//!   probe's slot may be held once more likewise. No hook is told of it.
//! - **`u64` ticks** do not wrap within a breaker's life. Beside its stamps the breaker keeps the upper half of the last
//!   one, in 4 bytes, and so knows a stamp that is older than the range, however long nobody asked.

mod cached;
#[cfg(feature = "embassy-time")]
mod embassy_time;
#[cfg(feature = "embedded-time")]
mod embedded_time;
#[cfg(any(feature = "fugit", feature = "fugit-03"))]
mod fugit;
mod function;
mod manual;
#[cfg(feature = "quanta")]
mod quanta;
#[cfg(feature = "rtic-time")]
mod rtic_time;
#[cfg(feature = "std")]
mod std;

#[cfg(feature = "embassy-time")]
pub use self::embassy_time::EmbassyTime;
#[cfg(feature = "embedded-time")]
pub use self::embedded_time::EmbeddedTime;
#[cfg(any(feature = "fugit", feature = "fugit-03"))]
pub use self::fugit::Fugit;
#[cfg(feature = "quanta")]
pub use self::quanta::QuantaClock;
#[cfg(feature = "rtic-time")]
pub use self::rtic_time::RticTime;
#[cfg(feature = "std")]
pub use self::std::StdClock;
pub use cached::CachedClock;
pub use function::FnClock;
pub use manual::ManualClock;

pub use crate::ticks::Ticks;

/// A source of ticks.
///
/// Infallible: a source that can fail or stop returns its last value. Time stands still then, and an
/// open breaker stays open until it moves.
///
/// ```
/// use mcb::Clock;
///
/// /// A SysTick that an interrupt counts, 1 kHz.
/// struct SysTick;
/// static TICKS: core::sync::atomic::AtomicU32 = core::sync::atomic::AtomicU32::new(0);
///
/// impl Clock for SysTick {
///     type Ticks = u32;
///     const HZ: u32 = 1_000;
///     fn now(&self) -> u32 {
///         TICKS.load(core::sync::atomic::Ordering::Relaxed)
///     }
/// }
/// # assert_eq!(SysTick.now(), 0);
/// ```
///
/// # Interrupts
///
/// `now` is called from wherever the breaker is used, interrupts included. It is never called with
/// interrupts masked by the breaker.
pub trait Clock {
    /// `u32` or `u64`. The counter wraps at the end of this type's range, not before.
    type Ticks: Ticks;

    /// Ticks a second, at least 1.
    const HZ: u32;

    /// By how many ticks a reading may be behind the moment: 1 for a counter that goes on between two ticks, as
    /// nearly all do. Durations become that many ticks more, so that nothing is shorter than asked for.
    ///
    /// 0 for a clock that stands still until it is moved, as [`ManualClock`] does and a clock of your own tests may;
    /// more for a counter that moves by several ticks at once, such as a 24-bit counter that is shifted up
    /// (see [`FnClock`]).
    const RESOLUTION: u32 = 1;

    /// The present tick.
    fn now(&self) -> Self::Ticks;
}

impl<C: Clock + ?Sized> Clock for &C {
    type Ticks = C::Ticks;
    const HZ: u32 = C::HZ;
    const RESOLUTION: u32 = C::RESOLUTION;

    #[inline]
    fn now(&self) -> C::Ticks {
        (**self).now()
    }
}

/// A clock that several breakers own together.
#[cfg(feature = "std")]
impl<C: Clock + ?Sized> Clock for ::std::sync::Arc<C> {
    type Ticks = C::Ticks;
    const HZ: u32 = C::HZ;
    const RESOLUTION: u32 = C::RESOLUTION;

    #[inline]
    fn now(&self) -> C::Ticks {
        (**self).now()
    }
}

/// The rate of ticks of `numerator / denominator` seconds, refusing what a breaker would count wrongly.
#[cfg(any(feature = "embedded-time", feature = "fugit", feature = "fugit-03"))]
const fn hz(numerator: u64, denominator: u64) -> u32 {
    assert!(
        numerator != 0 && denominator.is_multiple_of(numerator),
        "the clock's ticks must be a whole number a second"
    );
    let hz = denominator / numerator;
    assert!(hz >= 1 && hz <= u32::MAX as u64, "the clock's ticks must be 1 to 2^32 - 1 a second");
    hz as u32
}
