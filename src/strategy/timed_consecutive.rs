//! Errors in a row, by the time between them.

use super::{Fingerprint, Kept, Step, Strategy, Time};

/// Opens after `error_threshold` errors in a row, of which those too far apart do not add up and those too close
/// together count as one; what [`Config::quiet`](crate::Config::quiet) and [`Config::lump`](crate::Config::lump) make of
/// [`Consecutive`](super::Consecutive).
///
/// *Quiet*: an error that comes more than this time after the last one that counted is the first again. *Lump*: one that
/// comes less than that time after it is the same fault seen again, by ten tasks that wait for one bus, say. A success
/// clears all.
///
/// The clock is read for each error.
///
/// ```
/// use core::time::Duration;
/// use mcb::{CircuitBreaker, Config, ManualClock, State, TimedConsecutive};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static IMU: CircuitBreaker<&ManualClock, TimedConsecutive> = CircuitBreaker::new(
///     &Config::new("imu")
///         .error_threshold(3)
///         .quiet(Duration::from_secs(60))
///         .lump(Duration::from_millis(10)),
///     &CLOCK,
/// );
///
/// let fails = |seconds| {
///     CLOCK.advance(Duration::from_secs(seconds));
///     let _ = IMU.call(|| Err::<(), _>("nack"));
///     IMU.error_count()
/// };
/// assert_eq!([fails(0), fails(0), fails(60), fails(61)], [1, 1, 2, 1]);
/// assert_eq!(fails(1), 2);
/// fails(1);
/// assert_eq!(IMU.state(), State::Open);
/// ```
///
/// # Wraparound
///
/// With `u32` ticks the time between two errors comes round after 2³² ticks: those that are further apart may add up,
/// or count as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedConsecutive {
    pub(crate) quiet: u32,
    pub(crate) lump: u32,
}

impl TimedConsecutive {
    /// Without either time it is [`Consecutive`](super::Consecutive).
    pub(crate) const UNTIMED: Self = TimedConsecutive { quiet: u32::MAX, lump: 0 };

    pub(crate) const fn quiet(self, ticks: u32) -> Self {
        TimedConsecutive { quiet: ticks, ..self }
    }

    pub(crate) const fn lump(self, ticks: u32) -> Self {
        TimedConsecutive { lump: ticks, ..self }
    }

    /// Both in ticks.
    pub(crate) const fn times(self) -> (u32, u32) {
        (self.quiet, self.lump)
    }
}

impl Strategy for TimedConsecutive {
    type Memory = ();
    type Started = ();
    const MEMORY: () = ();
    const FEWER_BITS_DO: bool = true;

    /// The stamp is that of the last error that counted.
    #[inline]
    fn record(&self, (): &(), kept: Kept, failed: bool, threshold: u16, time: &impl Time) -> Step {
        if !failed {
            return Step::Keep(Kept::default());
        }
        let count = match kept.count {
            0 => 1,
            count => match time.age(kept.stamp) {
                age if age > self.quiet => 1,
                age if age < self.lump => return Step::Keep(kept),
                _ => count + 1,
            },
        };
        if count >= threshold { Step::Trip } else { Step::Keep(Kept { count, stamp: time.now() }) }
    }

    fn fingerprint(&self) -> u32 {
        Fingerprint::NEW.with(12).with(self.quiet).with(self.lump).number()
    }

    #[inline]
    fn error_count(&self, (): &(), kept: Kept, _: &impl Time) -> u16 {
        kept.count
    }
}
