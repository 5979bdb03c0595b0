//! The clock of embassy-time.

use embassy_time_driver::TICK_HZ;

use super::Clock;

/// The clock of embassy-time, from whichever driver the application links. Of no size, fit for a
/// `static`.
///
/// `HZ` is embassy's `TICK_HZ`, which the application or its HAL chooses by a feature `tick-hz-…`; above
/// 2³² − 1 it is refused while compiling. The longest timeout is 2³¹ ticks: 35.7 minutes at embassy's
/// default of 1 MHz, 18.2 hours at 32,768 Hz, 24.8 days at 1 kHz.
///
/// ```
/// use core::time::Duration;
/// use mcb::{CircuitBreaker, Config, EmbassyTime};
/// # use embassy_time as _; // links a driver
///
/// static IMU: CircuitBreaker<EmbassyTime> = CircuitBreaker::new(
///     &Config::new("imu").recovery_timeout(Duration::from_millis(500)),
///     EmbassyTime,
/// );
/// assert!(IMU.call(|| Ok::<_, ()>(1)).is_ok());
/// ```
///
/// # Interrupts
///
/// Embassy's drivers may be read from anywhere. One whose hardware is not set up yet returns 0: time
/// stands still.
///
/// # Linking
///
/// Without a driver the linker misses `_embassy_time_now`. No compare-and-swap is asked of the processor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EmbassyTime;

impl Clock for EmbassyTime {
    type Ticks = u64;
    const HZ: u32 = {
        assert!(TICK_HZ <= u32::MAX as u64, "embassy's TICK_HZ must be at most 2^32 - 1");
        TICK_HZ as u32
    };

    #[inline]
    fn now(&self) -> u64 {
        embassy_time_driver::now()
    }
}
