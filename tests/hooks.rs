//! Hooks that call the breaker, or panic: the state is settled before they run, and a result is lost
//! only to a panic.
#![cfg(not(loom))]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::panic::{AssertUnwindSafe, catch_unwind};

use mcb::{
    Cause, Circuit, CircuitBreaker, Config, Consecutive, Error, Hooked, Hooks, ManualClock, State,
    Transition, Wait,
};

type Clock = &'static ManualClock;
type HookedBreaker = CircuitBreaker<Clock, Consecutive, Hooked>;

#[test]
fn on_close_may_reopen_by_hand() {
    static C: ManualClock = ManualClock::new();
    fn h(c: &dyn Circuit) {
        assert_eq!(c.state(), State::Closed);
        c.force_open();
    }
    static B: HookedBreaker = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).hooks(Hooks::new().on_close(h)),
        &C,
    );
    let _ = B.call(|| Err::<(), _>(1));
    C.advance_ticks(30_000);
    assert_eq!(B.call(|| Ok::<_, ()>(5)), Ok(5));
    assert_eq!(B.state(), State::ForcedOpen);
}

#[test]
fn on_transition_may_reset_and_the_result_survives() {
    static C: ManualClock = ManualClock::new();
    static N: AtomicU32 = AtomicU32::new(0);
    fn h(c: &dyn Circuit, t: Transition) {
        N.fetch_add(1, Relaxed);
        if t.to == State::Open {
            c.reset();
        }
    }
    static B: HookedBreaker = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).hooks(Hooks::new().on_transition(h)),
        &C,
    );
    assert_eq!(B.call(|| Err::<(), _>(9)), Err(Error::Inner(9)));
    assert_eq!((B.state(), N.load(Relaxed)), (State::Closed, 2));
}

#[test]
fn before_probe_resets_then_the_call_still_runs() {
    static C: ManualClock = ManualClock::new();
    fn h(c: &dyn Circuit) -> bool {
        c.reset();
        true
    }
    static B: HookedBreaker = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).hooks(Hooks::new().before_probe(h)),
        &C,
    );
    let _ = B.call(|| Err::<(), _>(1));
    C.advance_ticks(30_000);
    assert_eq!(B.call(|| Err::<(), _>(4)), Err(Error::Inner(4)));
    assert_eq!((B.state(), B.error_count()), (State::Closed, 0)); // admitted in another generation
}

#[test]
fn a_before_probe_that_panics_keeps_no_place() {
    static C: ManualClock = ManualClock::new();
    fn h(_: &dyn Circuit) -> bool {
        panic!("x")
    }
    static B: HookedBreaker = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).hooks(Hooks::new().before_probe(h)),
        &C,
    );
    let _ = B.call(|| Err::<(), _>(1));
    C.advance_ticks(30_000);
    assert!(catch_unwind(AssertUnwindSafe(|| B.try_acquire().is_ok())).is_err());
    assert_eq!((B.state(), B.error_count()), (State::Open, 2));
}

#[test]
fn a_hook_that_panics_leaves_the_state_settled() {
    static C: ManualClock = ManualClock::new();
    fn h(_: &dyn Circuit, _: Cause<'_>) {
        panic!("x")
    }
    static B: HookedBreaker = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).hooks(Hooks::new().on_open(h)),
        &C,
    );
    assert!(catch_unwind(AssertUnwindSafe(|| B.call(|| Err::<(), _>(1)).is_ok())).is_err());
    assert_eq!((B.state(), B.error_count()), (State::Open, 1));
}

#[test]
fn a_hook_may_make_a_guarded_call() {
    static C: ManualClock = ManualClock::new();
    static R: AtomicU32 = AtomicU32::new(0);
    fn h(_: &dyn Circuit, _: Cause<'_>) {
        if B.call(|| Ok::<_, ()>(())).unwrap_err().is_rejected() {
            R.fetch_add(1, Relaxed);
        }
    }
    static B: HookedBreaker = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).hooks(Hooks::new().on_open(h)),
        &C,
    );
    assert_eq!(B.call(|| Err::<(), _>(3)), Err(Error::Inner(3)));
    assert_eq!(R.load(Relaxed), 1);
}

#[test]
fn a_hook_that_panics_again_while_it_unwinds_does_not_abort() {
    static C: ManualClock = ManualClock::new();
    static PANICS: AtomicU32 = AtomicU32::new(0);
    /// As a poisoned lock would: once it has panicked it panics for ever.
    fn h(_: &dyn Circuit, t: Transition) {
        if t.to == State::HalfOpen || PANICS.load(Relaxed) > 0 {
            PANICS.fetch_add(1, Relaxed);
            panic!("x")
        }
    }
    static B: HookedBreaker = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).hooks(Hooks::new().on_transition(h)),
        &C,
    );
    let _ = B.call(|| Err::<(), _>(1));
    C.advance_ticks(30_000);
    assert!(catch_unwind(AssertUnwindSafe(|| B.call(|| Ok::<_, ()>(())).is_ok())).is_err());
    // Told once, and the place of the probe that never ran is free again.
    assert_eq!((PANICS.load(Relaxed), B.state()), (1, State::HalfOpen));
    assert!(B.retry_after().is_some_and(Wait::is_zero));
}
