//! Errors less successes.

use super::{Kept, Step, Strategy, Time, plain};

/// Opens when errors less successes reach `error_threshold`; the count never falls below 0.
///
/// pycircuitbreaker's `NET_ERROR`. It also opens for a device that fails four times in five, which never
/// fails often enough in a row for [`Consecutive`](super::Consecutive).
///
/// ```
/// # use mcb::{CircuitBreaker, Config, ManualClock, NetError, State};
/// static CLOCK: ManualClock = ManualClock::new();
/// static GPS: CircuitBreaker<&ManualClock, NetError> =
///     CircuitBreaker::new(&Config::new("gps").error_threshold(3).strategy(NetError), &CLOCK);
///
/// for failed in [true, true, false, true] {
///     let _ = GPS.call(|| if failed { Err("framing") } else { Ok(()) });
/// }
/// assert_eq!((GPS.state(), GPS.error_count()), (State::Closed, 2));
/// let _ = GPS.call(|| Err::<(), _>("framing"));
/// assert_eq!(GPS.state(), State::Open);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NetError;

impl Strategy for NetError {
    type Memory = ();
    type Started = ();
    const MEMORY: () = ();
    const FEWER_BITS_DO: bool = true;
    const STAMPS: bool = false;
    const PLAIN: Option<u16> = Some(1);

    #[inline]
    fn record(&self, (): &(), kept: Kept, failed: bool, threshold: u16, _: &impl Time) -> Step {
        plain(kept, failed, threshold, 1)
    }

    #[inline]
    fn error_count(&self, (): &(), kept: Kept, _: &impl Time) -> u16 {
        kept.count
    }
}
