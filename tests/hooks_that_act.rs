//! Hooks that call the breaker, or panic: the state is settled before they run, and a result is lost
//! only to a panic.
#![cfg(not(loom))]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::panic::{AssertUnwindSafe, catch_unwind};

use mcb::{Cause, CircuitBreaker, Config, Error, Hooks, ManualClock, State, Transition, Wait};

type Breaker = CircuitBreaker<&'static ManualClock>;

#[test]
fn on_close_may_reopen_by_hand() {
    static C: ManualClock = ManualClock::new();
    fn h(_: &Transition) {
        assert_eq!(B.state(), State::Closed);
        B.force_open();
    }
    static B: Breaker =
        Breaker::new(&Config::new("b").error_threshold(1).hooks(&Hooks::new().on_close(h)), &C);
    let _ = B.call(|| Err::<(), _>(1));
    C.advance_ticks(30_000);
    assert_eq!(B.call(|| Ok::<_, ()>(5)), Ok(5));
    assert_eq!(B.state(), State::ForcedOpen);
}

#[test]
fn on_transition_may_reset_and_the_result_survives() {
    static C: ManualClock = ManualClock::new();
    static N: AtomicU32 = AtomicU32::new(0);
    fn h(change: &Transition) {
        N.fetch_add(1, Relaxed);
        if change.to == State::Open {
            B.reset();
        }
    }
    static B: Breaker = Breaker::new(
        &Config::new("b").error_threshold(1).hooks(&Hooks::new().on_transition(h)),
        &C,
    );
    assert_eq!(B.call(|| Err::<(), _>(9)), Err(Error::Inner(9)));
    assert_eq!((B.state(), N.load(Relaxed)), (State::Closed, 2));
}

#[test]
fn a_hook_that_panics_leaves_the_state_settled() {
    static C: ManualClock = ManualClock::new();
    fn h(_: &Transition, _: Cause) {
        panic!("x")
    }
    static B: Breaker =
        Breaker::new(&Config::new("b").error_threshold(1).hooks(&Hooks::new().on_open(h)), &C);
    assert!(catch_unwind(AssertUnwindSafe(|| B.call(|| Err::<(), _>(1)).is_ok())).is_err());
    assert_eq!((B.state(), B.error_count()), (State::Open, 1));
}

/// The call in which a future or a permit ends is one like any other.
#[test]
fn a_hook_that_panics_at_a_late_end_settles_once_too() {
    use core::future::Future;
    use core::pin::pin;
    use core::task::{Context, Waker};

    static C: ManualClock = ManualClock::new();
    fn h(_: &Transition, _: Cause) {
        panic!("x")
    }
    static B: Breaker =
        Breaker::new(&Config::new("b").error_threshold(1).hooks(&Hooks::new().on_open(h)), &C);
    for opens in [(|| B.try_acquire().unwrap().failure()) as fn(), || {
        let call = pin!(B.call_async(async { Err::<(), _>(1) }));
        let _ = call.poll(&mut Context::from_waker(Waker::noop()));
    }] {
        B.reset();
        assert!(catch_unwind(opens).is_err());
        assert_eq!((B.state(), B.error_count()), (State::Open, 1));
    }
}

#[test]
fn a_hook_may_make_a_guarded_call() {
    static C: ManualClock = ManualClock::new();
    static R: AtomicU32 = AtomicU32::new(0);
    fn h(_: &Transition, _: Cause) {
        if B.call(|| Ok::<_, ()>(())).unwrap_err().is_rejected() {
            R.fetch_add(1, Relaxed);
        }
    }
    static B: Breaker =
        Breaker::new(&Config::new("b").error_threshold(1).hooks(&Hooks::new().on_open(h)), &C);
    assert_eq!(B.call(|| Err::<(), _>(3)), Err(Error::Inner(3)));
    assert_eq!(R.load(Relaxed), 1);
}

#[test]
fn a_hook_that_panics_again_while_it_unwinds_does_not_abort() {
    static C: ManualClock = ManualClock::new();
    static PANICS: AtomicU32 = AtomicU32::new(0);
    /// As a poisoned lock would: once it has panicked it panics for ever.
    fn h(change: &Transition) {
        if change.to == State::HalfOpen || PANICS.load(Relaxed) > 0 {
            PANICS.fetch_add(1, Relaxed);
            panic!("x")
        }
    }
    static B: Breaker = Breaker::new(
        &Config::new("b").error_threshold(1).hooks(&Hooks::new().on_transition(h)),
        &C,
    );
    let _ = B.call(|| Err::<(), _>(1));
    C.advance_ticks(30_000);
    assert!(catch_unwind(AssertUnwindSafe(|| B.call(|| Ok::<_, ()>(())).is_ok())).is_err());
    // Told once, and the slot of the probe that never ran is free again.
    assert_eq!((PANICS.load(Relaxed), B.state()), (1, State::HalfOpen));
    assert!(B.retry_after().is_some_and(Wait::is_zero));
}

#[test]
fn one_that_panics_keeps_those_after_it_from_running() {
    static C: ManualClock = ManualClock::new();
    static RAN: AtomicU32 = AtomicU32::new(0);
    fn first(_: &Transition) {
        RAN.fetch_add(1, Relaxed);
    }
    fn second(_: &Transition) {
        panic!("x")
    }
    fn third(_: &Transition) {
        RAN.fetch_add(10, Relaxed);
    }
    fn opened(_: &Transition, _: Cause) {
        RAN.fetch_add(100, Relaxed);
    }
    static B: Breaker = Breaker::new(
        &Config::new("b").error_threshold(1).hooks(
            &Hooks::new()
                .on_transition(first)
                .on_transition(second)
                .on_transition(third)
                .on_open(opened),
        ),
        &C,
    );
    assert!(catch_unwind(AssertUnwindSafe(|| B.call(|| Err::<(), _>(1)).is_ok())).is_err());
    assert_eq!((RAN.load(Relaxed), B.state()), (1, State::Open));
}
