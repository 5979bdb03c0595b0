//! Errors in a row.

use super::{Kept, Step, Strategy, Time, plain};

/// Opens after `error_threshold` errors in a row; one success clears the count.
///
/// The default, and pycircuitbreaker's `SINGLE_RESET`. The right choice for a device that works or does not.
///
/// ```
/// # use mcb::{CircuitBreaker, Config, ManualClock, State};
/// static CLOCK: ManualClock = ManualClock::new();
/// static IMU: CircuitBreaker<&ManualClock> =
///     CircuitBreaker::new(&Config::new("imu").error_threshold(2), &CLOCK);
///
/// let _ = IMU.call(|| Err::<(), _>("nack"));
/// let _ = IMU.call(|| Ok::<_, &str>(())); // clears the count
/// let _ = IMU.call(|| Err::<(), _>("nack"));
/// assert_eq!(IMU.state(), State::Closed);
/// let _ = IMU.call(|| Err::<(), _>("nack"));
/// assert_eq!(IMU.state(), State::Open);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consecutive;

impl Strategy for Consecutive {
    type Memory = ();
    type Started = ();
    const MEMORY: () = ();
    const FEWER_BITS_DO: bool = true;
    const STAMPS: bool = false;
    const PLAIN: Option<u16> = Some(u16::MAX);

    #[inline]
    fn record(&self, (): &(), kept: Kept, failed: bool, threshold: u16, _: &impl Time) -> Step {
        plain(kept, failed, threshold, u16::MAX)
    }

    #[inline]
    fn error_count(&self, (): &(), kept: Kept, _: &impl Time) -> u16 {
        kept.count
    }
}
