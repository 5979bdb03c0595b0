//! The same of fugit 0.3: its rates, and recovery to the tick over the wrap.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use fugit_03::Instant;
use mcb::{CircuitBreaker, Clock, Fugit};

use crate::{config, is_a_clock, opens_and_recovers};

#[test]
fn a_u32_counter_recovers_over_its_wrap() {
    type Micros = Instant<u32, 1, 1_000_000>;
    const START: u32 = u32::MAX - 99;
    static NOW: AtomicU32 = AtomicU32::new(START);
    static B: CircuitBreaker<Fugit<Micros>> =
        CircuitBreaker::new(&config(), Fugit::new(|| Micros::from_ticks(NOW.load(Relaxed))));
    opens_and_recovers(&B, START, 20_001, |ticks| NOW.store(START.wrapping_add(ticks), Relaxed));
}

#[test]
fn a_u64_counter_recovers_over_the_wrap_of_its_low_half() {
    type Crystal = Instant<u64, 1, 32_768>;
    const START: u64 = (7 << 32) - 1;
    static NOW: AtomicU64 = AtomicU64::new(START);
    static B: CircuitBreaker<Fugit<Crystal>> =
        CircuitBreaker::new(&config(), Fugit::new(|| Crystal::from_ticks(NOW.load(Relaxed))));
    // 655.36 ticks, rounded up, and one.
    opens_and_recovers(&B, START, 657, |ticks| NOW.store(START + u64::from(ticks), Relaxed));
}

#[test]
fn rates_are_exact() {
    is_a_clock::<Fugit<Instant<u32, 1, 1_000>>>();
    is_a_clock::<Fugit<Instant<u64, 1, 1_000>>>();
    assert_eq!(<Fugit<Instant<u32, 1, 32_768>> as Clock>::HZ, 32_768);
    // 30 ticks in 3 s; a divider of 12 on 84 MHz.
    assert_eq!(<Fugit<Instant<u32, 3, 30>> as Clock>::HZ, 10);
    assert_eq!(<Fugit<Instant<u64, 12, 84_000_000>> as Clock>::HZ, 7_000_000);
    assert_eq!(<Fugit<Instant<u64, 1, 0xFFFF_FFFF>> as Clock>::HZ, u32::MAX);
}
