//! A clock over those of embedded-time.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use embedded_time::clock::Clock as Source;

use super::{Clock, Ticks, hz};

/// A clock over any [`embedded_time::Clock`] that counts in `u32` or `u64`.
///
/// `HZ` is the inverse of its scaling factor, which must be a whole number of ticks a second: anything
/// else is refused while compiling. A reading that fails returns the low half of the last one: time
/// stands still.
///
/// Ticks are the low 32 bits of the source's: so much of the last reading fits into an atomic everywhere.
///
/// ```compile_fail,E0080
/// # use embedded_time::{clock::Error, fraction::Fraction, Instant};
/// # #[derive(Debug)]
/// struct Slow;
/// impl embedded_time::Clock for Slow {
///     type T = u32;
///     const SCALING_FACTOR: Fraction = Fraction::new(3, 100); // 33 1/3 Hz
/// #   fn try_now(&self) -> Result<Instant<Self>, Error> { Ok(Instant::new(0)) }
/// }
/// assert_eq!(<mcb::EmbeddedTime<Slow> as mcb::Clock>::HZ, 33);
/// ```
#[derive(Debug)]
pub struct EmbeddedTime<K> {
    clock: K,
    last: AtomicU32,
}

impl<K> EmbeddedTime<K> {
    /// A clock over `clock`.
    pub const fn new(clock: K) -> Self {
        EmbeddedTime { clock, last: AtomicU32::new(0) }
    }

    /// The source.
    pub const fn get(&self) -> &K {
        &self.clock
    }
}

impl<K: Source> Clock for EmbeddedTime<K>
where
    K::T: Ticks,
{
    type Ticks = u32;
    const HZ: u32 =
        hz(*K::SCALING_FACTOR.numerator() as u64, *K::SCALING_FACTOR.denominator() as u64);

    fn now(&self) -> u32 {
        match self.clock.try_now() {
            Ok(instant) => {
                let ticks = instant.duration_since_epoch().integer().low();
                self.last.store(ticks, Relaxed);
                ticks
            }
            Err(_) => self.last.load(Relaxed),
        }
    }
}
