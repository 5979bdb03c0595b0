//! Buses and streams with a breaker around them.
#![cfg(all(feature = "embedded-hal-async", feature = "embedded-io-async"))]

mod asynchronous;
#[path = "../support/delay.rs"]
mod delay;
mod device;
mod gate;
mod i2c;
mod inspect;
mod kinds;
mod line;
mod recovery;
mod spi;
#[cfg(feature = "embedded-storage-async")]
mod storage;
mod stream;
#[cfg(feature = "embedded-io-async-06")]
mod stream_06;
mod time_limit;

use core::time::Duration;
use mcb::{CircuitBreaker, Config, ManualClock};

pub(crate) type Breaker = CircuitBreaker<&'static ManualClock>;

pub(crate) const TIMEOUT: Duration = Duration::from_millis(100);

/// A clock for one test. It stays, as a clock in a `static` would.
pub(crate) fn clock() -> &'static ManualClock {
    Box::leak(Box::new(ManualClock::new()))
}

/// Opens at the second error in a row.
pub(crate) const fn config<'a>() -> Config<&'a ManualClock> {
    Config::new("device").error_threshold(2).recovery_timeout(TIMEOUT)
}

pub(crate) fn breaker(clock: &'static ManualClock) -> Breaker {
    static CONFIG: Config<&ManualClock> = config();
    CircuitBreaker::try_new(&CONFIG, clock).unwrap()
}
