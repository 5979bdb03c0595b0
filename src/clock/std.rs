//! The operating system's clock.

use std::cell::Cell;
use std::sync::OnceLock;
use std::thread_local;
use std::time::{Duration, Instant};

use super::Clock;

/// The operating system's monotonic clock in milliseconds, counted from its first use in the process.
///
/// One for all breakers, of no size, fit for a `static`. Timeouts of 1 ms to 24.8 days.
///
/// A rejection pays for one reading of the operating system's clock, which is nearly all that it costs
/// (some 23 of 25 ns on x86-64). Where that is too much, put a [`CachedClock`](super::CachedClock)
/// before it.
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
pub struct StdClock;

impl Clock for StdClock {
    type Ticks = u64;
    const HZ: u32 = 1_000;

    #[inline(always)]
    #[allow(clippy::inline_always)] // rejections are cold paths, where `inline` alone does not count
    fn now(&self) -> u64 {
        let now = Instant::now();
        // Rejections come in storms, many in a millisecond: then two comparisons do, and what follows
        // need not wait for a subtraction and a division.
        let (tick, end) = LAST.try_with(Cell::get).unwrap_or((0, None));
        if Some(now) < end { tick } else { next(now) }
    }
}

thread_local! {
    /// The tick that this thread read last, and the moment at which it ends.
    static LAST: Cell<(u64, Option<Instant>)> = const { Cell::new((0, None)) };
}

#[cold]
#[inline(never)]
fn next(now: Instant) -> u64 {
    // An `Instant` cannot be made in const evaluation, so that the first use is the origin.
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    let origin = *ORIGIN.get_or_init(|| now);
    // Another thread may have been first, with a moment later than `now`.
    let tick = now.saturating_duration_since(origin).as_millis() as u64;
    let end = origin.checked_add(Duration::from_millis(tick + 1));
    // A thread that is ending may have no such memory any more.
    let _ = LAST.try_with(|last| last.set((tick, end)));
    tick
}
