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
/// The function must use the whole range of `T`: a 24-bit timer needs its overflows counted.
#[derive(Clone, Copy, Debug)]
pub struct FnClock<T, const HZ: u32> {
    now: fn() -> T,
}

impl<T: Ticks, const HZ: u32> FnClock<T, HZ> {
    /// Ticks are what `now` returns.
    #[must_use]
    pub const fn new(now: fn() -> T) -> Self {
        FnClock { now }
    }
}

impl<T: Ticks, const HZ: u32> Clock for FnClock<T, HZ> {
    type Ticks = T;
    const HZ: u32 = HZ;

    #[inline]
    fn now(&self) -> T {
        (self.now)()
    }
}

#[cfg(feature = "defmt")]
impl<T, const HZ: u32> defmt::Format for FnClock<T, HZ> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "FnClock<{=u32}>", HZ);
    }
}
