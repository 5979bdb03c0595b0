//! Admission without a function.

use mcb::{Config, ManualClock, State};

use super::Breaker;

#[test]
fn a_permit_knows_whether_it_is_a_probe() {
    static CLOCK: ManualClock = ManualClock::new();
    static B: Breaker = Breaker::new(&Config::new("b").error_threshold(1), &CLOCK);
    let permit = B.try_acquire().unwrap();
    assert!(!permit.is_probe());
    permit.failure();
    CLOCK.advance_ticks(30_000);
    assert!(B.try_acquire().unwrap().is_probe());
}

#[test]
fn what_it_says_counts_and_what_it_ignores_gives_its_slot_back() {
    static CLOCK: ManualClock = ManualClock::new();
    static B: Breaker =
        Breaker::new(&Config::new("b").error_threshold(2).recovery_threshold(2), &CLOCK);
    B.try_acquire().unwrap().failure();
    B.try_acquire().unwrap().ignore();
    assert_eq!(B.error_count(), 1);
    B.try_acquire().unwrap().success();
    assert_eq!(B.error_count(), 0);
    (0..2).for_each(|_| B.try_acquire().unwrap().failure());
    CLOCK.advance_ticks(30_000);
    let probe = B.try_acquire().unwrap();
    assert!(B.try_acquire().is_err());
    probe.ignore();
    assert_eq!((B.state(), B.success_count()), (State::HalfOpen, 0));
    B.try_acquire().unwrap().success();
    assert_eq!((B.state(), B.success_count()), (State::HalfOpen, 1));
    B.try_acquire().unwrap().success();
    assert_eq!(B.state(), State::Closed);
}
