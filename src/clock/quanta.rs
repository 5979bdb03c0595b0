use ::quanta::{Clock as Source, Instant};

use super::Clock;

/// A clock over a [`quanta::Clock`](::quanta::Clock), in microseconds from its making: the processor's counter of
/// cycles where it is steady, else the operating system's clock, whichever quanta finds.
///
/// Not for a `static` as it stands, since quanta measures the counter's rate when its first clock is made. Share one by
/// reference or `Arc`, or put it into a `LazyLock`. Timeouts of 1 µs to 35.7 minutes.
///
/// ```
/// use std::sync::Arc;
/// use mcb::{CircuitBreaker, Config, QuantaClock};
///
/// let clock = Arc::new(QuantaClock::default());
/// let db = CircuitBreaker::from_config(Config::new("db"), clock.clone())?;
/// let cache = CircuitBreaker::from_config(Config::new("cache"), clock)?;
/// # assert!(db.call(|| Ok::<_, ()>(())).is_ok() && cache.call(|| Ok::<_, ()>(())).is_ok());
/// # Ok::<(), mcb::ConfigError>(())
/// ```
///
/// A test of your own moves the time of a [mock](::quanta::Clock::mock):
///
/// ```
/// # use core::time::Duration;
/// # use mcb::{Clock, QuantaClock};
/// let (clock, time) = quanta::Clock::mock();
/// let clock = QuantaClock::new(clock);
/// time.increment(Duration::from_millis(3));
/// assert_eq!(clock.now(), 3_000);
/// ```
///
/// # Interrupts
///
/// None on a hosted system. Where a reading is still too dear, quanta's `Upkeep` has its like in a
/// [`CachedClock`](super::CachedClock) around this one: reading that is a load.
#[derive(Clone, Debug)]
pub struct QuantaClock {
    source: Source,
    origin: Instant,
}

impl QuantaClock {
    /// Over `source`, whose present moment is tick 0.
    #[must_use]
    pub fn new(source: Source) -> Self {
        let origin = source.now();
        QuantaClock { source, origin }
    }
}

/// Over quanta's own clock, which it sets up once in a process.
impl Default for QuantaClock {
    fn default() -> Self {
        QuantaClock::new(Source::new())
    }
}

impl Clock for QuantaClock {
    type Ticks = u64;
    const HZ: u32 = 1_000_000;

    #[inline]
    fn now(&self) -> u64 {
        // A source that steps back, as a mock may, has not moved.
        self.source.now().saturating_duration_since(self.origin).as_micros() as u64
    }
}
