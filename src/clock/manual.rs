//! A clock for tests.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::time::Duration;

use super::Clock;
use crate::ticks::ticks;

/// A clock that stands still until it is moved: for deterministic tests of your own code.
///
/// Share it by `&`, from a `static`, or by `Arc`; every thread sees the same time. Start it close to
/// the wrap with [`at`](Self::at) to prove that nothing of yours minds.
///
/// ```
/// use core::time::Duration;
/// use mcb::{CircuitBreaker, Config, ManualClock, State};
///
/// static CLOCK: ManualClock = ManualClock::at(u32::MAX - 100);
/// static IMU: CircuitBreaker<&ManualClock> = CircuitBreaker::new(
///     &Config::new("imu").error_threshold(1).recovery_timeout(Duration::from_millis(500)),
///     &CLOCK,
/// );
///
/// let _ = IMU.call(|| Err::<(), _>("nack"));
/// CLOCK.advance(Duration::from_millis(499)); // over the wrap
/// assert_eq!(IMU.state(), State::Open);
/// CLOCK.advance(Duration::from_millis(1));
/// assert_eq!(IMU.state(), State::HalfOpen);
/// ```
///
/// # Interrupts
///
/// Setting and reading are single stores and loads. On a processor without compare-and-swap an
/// advance is a load and a store: let one context at a time advance it.
#[derive(Debug, Default)]
pub struct ManualClock<const HZ: u32 = 1_000> {
    now: AtomicU32,
}

impl ManualClock {
    /// A clock of 1 kHz at tick 0.
    #[must_use]
    pub const fn new() -> Self {
        Self::at(0)
    }

    /// A clock of 1 kHz at any tick of the range.
    #[must_use]
    pub const fn at(tick: u32) -> Self {
        Self::with_rate(tick)
    }
}

impl<const HZ: u32> ManualClock<HZ> {
    /// A clock at any tick, `HZ` of them a second: `ManualClock::<32_768>::with_rate(0)`.
    #[must_use]
    pub const fn with_rate(tick: u32) -> Self {
        ManualClock { now: AtomicU32::new(tick) }
    }

    /// Moves it to a tick, forwards or back.
    pub fn set(&self, tick: u32) {
        self.now.store(tick, Relaxed);
    }

    /// Moves it on, by whole ticks rounded up, wrapping.
    ///
    /// # Panics
    ///
    /// When `duration` is longer than the range of the counter: a test that meant it would not notice.
    pub fn advance(&self, duration: Duration) {
        let ticks = ticks(duration, HZ);
        assert!(ticks < u32::MAX, "the manual clock wraps within {duration:?}");
        self.advance_ticks(ticks);
    }

    /// Moves it on, wrapping.
    pub fn advance_ticks(&self, ticks: u32) {
        #[cfg(target_has_atomic = "32")]
        self.now.fetch_add(ticks, Relaxed);
        #[cfg(not(target_has_atomic = "32"))]
        self.now.store(self.now.load(Relaxed).wrapping_add(ticks), Relaxed);
    }
}

impl<const HZ: u32> Clock for ManualClock<HZ> {
    type Ticks = u32;
    const HZ: u32 = HZ;
    const RESOLUTION: u32 = 0;

    #[inline]
    fn now(&self) -> u32 {
        self.now.load(Relaxed)
    }
}
