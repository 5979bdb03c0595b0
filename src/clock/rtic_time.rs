//! The clock of an RTIC application.

use core::fmt;
use core::marker::PhantomData;

use rtic_time::Timebase;

use super::{Clock, Fugit};

/// The clock of an RTIC application: any [`rtic_time::Monotonic`], and any [`Timebase`], whose instants
/// are fugit's, as those of `rtic-monotonics` are. Of no size, fit for a `static`.
///
/// `HZ` and the longest timeout are those of a [`Fugit`] of its instants: 24.8 days for a monotonic of
/// 1 kHz, 35.7 minutes at 1 MHz.
///
/// ```
/// use core::time::Duration;
/// use mcb::{CircuitBreaker, Clock, Config, RticTime};
/// # use rtic_time::TimeoutError;
/// # type Instant = fugit::WrappingInstant<u32, 1, 1_000>;
/// # type Millis = fugit::Duration<u32, 1, 1_000>;
/// # struct Mono;
/// # impl rtic_time::Timebase for Mono {
/// #     type Instant = Instant;
/// #     type Duration = Millis;
/// #     fn now() -> Instant { Instant::from_ticks(42) }
/// #     async fn delay(_: Millis) {}
/// #     async fn delay_until(_: Instant) {}
/// #     async fn timeout_at<F: Future>(_: Instant, f: F) -> Result<F::Output, TimeoutError> { Ok(f.await) }
/// #     async fn timeout_after<F: Future>(_: Millis, f: F) -> Result<F::Output, TimeoutError> { Ok(f.await) }
/// # }
///
/// // In the application: rtic_monotonics::systick_monotonic!(Mono, 1_000);
/// static IMU: CircuitBreaker<RticTime<Mono>> = CircuitBreaker::new(
///     &Config::new("imu").recovery_timeout(Duration::from_millis(500)),
///     RticTime::new(),
/// );
/// assert!(IMU.call(|| Ok::<_, ()>(1)).is_ok());
/// assert_eq!(<RticTime<Mono> as Clock>::HZ, 1_000);
/// ```
///
/// # Interrupts
///
/// A monotonic of rtic-monotonics may be read from tasks of every priority. Start it before the first
/// failure: it may stand still or panic until then.
///
/// # Linking
///
/// Where the processor lacks compare-and-swap, rtic-time itself needs nothing more than `mcb` does. RTIC's
/// executor and monotonics do: there the application enables `critical-section` or
/// `unsafe-assume-single-core` of `portable-atomic`.
pub struct RticTime<M> {
    // A function's result, so that the clock is `Sync` whatever the monotonic is.
    monotonic: PhantomData<fn() -> M>,
}

impl<M> RticTime<M> {
    /// A clock whose present time is `M::now()`.
    #[must_use]
    pub const fn new() -> Self {
        RticTime { monotonic: PhantomData }
    }
}

impl<M: Timebase> Clock for RticTime<M>
where
    Fugit<M::Instant>: Clock,
{
    type Ticks = <Fugit<M::Instant> as Clock>::Ticks;
    const HZ: u32 = <Fugit<M::Instant> as Clock>::HZ;

    #[inline]
    fn now(&self) -> Self::Ticks {
        Fugit::new(M::now).now()
    }
}

// By hand, since a monotonic need not be `Clone`, `Debug` or `Default` itself.

impl<M> Clone for RticTime<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for RticTime<M> {}

impl<M> Default for RticTime<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M> fmt::Debug for RticTime<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RticTime")
    }
}
