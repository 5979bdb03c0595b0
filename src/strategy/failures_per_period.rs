//! So many failures in so much time.

use super::{Fingerprint, Kept, Step, Strategy, Time};

/// Opens when failures come faster than so many a period, whatever succeeds in between; what
/// [`Config::failures_per_period`](crate::Config::failures_per_period) makes.
///
/// The generic cell rate algorithm (ITU-T I.371), which keeps 32 bits: each failure is owed for the period's *n*-th part, and
/// what is owed melts with time. It opens when a whole period is owed: at the *n*-th failure if they come at once, at the
/// 2*n*-th within a period at the latest, and never if no more than one comes in each *n*-th part. So it is no
/// window: *n* failures spread over the period do not open it.
///
/// A success is never anything to it, also just after a failure. It does not open where a guarded device is called
/// less often than *n* times a period: compose it with `Consecutive` by
/// [`or_failures_per_period`](crate::Config::or_failures_per_period). The error threshold is not used, and the errors
/// counted are 0 while closed.
///
/// ```
/// use core::time::Duration;
/// use mcb::{CircuitBreaker, Config, FailuresPerPeriod, ManualClock, State};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static DB: CircuitBreaker<&ManualClock, FailuresPerPeriod> = CircuitBreaker::new(
///     &Config::new("db").failures_per_period(3, Duration::from_secs(60)),
///     &CLOCK,
/// );
///
/// for _ in 0..10 {
///     let _ = DB.call(|| Err::<(), _>("timed out"));
///     CLOCK.advance(Duration::from_secs(20));
/// }
/// assert_eq!(DB.state(), State::Closed); // three a minute
/// for _ in 0..3 {
///     let _ = DB.call(|| Err::<(), _>("timed out"));
/// }
/// assert_eq!(DB.state(), State::Open);
/// ```
///
/// # Wraparound
///
/// A failure that comes a whole range of 2³² ticks after the last one may find owed what was owed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailuresPerPeriod {
    /// What one failure is owed for, in ticks: the period's part, rounded up.
    pub(crate) each: u32,
    /// All of them together, at most 2³¹.
    pub(crate) all: u32,
}

impl FailuresPerPeriod {
    /// `n` is at least 1 and at most `period`, and these at most 2³¹ together, or the configuration is refused.
    pub(crate) const fn new(n: u16, period: u32) -> Self {
        let n = if n == 0 { 1 } else { n as u32 };
        let each = period.div_ceil(n);
        FailuresPerPeriod { each, all: each.saturating_mul(n) }
    }
}

impl Strategy for FailuresPerPeriod {
    type Memory = ();
    type Started = ();
    const MEMORY: () = ();
    const BITS: u32 = 0;

    /// The stamp is the time at which nothing will be owed any more, less a period: so it is never in the future, and
    /// its age tells what is owed. 0 if nothing is; a real 0 is kept as 1, by which a tick more is owed.
    #[inline]
    fn record(&self, (): &(), kept: Kept, failed: bool, _: u16, time: &impl Time) -> Step {
        if !failed {
            return Step::Keep(kept);
        }
        let owed = match kept.stamp {
            0 => 0,
            stamp => self.all.saturating_sub(time.age(stamp)),
        };
        if owed >= self.all - self.each {
            return Step::Trip;
        }
        let left = self.all - (owed + self.each);
        Step::Keep(Kept { count: 0, stamp: time.now().wrapping_sub(left).max(1) })
    }

    fn fingerprint(&self) -> u32 {
        Fingerprint::NEW.with(13).with(self.each).with(self.all).number()
    }

    #[inline]
    fn error_count(&self, (): &(), _: Kept, _: &impl Time) -> u16 {
        0
    }
}
