//! Time as the page moves it.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use mcb::Clock;

/// Milliseconds since the page began; they stand still while it is paused, and run as fast as it says.
#[derive(Debug, Default)]
pub struct PageClock(AtomicU32);

impl PageClock {
    /// Moves it on, and never back.
    pub fn set(&self, millis: u32) {
        self.0.fetch_max(millis, Relaxed);
    }
}

impl Clock for PageClock {
    type Ticks = u32;
    const HZ: u32 = 1_000;
    // It is moved to the very tick at which something happens.
    const RESOLUTION: u32 = 0;

    fn now(&self) -> u32 {
        self.0.load(Relaxed)
    }
}
