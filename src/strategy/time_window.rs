//! The failure rate over the last time.

pub(crate) mod buckets;

use self::buckets::Window;
use super::rate::Rate;
use super::{Fingerprint, Kept, Step, Strategy, Time};
use crate::sync::cells::Cell64;

/// Opens when so many percent of the calls in a time failed, once there were enough of them; what
/// [`Config::time_window`](crate::Config::time_window) makes.
///
/// The time is cut into `B` buckets, 1 to 1,024 (ten are usual), and falls out of the window by whole ones: the window is
/// between `(B − 1) / B` of the time and all of it. A bucket is that part of it in ticks, rounded up, and the window a
/// multiple of that.
///
/// It counts from the first failure on: without a failure in it, it keeps nothing and a success writes nothing. An outage
/// is found as soon as by a window that counts always; the rate of what fails now and then is told a little too high,
/// by one part in the minimum number of calls. So take a minimum of 50 where there are so many calls, and in any case
/// less than come in the window while all fail, or it never opens. It opens at the rate or above, and is asked
/// at each counted result: a success that makes up the minimum may open it. Results that are ignored are no calls.
/// The error threshold is not used.
///
/// ```
/// use core::time::Duration;
/// use mcb::{CircuitBreaker, Config, ManualClock, State, TimeWindow};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// // A fifth of the calls of the last 10 s, if there were 50.
/// static DB: CircuitBreaker<&ManualClock, TimeWindow<10>> = CircuitBreaker::new(
///     &Config::new("db").time_window::<10>(Duration::from_secs(10), 20, 50),
///     &CLOCK,
/// );
///
/// for call in 0..60 {
///     let _ = DB.call(|| if call % 4 == 0 { Err("timed out") } else { Ok(()) });
///     CLOCK.advance(Duration::from_millis(100));
///     assert_eq!(DB.state() == State::Open, call >= 49);
/// }
/// ```
///
/// # Memory
///
/// Eight bytes a bucket beside the word. Calls that end at the same moment may each be judged without the others, which
/// the next failure sees, or the next outcome after the bucket; one that is held up between word and bucket until the window has gone on is not counted, and one
/// that is held up for more than another window takes the place of a bucket. A bucket holds the numbers of 65,535 calls; with more both numbers are halved, so that
/// their quotient stays.
///
/// # Wraparound
///
/// What failed a whole range of 2³² ticks ago, with no outcome since, may be counted once more.
///
/// `B` is in the type, so that what cannot be built does not compile:
///
/// ```compile_fail
/// # use core::time::Duration;
/// # use mcb::{CircuitBreaker, Config, ManualClock, TimeWindow};
/// static CLOCK: ManualClock = ManualClock::new();
/// static DB: CircuitBreaker<&ManualClock, TimeWindow<0>> = CircuitBreaker::new(
///     &Config::new("db").time_window::<0>(Duration::from_secs(10), 20, 50),
///     &CLOCK,
/// );
/// // error[E0080]: ... a time window has 1 to 1,024 buckets
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeWindow<const B: usize> {
    pub(crate) window: Window,
}

impl<const B: usize> TimeWindow<B> {
    const BUCKETS: u32 = {
        assert!(B > 0 && B <= Window::MOST as usize, "a time window has 1 to 1,024 buckets");
        B as u32
    };

    /// `window` is at least `B` ticks, or the configuration is refused.
    pub(crate) const fn new(window: u32, percent: u8, minimum: u16) -> Self {
        TimeWindow { window: Window::new(window, Self::BUCKETS, Rate { percent, minimum }) }
    }
}

/// What a time window keeps beside the word.
#[derive(Debug)]
pub struct Buckets<const B: usize>([Cell64; B]);

impl<const B: usize> Strategy for TimeWindow<B> {
    type Memory = Buckets<B>;
    type Started = ();
    const MEMORY: Buckets<B> = Buckets([const { Cell64::new(0) }; B]);
    const BITS: u32 = u32::BITS - Self::BUCKETS.leading_zeros();
    const RECORDS: bool = true;

    #[inline]
    fn record(
        &self,
        memory: &Buckets<B>,
        kept: Kept,
        failed: bool,
        _: u16,
        time: &impl Time,
    ) -> Step {
        self.window.record(&memory.0, kept, failed, time)
    }

    #[inline]
    fn recorded(&self, memory: &Buckets<B>, before: Kept, now: Kept, failed: bool) {
        self.window.recorded(&memory.0, before, now, failed);
    }

    fn fingerprint(&self) -> u32 {
        Fingerprint::NEW
            .with(15)
            .with(B as u32)
            .with(self.window.length)
            .with(self.window.rate.percent.into())
            .with(self.window.rate.minimum.into())
            .number()
    }

    /// The failures in the window, 65,535 at most.
    #[inline]
    fn error_count(&self, memory: &Buckets<B>, kept: Kept, time: &impl Time) -> u16 {
        self.window.failures(&memory.0, kept, time)
    }
}
