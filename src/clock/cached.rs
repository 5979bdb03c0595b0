//! The last reading of another clock.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::{Clock, Ticks};

/// The tick at which another clock was last read: reading it is one load, at the price of accuracy.
///
/// With the clock of an operating system a rejection costs little but the reading of that clock, 23 of
/// 25 ns on x86-64; with this one before it the rejection is all. Worth it where a service sheds
/// millions of calls a second, or where a clock sits behind a slow bus.
///
/// Somebody has to call [`update`](Self::update), once before the first guarded call and then again and
/// again: a thread or a task of its own, a main loop, a tick interrupt. What it costs: every wait is up
/// to one interval between two updates shorter or longer than asked for, so keep that well below the
/// shortest timeout. If the updates stop, time stands still: closed breakers go on as ever, open ones
/// stay open.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use std::{thread, time::Duration};
/// use mcb::{CachedClock, CircuitBreaker, Config, StdClock};
///
/// static CLOCK: CachedClock<StdClock> = CachedClock::new(StdClock);
/// static DB: CircuitBreaker<&CachedClock<StdClock>> =
///     CircuitBreaker::new(&Config::new("db").recovery_timeout(Duration::from_secs(1)), &CLOCK);
///
/// thread::spawn(|| loop {
///     CLOCK.update();
///     thread::sleep(Duration::from_millis(10));
/// });
/// # assert!(DB.call(|| Ok::<_, ()>(())).is_ok());
/// # }
/// ```
///
/// # Interrupts
///
/// Reading is a load and updating a store, besides what the other clock does. Let one context update:
/// of two at once the later tick may be overwritten by the earlier one. Breakers take a tick that
/// steps back a little for no time passed.
///
/// # Wraparound
///
/// It keeps the low 32 bits of the other clock's tick, and so wraps, whether that clock does or not.
#[derive(Debug, Default)]
pub struct CachedClock<C> {
    clock: C,
    tick: AtomicU32,
}

impl<C: Clock> CachedClock<C> {
    /// A clock at tick 0 until its first update.
    #[must_use]
    pub const fn new(clock: C) -> Self {
        CachedClock { clock, tick: AtomicU32::new(0) }
    }

    /// Reads the other clock and keeps its tick.
    #[inline]
    pub fn update(&self) {
        self.tick.store(self.clock.now().low(), Relaxed);
    }
}

impl<C: Clock> Clock for CachedClock<C> {
    type Ticks = u32;
    const HZ: u32 = C::HZ;
    const RESOLUTION: u32 = C::RESOLUTION;

    #[inline]
    fn now(&self) -> u32 {
        self.tick.load(Relaxed)
    }
}
