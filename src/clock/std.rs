use std::sync::OnceLock;
use std::time::Instant;

use super::Clock;

/// The operating system's monotonic clock in milliseconds, counted from its first use in the process.
///
/// One for all breakers, of no size, fit for a `static`. Timeouts of 1 ms to 24.8 days.
///
/// ```
/// use mcb::{CircuitBreaker, Config, StdClock};
/// static DB: CircuitBreaker<StdClock> = CircuitBreaker::new(&Config::new("db"), StdClock);
/// # assert!(DB.call(|| Ok::<_, ()>(())).is_ok());
/// ```
///
/// # Interrupts
///
/// None on a hosted system; in a signal handler use a [`FnClock`](super::FnClock) over something
/// async-signal-safe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StdClock;

impl Clock for StdClock {
    type Ticks = u64;
    const HZ: u32 = 1_000;

    #[inline]
    fn now(&self) -> u64 {
        // An `Instant` cannot be made in const evaluation, so that the first use is the origin.
        static ORIGIN: OnceLock<Instant> = OnceLock::new();
        let since = ORIGIN.get_or_init(Instant::now).elapsed();
        since.as_secs() * 1_000 + u64::from(since.subsec_millis())
    }
}
