//! The clocks over fugit's and RTIC's time: their rates, and recovery to the tick over the wrap. Each timeout is 20 ms,
//! and the tick by which a reading may be behind.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use fugit::{MonotonicInstant, WrappingInstant};
use mcb::{CircuitBreaker, Clock, Fugit};

use crate::{config, opens_and_recovers};

#[test]
fn a_wrapping_fugit_counter_recovers_over_its_wrap() {
    type Instant = WrappingInstant<u32, 1, 1_000_000>;
    const START: u32 = u32::MAX - 99;
    static NOW: AtomicU32 = AtomicU32::new(START);
    static B: CircuitBreaker<Fugit<Instant>> =
        CircuitBreaker::new(&config(), Fugit::new(|| Instant::from_ticks(NOW.load(Relaxed))));
    opens_and_recovers(&B, START, 20_001, |ticks| NOW.store(START.wrapping_add(ticks), Relaxed));
}

#[test]
fn a_u64_fugit_counter_recovers_over_the_wrap_of_its_low_half() {
    type Instant = MonotonicInstant<u64, 1, 32_768>;
    const START: u64 = (7 << 32) - 1;
    static NOW: AtomicU64 = AtomicU64::new(START);
    static B: CircuitBreaker<Fugit<Instant>> =
        CircuitBreaker::new(&config(), Fugit::new(|| Instant::from_ticks(NOW.load(Relaxed))));
    // 655.36 ticks, rounded up, and one.
    opens_and_recovers(&B, START, 657, |ticks| NOW.store(START + u64::from(ticks), Relaxed));
}

#[test]
fn rates_are_exact() {
    fn hz<C: Clock>(_: C) -> u32 {
        C::HZ
    }
    crate::is_a_clock::<Fugit<WrappingInstant<u32, 1, 1_000>>>();
    crate::is_a_clock::<Fugit<MonotonicInstant<u64, 1, 1_000>>>();
    assert_eq!(hz(Fugit::new(|| WrappingInstant::<u32, 1, 1>::from_ticks(0))), 1);
    assert_eq!(hz(Fugit::new(|| WrappingInstant::<u32, 1, 32_768>::from_ticks(0))), 32_768);
    // 30 ticks in 3 s; a divider of 12 on 84 MHz.
    assert_eq!(hz(Fugit::new(|| WrappingInstant::<u32, 3, 30>::from_ticks(0))), 10);
    assert_eq!(
        hz(Fugit::new(|| MonotonicInstant::<u64, 12, 84_000_000>::from_ticks(0))),
        7_000_000
    );
    assert_eq!(hz(Fugit::new(|| MonotonicInstant::<u64, 1, 0xFFFF_FFFF>::from_ticks(0))), u32::MAX);
}

#[cfg(feature = "rtic-time")]
mod rtic_time {
    use super::*;

    use ::rtic_time::{Timebase, TimeoutError};
    use mcb::RticTime;

    macro_rules! monotonic {
        ($name:ident, $instant:ty, $duration:ty, $now:expr) => {
            /// Has no traits of its own, like those of rtic-monotonics.
            struct $name;

            impl Timebase for $name {
                type Instant = $instant;
                type Duration = $duration;

                fn now() -> $instant {
                    <$instant>::from_ticks($now.load(Relaxed))
                }

                async fn delay(_: $duration) {}

                async fn delay_until(_: $instant) {}

                async fn timeout_at<F: Future>(
                    _: $instant,
                    future: F,
                ) -> Result<F::Output, TimeoutError> {
                    Ok(future.await)
                }

                async fn timeout_after<F: Future>(
                    _: $duration,
                    future: F,
                ) -> Result<F::Output, TimeoutError> {
                    Ok(future.await)
                }
            }
        };
    }

    #[test]
    fn a_u32_timebase_recovers_over_its_wrap() {
        const START: u32 = u32::MAX;
        static NOW: AtomicU32 = AtomicU32::new(START);
        monotonic!(Short, WrappingInstant<u32, 1, 1_000>, fugit::Duration<u32, 1, 1_000>, NOW);
        static B: CircuitBreaker<RticTime<Short>> = CircuitBreaker::new(&config(), RticTime::new());
        assert_eq!(<RticTime<Short> as Clock>::HZ, 1_000);
        opens_and_recovers(&B, START, 21, |ticks| NOW.store(START.wrapping_add(ticks), Relaxed));
    }

    #[test]
    fn a_u64_monotonic_recovers_over_the_wrap_of_its_low_half() {
        const START: u64 = (1 << 32) - 10;
        static NOW: AtomicU64 = AtomicU64::new(START);
        monotonic!(
            Long,
            MonotonicInstant<u64, 1, 1_000_000>,
            fugit::Duration<u64, 1, 1_000_000>,
            NOW
        );
        static B: CircuitBreaker<RticTime<Long>> = CircuitBreaker::new(&config(), RticTime::new());
        fn is_monotonic<M: ::rtic_time::Monotonic>() {}
        is_monotonic::<Long>();
        crate::is_a_clock::<RticTime<Long>>();
        assert_eq!(<RticTime<Long> as Clock>::HZ, 1_000_000);
        opens_and_recovers(&B, START, 20_001, |ticks| NOW.store(START + u64::from(ticks), Relaxed));
    }

    #[test]
    fn the_clock_is_small_and_plain_whatever_the_monotonic_is() {
        /// Neither `Send` nor `Sync`.
        struct Odd(#[allow(dead_code)] *const u8);
        fn plain<C: Clone + Copy + core::fmt::Debug + Default + Send + Sync>(clock: C) -> C {
            clock
        }
        assert_eq!(size_of_val(&plain(RticTime::<Odd>::new())), 0);
        assert_eq!(format!("{:?}", RticTime::<Odd>::default().clone()), "RticTime");
    }
}
