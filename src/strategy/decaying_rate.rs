//! A failure rate that forgets.

use super::{Fingerprint, Kept, Step, Strategy, Time};

/// Opens when a moving average of failures reaches so many percent; what
/// [`Config::decaying_rate`](crate::Config::decaying_rate) makes.
///
/// Each call moves the average by a 2*ᴷ*-th part towards what it was, as if the last 2*ᴷ* calls or so were kept, and it is
/// halved for each half-life that passes. It starts healthy, so that no minimum is needed: 50 % takes 6, 11, 22 and 45
/// failures in a row with *K* of 3, 4, 5 and 6. All of it stands in the breaker's word, in 4,096ths:
///
/// 1. it is halved for each half-life since the last one, rounding down;
/// 2. each call takes off a 2*ᴷ*-th part of it, rounding up, so that successes clear it;
/// 3. a failure adds a 2*ᴷ*-th of 4,096;
/// 4. it opens at the rate or above.
///
/// It does not open where a device that fails is called less often than 2*ᴷ* times a half-life: compose windows instead
/// where that may be. The error threshold is not used, and the errors counted are 0 while closed.
///
/// ```
/// use core::time::Duration;
/// use mcb::{CircuitBreaker, Config, DecayingRate, ManualClock, State};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static GPS: CircuitBreaker<&ManualClock, DecayingRate> = CircuitBreaker::new(
///     &Config::new("gps").decaying_rate(3, 50, Duration::from_secs(60)),
///     &CLOCK,
/// );
///
/// let fails = |times| {
///     for _ in 0..times {
///         let _ = GPS.call(|| Err::<(), _>("framing"));
///     }
///     GPS.state()
/// };
/// assert_eq!(fails(5), State::Closed);
/// CLOCK.advance(Duration::from_secs(60)); // half of it is forgotten
/// assert_eq!(fails(3), State::Closed);
/// assert_eq!(fails(1), State::Open);
/// ```
///
/// # Wraparound
///
/// What failed a whole range of 2³² ticks ago, with no outcome since, may seem to be as young as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecayingRate {
    pub(crate) k: u8,
    /// From here on it opens.
    pub(crate) opens_at: u16,
    pub(crate) half_life: u32,
}

/// All calls fail.
const ALL: u32 = 4096;

impl DecayingRate {
    /// The largest of `k`.
    pub(crate) const MOST_K: u8 = 11;

    /// What it can reach, in percent.
    pub(crate) const fn most_percent(k: u8) -> u32 {
        let k = if k > Self::MOST_K { Self::MOST_K } else { k };
        (ALL + 1 - (1 << k)) * 100 / ALL
    }

    /// 1 to 11, 1 to [`most_percent`](Self::most_percent), and at least one tick, or the configuration is refused.
    pub(crate) const fn new(k: u8, percent: u8, half_life: u32) -> Self {
        let opens_at = (percent as u32 * ALL).div_ceil(100) as u16;
        DecayingRate { k, opens_at, half_life }
    }

    /// What is left of an average after its age, and what that age has left of a half-life.
    fn decayed(self, mut average: u32, mut age: u32) -> (u32, u32) {
        // Twelve times at most.
        while average > 0 && age >= self.half_life {
            average >>= 1;
            age -= self.half_life;
        }
        (average, age)
    }
}

impl Strategy for DecayingRate {
    type Memory = ();
    type Started = ();
    const MEMORY: () = ();

    /// The count is the average, the stamp when it was halved last.
    #[inline]
    fn record(&self, (): &(), kept: Kept, failed: bool, _: u16, time: &impl Time) -> Step {
        let age = if kept.count == 0 { 0 } else { time.age(kept.stamp) };
        let (average, rest) = self.decayed(u32::from(kept.count), age);
        let is_new = average == 0;
        let average = average - average.div_ceil(1 << self.k);
        let average = if failed { average + (ALL >> self.k) } else { average };
        if average >= u32::from(self.opens_at) {
            return Step::Trip;
        }
        let stamp = match average {
            0 => 0,
            _ if is_new => time.now(),
            _ if rest == age => kept.stamp,
            _ => {
                let _ = time.now(); // a new stamp, of which a clock that does not wrap keeps the epoch
                kept.stamp.wrapping_add(age - rest)
            }
        };
        Step::Keep(Kept { count: average as u16, stamp })
    }

    fn fingerprint(&self) -> u32 {
        Fingerprint::NEW
            .with(16)
            .with(self.k.into())
            .with(self.opens_at.into())
            .with(self.half_life)
            .number()
    }

    #[inline]
    fn error_count(&self, (): &(), _: Kept, _: &impl Time) -> u16 {
        0
    }
}
