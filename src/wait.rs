//! A time left, in ticks of a breaker's clock.

use core::cmp::Ordering;
use core::fmt::{self, Write as _};
use core::hash::{Hash, Hasher};
use core::time::Duration;

/// A time left, in ticks of the breaker's clock.
///
/// Waits are equal, and ordered, by the time that they take, whatever clocks they come from.
///
/// ```
/// use mcb::Wait;
/// assert_eq!(Wait::new(1_500, 1_000), Wait::new(3, 2));
/// assert!(Wait::new(1, 1_000) < Wait::new(1, 32));
/// assert_eq!(format!("{:>8}", Wait::new(1_500, 1_000)), "   1.5 s");
/// ```
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Wait {
    ticks: u32,
    hz: u32,
}

impl Wait {
    /// `ticks` of a clock that ticks `hz` times a second. At 0 Hz it is no time at all.
    #[must_use]
    pub const fn new(ticks: u32, hz: u32) -> Self {
        Wait { ticks, hz }
    }

    /// Ticks of the breaker's clock: the cheap form on a small processor.
    #[must_use]
    pub const fn ticks(self) -> u32 {
        self.ticks
    }

    /// Ticks a second of the breaker's clock.
    #[must_use]
    pub const fn hz(self) -> u32 {
        self.hz
    }

    /// Nothing left: a call may pass now.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.ticks == 0
    }

    /// Rounded up to whole milliseconds, `u32::MAX` (49.7 days) where they are more.
    ///
    /// In 32 bits throughout: a processor without a divider needs no 64-bit division for it.
    ///
    /// ```
    /// assert_eq!(mcb::Wait::new(1, 32_768).as_millis(), 1);
    /// assert_eq!(mcb::Wait::new(1_500_001, 1_000_000).as_millis(), 1_501);
    /// ```
    #[inline]
    #[must_use]
    pub const fn as_millis(self) -> u32 {
        let Wait { ticks, hz } = self;
        if hz == 1_000 || hz == 0 {
            return if hz == 0 { 0 } else { ticks };
        }
        let (seconds, rest) = (ticks / hz, ticks % hz);
        let millis = if hz <= u32::MAX / 1_000 {
            (rest * 1_000).div_ceil(hz)
        } else {
            thousandths(rest, hz)
        };
        if seconds > u32::MAX / 1_000 { u32::MAX } else { (seconds * 1_000).saturating_add(millis) }
    }

    /// Rounded up to whole nanoseconds, so that nobody who waits for it is early. It divides 64 bits; on a
    /// small processor prefer [`as_millis`](Self::as_millis) or [`ticks`](Self::ticks).
    ///
    /// ```
    /// # use core::time::Duration;
    /// assert_eq!(mcb::Wait::new(1_500, 1_000).as_duration(), Duration::from_millis(1_500));
    /// ```
    #[must_use]
    pub const fn as_duration(self) -> Duration {
        if self.hz == 0 {
            return Duration::ZERO;
        }
        let (ticks, hz) = (self.ticks as u64, self.hz as u64);
        // At most 2^32 * 10^9, which fits.
        Duration::from_nanos((ticks * 1_000_000_000).div_ceil(hz))
    }

    /// Ticks and rate in lowest terms, so that equal waits are one pair.
    const fn reduced(self) -> (u32, u32) {
        if self.hz == 0 || self.ticks == 0 {
            return (0, 1);
        }
        let (mut a, mut b) = (self.ticks, self.hz);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        (self.ticks / a, self.hz / a)
    }
}

/// `rest / hz` in thousandths, rounded up, for a rate whose thousandfold no longer fits: three decimal places by long
/// division, without a wider integer.
const fn thousandths(mut rest: u32, hz: u32) -> u32 {
    let (mut millis, mut place) = (0, 0);
    while place < 3 {
        let (mut digit, mut sum, mut times) = (0, 0_u32, 0);
        while times < 10 {
            let (next, carry) = sum.overflowing_add(rest);
            sum = next;
            if carry || sum >= hz {
                sum = sum.wrapping_sub(hz);
                digit += 1;
            }
            times += 1;
        }
        (millis, rest) = (millis * 10 + digit, sum);
        place += 1;
    }
    millis + (rest > 0) as u32
}

impl PartialEq for Wait {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Wait {}

impl PartialOrd for Wait {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Wait {
    fn cmp(&self, other: &Self) -> Ordering {
        let ((a, a_hz), (b, b_hz)) = (self.reduced(), other.reduced());
        (u64::from(a) * u64::from(b_hz)).cmp(&(u64::from(b) * u64::from(a_hz)))
    }
}

impl Hash for Wait {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.reduced().hash(state);
    }
}

/// Seconds, to the millisecond above: `1.5 s`, `30 s`, `0.001 s`. Width, fill and alignment hold; a precision is
/// ignored.
impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As `as_duration` rounds: no wait is told shorter than it is.
        let millis = match u64::from(self.hz) {
            0 => 0,
            hz => (u64::from(self.ticks) * 1_000).div_ceil(hz),
        };
        let (seconds, millis) = (millis / 1_000, millis % 1_000);
        let mut text = heapless::String::<16>::new(); // "4294967295.999 s" at the longest
        match millis {
            0 => write!(text, "{seconds} s"),
            m if m % 100 == 0 => write!(text, "{seconds}.{} s", m / 100),
            m if m % 10 == 0 => write!(text, "{seconds}.{:02} s", m / 10),
            m => write!(text, "{seconds}.{m:03} s"),
        }?;
        if f.precision().is_some() { f.write_str(&text) } else { f.pad(&text) }
    }
}
