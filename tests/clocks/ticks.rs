//! Ticks of either width, by the clocks that anyone can turn, and the standard library's.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use core::time::Duration;

use mcb::{CircuitBreaker, Clock, Config, FnClock, ManualClock, State};

#[test]
fn a_manual_clock_rounds_up_to_whole_ticks_and_wraps() {
    let clock = ManualClock::at(u32::MAX);
    clock.advance(Duration::from_micros(1));
    assert_eq!(clock.now(), 0);
    clock.set(7);
    clock.advance_ticks(u32::MAX);
    assert_eq!(clock.now(), 6);
}

#[test]
#[should_panic(expected = "the manual clock wraps within")]
fn a_manual_clock_refuses_more_than_its_range() {
    ManualClock::new().advance(Duration::from_secs(1 << 32));
}

#[test]
fn u64_ticks_keep_their_high_half_across_the_wrap_of_the_low_one() {
    static NOW: AtomicU64 = AtomicU64::new(0);
    static B: CircuitBreaker<FnClock<u64, 1_000>> = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).recovery_timeout(Duration::from_secs(1)),
        FnClock::new(|| NOW.load(Relaxed)),
    );
    let opened = (7 << 32) - 10;
    NOW.store(opened, Relaxed);
    let _ = B.call(|| Err::<(), _>(()));
    NOW.store(opened + 999, Relaxed);
    assert_eq!((B.state(), B.open_time()), (State::Open, Some(opened)));
    assert_eq!(B.recovery_start_time(), Some(opened + 1_000));
    NOW.store(opened + 1_000, Relaxed);
    assert_eq!((B.state(), B.open_time()), (State::HalfOpen, Some(opened)));
}

#[test]
fn u64_ticks_of_an_opening_slightly_newer_than_the_reader_are_told_right() {
    // An opening at tick 0 is kept as 1, which is newer than now; so is one by an interrupt that came
    // between the reader's sample and its load.
    fn zero() -> u64 {
        0
    }
    static B: CircuitBreaker<FnClock<u64, 1_000>> =
        CircuitBreaker::new(&Config::new("b").error_threshold(1), FnClock::new(zero));
    let _ = B.call(|| Err::<(), _>(()));
    assert_eq!(B.open_time(), Some(1));
    assert_eq!(B.recovery_start_time(), Some(30_001));
}

#[test]
fn timeouts_round_up_to_whole_ticks() {
    static CLOCK: ManualClock<100> = ManualClock::with_rate(0);
    static B: CircuitBreaker<&ManualClock<100>> = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).recovery_timeout(Duration::from_millis(11)),
        &CLOCK,
    );
    let _ = B.call(|| Err::<(), _>(()));
    assert_eq!(B.retry_after().map(mcb::Wait::ticks), Some(2));
    assert_eq!(B.retry_after().map(mcb::Wait::as_duration), Some(Duration::from_millis(20)));
}

#[cfg(feature = "std")]
#[test]
fn the_std_clock_does_not_go_back() {
    let first = mcb::StdClock.now();
    assert!(mcb::StdClock.now() >= first);
}

#[cfg(feature = "std")]
#[test]
fn threads_own_a_manual_clock_together() {
    let clock = std::sync::Arc::new(ManualClock::new());
    let config = Config::new("b").error_threshold(1).recovery_timeout(Duration::from_secs(1));
    let breaker = CircuitBreaker::from_config(config, clock.clone()).unwrap();
    let _ = breaker.call(|| Err::<(), _>(()));
    std::thread::scope(|scope| {
        scope.spawn(|| clock.advance(Duration::from_secs(1)));
    });
    assert_eq!(breaker.state(), State::HalfOpen);
}
