//! What a breaker tells of its openings, and its view without type parameters likewise.
#![cfg(not(loom))]

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use core::time::Duration;

use mcb::strategy::SlowStart;
use mcb::{
    Circuit, CircuitBreaker, Config, Consecutive, FnClock, ManualClock, Recovery, State, Wait,
};

type Clock = &'static ManualClock;

#[allow(clippy::unnecessary_wraps)] // as it is told
fn ticks(ticks: u32) -> Option<Wait> {
    Some(Wait::new(ticks, 1_000))
}

#[test]
fn openings_in_a_row_are_told_until_it_closes() {
    static CLOCK: ManualClock = ManualClock::at(u32::MAX - 50);
    static B: CircuitBreaker<Clock> = CircuitBreaker::new(
        &Config::new("b").error_threshold(2).recovery_timeout_ticks(10),
        &CLOCK,
    );
    let circuit: &dyn Circuit = &B;
    let told = || {
        let told = (B.openings(), B.since_opening());
        assert_eq!((circuit.openings(), circuit.since_opening()), told);
        assert_eq!(circuit.open_time(), B.open_time());
        told
    };
    assert_eq!((told(), B.open_time()), ((0, None), None));
    for _ in 0..2 {
        let _ = B.call(|| Err::<(), _>(7));
    }
    for openings in 1..=17_u8 {
        assert_eq!((told(), B.retry_after()), ((openings.min(15), ticks(0)), ticks(10)));
        CLOCK.advance_ticks(11);
        assert_eq!(told(), (openings.min(15), ticks(11)));
        let _ = B.call(|| Err::<(), _>(7));
    }
    CLOCK.advance_ticks(10);
    assert!(B.call(|| Ok::<_, ()>(7)).is_ok());
    CLOCK.advance_ticks(90);
    assert_eq!(told(), (0, ticks(100)));
    B.force_open();
    assert_eq!(told(), (0, ticks(100)));
}

#[test]
fn a_level_that_a_reset_time_keeps_is_told_while_closed() {
    static CLOCK: ManualClock = ManualClock::new();
    static B: CircuitBreaker<Clock> = CircuitBreaker::new(
        &Config::new("b")
            .error_threshold(1)
            .recovery_timeout_ticks(10)
            .recovery(&Recovery::new().reset_time(Duration::from_secs(1))),
        &CLOCK,
    );
    let _ = B.call(|| Err::<(), _>(7));
    CLOCK.advance_ticks(10);
    assert!(B.call(|| Ok::<_, ()>(7)).is_ok());
    assert_eq!((B.state(), B.openings()), (State::Closed, 1));
    B.reset();
    assert_eq!(B.openings(), 0);
}

#[test]
fn a_slow_start_tells_what_is_left_of_it() {
    static CLOCK: ManualClock = ManualClock::new();
    static B: CircuitBreaker<Clock, SlowStart<Consecutive>> = CircuitBreaker::new(
        &Config::new("b")
            .error_threshold(1)
            .recovery_timeout_ticks(10)
            .slow_start(Duration::from_millis(160)),
        &CLOCK,
    );
    let circuit: &dyn Circuit = &B;
    let left = || {
        assert_eq!(circuit.slow_start_left(), B.slow_start_left());
        B.slow_start_left()
    };
    assert_eq!(left(), None);
    let _ = B.call(|| Err::<(), _>(7));
    assert_eq!(left(), None);
    CLOCK.advance_ticks(10);
    assert!(B.call(|| Ok::<_, ()>(7)).is_ok());
    assert_eq!((B.state(), left()), (State::SlowStart, ticks(160)));
    CLOCK.advance_ticks(159);
    assert_eq!(left(), ticks(1));
    CLOCK.advance_ticks(1);
    assert_eq!((B.state(), left()), (State::Closed, None));
}

#[test]
fn an_opening_for_a_time_takes_a_coarse_clock_into_account() {
    static NOW: AtomicU32 = AtomicU32::new(0);
    type Coarse = FnClock<u32, 256_000, 256>;
    static RECOVERY: Recovery<Coarse> = Recovery::new().max_wait(Duration::from_secs(600));
    static B: CircuitBreaker<Coarse> = CircuitBreaker::new(
        &Config::new("b").recovery(&RECOVERY),
        Coarse::new(|| NOW.load(Relaxed)),
    );
    let circuit: &dyn Circuit = &B;
    circuit.open_for(Duration::from_secs(300));
    let asked = 300 * 256_000 + 256;
    let lasts = B.retry_after().unwrap().ticks();
    assert!(asked <= lasts && lasts <= asked + asked / 128, "{lasts}");
    circuit.reset();
    B.open_for(Duration::from_secs(300));
    assert_eq!(B.retry_after().unwrap().ticks(), lasts);
}

#[test]
fn wide_ticks_tell_their_lower_half_without_their_type() {
    static NOW: AtomicU64 = AtomicU64::new((7 << 32) + 5);
    static B: CircuitBreaker<FnClock<u64, 1_000>> =
        CircuitBreaker::new(&Config::new("b"), FnClock::new(|| NOW.load(Relaxed)));
    B.trip();
    let circuit: &dyn Circuit = &B;
    assert_eq!((circuit.open_time(), B.open_time()), (Some(5), Some((7 << 32) + 5)));
}
