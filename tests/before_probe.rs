//! The step before the first probe of a recovery: whether it helped, what it may do, and what its panics mean.
#![cfg(not(loom))]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::panic::{AssertUnwindSafe, catch_unwind};

use mcb::{Cause, CircuitBreaker, Config, Error, Hooks, ManualClock, State, Transition, Wait};

type Breaker = CircuitBreaker<&'static ManualClock>;

fn panics<T>(f: impl FnOnce() -> T) -> bool {
    catch_unwind(AssertUnwindSafe(f)).is_err()
}

#[test]
fn one_that_fails_is_a_failed_probe() {
    static CLOCK: ManualClock = ManualClock::new();
    static STEPS: AtomicU32 = AtomicU32::new(0);
    fn recover(id: &'static str) -> bool {
        assert_eq!((id, B.state()), ("b", State::HalfOpen));
        STEPS.fetch_add(1, Relaxed) > 0 // the first attempt does not help
    }
    static CAUSES: AtomicU32 = AtomicU32::new(0);
    fn opened(_: &Transition, cause: Cause) {
        CAUSES.fetch_add(if cause == Cause::Recovery { 10 } else { 1 }, Relaxed);
    }
    static B: Breaker = Breaker::new(
        &Config::new("b")
            .error_threshold(1)
            .recovery_threshold(2)
            .before_probe(recover)
            .hooks(&Hooks::new().on_open(opened)),
        &CLOCK,
    );
    B.try_acquire().unwrap().failure();
    CLOCK.advance_ticks(30_000);
    let rejected = B.call(|| Ok::<_, ()>(())).unwrap_err();
    let rejected = rejected.rejected().expect("no probe went out");
    assert_eq!(rejected.retry_after.map(Wait::ticks), Some(30_000));
    assert_eq!((rejected.state, rejected.error_count), (State::Open, 2));
    assert_eq!((B.state(), B.error_count()), (State::Open, 2));
    assert_eq!(CAUSES.load(Relaxed), 11);
    CLOCK.advance_ticks(30_000);
    assert!(B.call(|| Ok::<_, ()>(())).is_ok());
    assert!(B.call(|| Ok::<_, ()>(())).is_ok());
    // The second probe of a recovery is not prepared again.
    assert_eq!((B.state(), STEPS.load(Relaxed)), (State::Closed, 2));
}

#[test]
fn it_runs_once_a_recovery_whatever_becomes_of_the_probes() {
    static CLOCK: ManualClock = ManualClock::new();
    static STEPS: AtomicU32 = AtomicU32::new(0);
    fn recover(_: &'static str) -> bool {
        STEPS.fetch_add(1, Relaxed);
        true
    }
    static B: Breaker = Breaker::new(
        &Config::new("b").error_threshold(1).max_probes(2).before_probe(recover),
        &CLOCK,
    );
    B.try_acquire().unwrap().failure();
    CLOCK.advance_ticks(30_000);
    drop(B.try_acquire().unwrap());
    let hung = B.try_acquire().unwrap();
    let _other = B.try_acquire().unwrap();
    CLOCK.advance_ticks(30_000); // their slots pass on
    drop(B.try_acquire().unwrap());
    assert_eq!(STEPS.load(Relaxed), 1);
    hung.failure();
    CLOCK.advance_ticks(30_000);
    drop(B.try_acquire().unwrap());
    assert_eq!(STEPS.load(Relaxed), 2, "another recovery");
}

#[test]
fn one_that_forces_it_open_leaves_no_time_to_tell() {
    static CLOCK: ManualClock = ManualClock::new();
    fn give_up(_: &'static str) -> bool {
        B.force_open();
        false
    }
    static B: Breaker =
        Breaker::new(&Config::new("b").error_threshold(1).before_probe(give_up), &CLOCK);
    B.try_acquire().unwrap().failure();
    CLOCK.advance_ticks(30_000);
    let rejected = B.try_acquire().unwrap_err();
    assert_eq!((rejected.state, rejected.retry_after), (State::ForcedOpen, None));
    assert_eq!(B.state(), State::ForcedOpen);
}

/// The very call was not prepared, and the next may pass: its wait is no time at all.
#[test]
fn one_that_fails_and_resets_rejects_this_call_alone() {
    static CLOCK: ManualClock = ManualClock::new();
    fn reset(_: &'static str) -> bool {
        B.reset();
        false
    }
    static B: Breaker =
        Breaker::new(&Config::new("b").error_threshold(1).before_probe(reset), &CLOCK);
    B.try_acquire().unwrap().failure();
    CLOCK.advance_ticks(30_000);
    let rejected = B.try_acquire().unwrap_err();
    assert_eq!(rejected.state, State::Closed);
    assert!(rejected.retry_after.is_some_and(Wait::is_zero));
    assert_eq!(rejected.to_string(), "circuit b is closed, retry now (0 errors)");
    assert!(B.try_acquire().is_ok());
}

#[test]
fn one_that_resets_and_helps_lets_the_call_run_uncounted() {
    static CLOCK: ManualClock = ManualClock::new();
    fn reset(_: &'static str) -> bool {
        B.reset();
        true
    }
    static B: Breaker =
        Breaker::new(&Config::new("b").error_threshold(1).before_probe(reset), &CLOCK);
    let _ = B.call(|| Err::<(), _>(1));
    CLOCK.advance_ticks(30_000);
    assert_eq!(B.call(|| Err::<(), _>(4)), Err(Error::Inner(4)));
    assert_eq!((B.state(), B.error_count()), (State::Closed, 0)); // admitted in another generation
}

#[test]
fn one_that_panics_keeps_no_slot() {
    static CLOCK: ManualClock = ManualClock::new();
    fn step(_: &'static str) -> bool {
        panic!("x")
    }
    static CAUSES: AtomicU32 = AtomicU32::new(0);
    fn opened(_: &Transition, cause: Cause) {
        CAUSES.fetch_add(if cause == Cause::Panic { 10 } else { 1 }, Relaxed);
    }
    static B: Breaker = Breaker::new(
        &Config::new("b")
            .error_threshold(1)
            .before_probe(step)
            .hooks(&Hooks::new().on_open(opened)),
        &CLOCK,
    );
    let _ = B.call(|| Err::<(), _>(1));
    CLOCK.advance_ticks(30_000);
    assert!(panics(|| B.try_acquire().is_ok()));
    assert_eq!((B.state(), B.error_count()), (State::Open, 2));
    assert_eq!(CAUSES.load(Relaxed), 11);
}

/// The recovery has begun, and its later probes rely on what the step does.
#[test]
fn it_runs_also_where_a_hook_panics_when_it_is_told_of_the_recovery() {
    static CLOCK: ManualClock = ManualClock::new();
    static STEPS: AtomicU32 = AtomicU32::new(0);
    static HELPS: AtomicU32 = AtomicU32::new(1);
    fn recover(_: &'static str) -> bool {
        STEPS.fetch_add(1, Relaxed);
        HELPS.load(Relaxed) == 1
    }
    fn told(change: &Transition) {
        assert_ne!(change.to, State::HalfOpen, "the hook's own fault");
    }
    static B: Breaker = Breaker::new(
        &Config::new("b")
            .error_threshold(1)
            .before_probe(recover)
            .hooks(&Hooks::new().on_transition(told)),
        &CLOCK,
    );
    B.try_acquire().unwrap().failure();
    CLOCK.advance_ticks(30_000);
    assert!(panics(|| B.try_acquire().is_ok()));
    assert_eq!((STEPS.load(Relaxed), B.state()), (1, State::HalfOpen));
    assert!(B.retry_after().is_some_and(Wait::is_zero), "the slot was given back");
    assert_eq!(B.call(|| Ok::<_, ()>(1)), Ok(1));
    assert_eq!((STEPS.load(Relaxed), B.state()), (1, State::Closed));

    HELPS.store(0, Relaxed);
    B.try_acquire().unwrap().failure();
    CLOCK.advance_ticks(30_000);
    assert!(panics(|| B.try_acquire().is_ok()));
    assert_eq!((STEPS.load(Relaxed), B.state(), B.error_count()), (2, State::Open, 2));
}

/// The wait is that of the breaker as a hook has left it.
#[test]
fn one_that_fails_and_is_reset_by_a_hook_rejects_this_call_alone() {
    static CLOCK: ManualClock = ManualClock::new();
    fn opened(_: &Transition, cause: Cause) {
        if cause == Cause::Recovery {
            B.reset();
        }
    }
    static B: Breaker = Breaker::new(
        &Config::new("b")
            .error_threshold(1)
            .before_probe(|_| false)
            .hooks(&Hooks::new().on_open(opened)),
        &CLOCK,
    );
    B.try_acquire().unwrap().failure();
    CLOCK.advance_ticks(30_000);
    let rejected = B.try_acquire().unwrap_err();
    assert_eq!((rejected.state, B.state()), (State::Closed, State::Closed));
    assert!(rejected.retry_after.is_some_and(Wait::is_zero), "{rejected}");
}
