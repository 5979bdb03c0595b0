//! A clock from a function.

use super::{Clock, Ticks};

/// A clock from a function that returns ticks, `HZ` of them a second.
///
/// ```
/// use core::time::Duration;
/// use mcb::{CircuitBreaker, Config, FnClock};
///
/// fn cycles() -> u32 { 42 } // a timer's register, say
///
/// static ADC: CircuitBreaker<FnClock<u32, 1_000_000>> = CircuitBreaker::new(
///     &Config::new("adc").recovery_timeout(Duration::from_millis(20)),
///     FnClock::new(cycles),
/// );
/// # assert!(ADC.call(|| Ok::<_, ()>(1)).is_ok());
/// ```
///
/// # Wraparound
///
/// The function must use the whole range of `T`. A narrower counter is shifted up, and its rate with it, so that both
/// wrap together; `RESOLUTION`, 1 by default, is then the width of a step. The 24 bits of an nRF's RTC at 32,768 Hz:
///
/// ```
/// use mcb::{Clock, FnClock};
///
/// # fn rtc_counter() -> u32 { 0x00FF_FFFF }
/// type Rtc = FnClock<u32, { 32_768 << 8 }, { 1 << 8 }>;
/// let rtc = Rtc::new(|| rtc_counter() << 8); // wraps every 512 s, as the counter does
/// assert_eq!(rtc.now(), 0xFFFF_FF00);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FnClock<T, const HZ: u32, const RESOLUTION: u32 = 1> {
    now: fn() -> T,
}

impl<T: Ticks, const HZ: u32, const RESOLUTION: u32> FnClock<T, HZ, RESOLUTION> {
    /// A clock whose ticks are what `now` returns.
    #[must_use]
    pub const fn new(now: fn() -> T) -> Self {
        FnClock { now }
    }
}

impl<T: Ticks, const HZ: u32, const RESOLUTION: u32> Clock for FnClock<T, HZ, RESOLUTION> {
    type Ticks = T;
    const HZ: u32 = HZ;
    const RESOLUTION: u32 = RESOLUTION;

    #[inline]
    fn now(&self) -> T {
        (self.now)()
    }
}
