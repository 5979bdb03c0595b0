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

/// Reads, calls, permits and futures from each method of an observer, from the step and from the report: each returns, and
/// nobody loses a result or a slot by it.
#[test]
fn an_observer_may_use_the_breaker_in_every_way_from_each_of_its_methods() {
    use core::future::{Future, ready};
    use core::pin::pin;
    use core::task::{Context, Poll, Waker};
    use mcb::{Circuit, Consecutive, EveryError, Observer, Reporting};
    use std::sync::Mutex;

    type Report = fn(&'static str, &Result<u8, u8>);
    type Breaker = CircuitBreaker<&'static ManualClock, Consecutive, Reporting<Report, EveryError>>;

    static C: ManualClock = ManualClock::new();
    /// Where it was called, and whether a call passed there.
    static SEEN: Mutex<Vec<(&str, State, bool)>> = Mutex::new(Vec::new());

    /// Every use that changes no state by itself.
    fn uses(from: &'static str) {
        let circuit: &dyn Circuit = &B;
        let state = B.state();
        assert_eq!((circuit.state(), circuit.error_count()), (state, B.error_count()));
        assert_eq!(circuit.retry_after(), B.retry_after());
        let _ = (B.open_time(), B.recovery_start_time(), B.success_count(), B.check());
        // Nothing that it calls counts: a success would close what it is told of in the middle.
        let passes = B.try_acquire().map(mcb::Permit::ignore).is_ok();
        if state == State::Closed {
            let called = B.call(|| Ok(1));
            assert_eq!(called.is_ok(), passes);
            assert_eq!(B.call_on(&mut (), |()| true, |()| Ok(1)), called);
            let polled = pin!(B.call_async(ready(Ok(1))));
            let polled = polled.poll(&mut Context::from_waker(Waker::noop()));
            assert_eq!(polled, Poll::Ready(called));
        }
        assert_eq!(B.state(), state);
        SEEN.lock().unwrap().push((from, state, passes));
    }

    struct Acting;
    impl Observer for Acting {
        fn on_open(&self, _: &Transition, _: Cause) {
            uses("open");
        }
        fn on_close(&self, _: &Transition) {
            uses("close");
        }
        fn on_transition(&self, _: &Transition) {
            uses("transition");
        }
    }
    fn step(_: &'static str) -> bool {
        uses("step");
        true
    }
    fn report(_: &'static str, _: &Result<u8, u8>) {
        uses("report");
    }
    static B: Breaker = CircuitBreaker::new(
        &Config::new("b")
            .error_threshold(1)
            .before_probe(step)
            .hooks(&Acting)
            .rules(EveryError.reporting(report as Report)),
        &C,
    );
    let seen = || core::mem::take(&mut *SEEN.lock().unwrap());

    assert_eq!(B.call(|| Err(7)), Err(Error::Inner(7)));
    let open = ["transition", "open", "report"].map(|from| (from, State::Open, false));
    assert_eq!(seen(), open);
    C.advance_ticks(30_000);
    assert_eq!(B.call(|| Ok(5)), Ok(5));
    // The one slot is the probe's, whose call they run in.
    let half_open = ["transition", "step"].map(|from| (from, State::HalfOpen, false));
    let closed = ["transition", "close"].map(|from| (from, State::Closed, true));
    assert_eq!(seen(), [half_open, closed].concat());
    B.force_open();
    B.force_closed();
    B.reset();
    let forced = [(State::ForcedOpen, false), (State::ForcedClosed, true), (State::Closed, true)];
    assert_eq!(seen(), forced.map(|(state, passes)| ("transition", state, passes)));
}

/// A hand in each method: every change is told, and the last one holds.
#[test]
fn an_observer_may_change_the_state_from_each_of_its_methods() {
    use State::{Closed, ForcedClosed, ForcedOpen, HalfOpen, Open};
    use mcb::Observer;
    use std::sync::Mutex;

    static C: ManualClock = ManualClock::new();
    static TOLD: Mutex<Vec<(State, State)>> = Mutex::new(Vec::new());
    /// Which method acts.
    static ACTS: AtomicU32 = AtomicU32::new(0);
    struct Acting;
    impl Observer for Acting {
        fn on_open(&self, _: &Transition, _: Cause) {
            if ACTS.load(Relaxed) == 1 {
                B.force_closed();
            }
        }
        fn on_close(&self, _: &Transition) {
            if ACTS.load(Relaxed) == 2 {
                B.force_open();
            }
        }
        fn on_transition(&self, change: &Transition) {
            TOLD.lock().unwrap().push((change.from, change.to));
            if ACTS.load(Relaxed) == 3 && change.to == HalfOpen {
                B.reset();
            }
        }
    }
    static B: Breaker = Breaker::new(&Config::new("b").error_threshold(1).hooks(&Acting), &C);
    let cycle = |acts| {
        B.reset();
        TOLD.lock().unwrap().clear();
        ACTS.store(acts, Relaxed);
        assert_eq!(B.call(|| Err::<u8, _>(7)), Err(Error::Inner(7)));
        C.advance_ticks(30_000);
        assert_eq!(B.call(|| Ok::<_, u8>(5)), Ok(5));
        (B.state(), TOLD.lock().unwrap().clone())
    };
    assert_eq!(cycle(1), (ForcedClosed, vec![(Closed, Open), (Open, ForcedClosed)]));
    let closes = [(Closed, Open), (Open, HalfOpen), (HalfOpen, Closed)];
    assert_eq!(cycle(2), (ForcedOpen, [&closes[..], &[(Closed, ForcedOpen)]].concat()));
    // The recovery is taken from the probe, whose call runs all the same.
    assert_eq!(cycle(3), (Closed, closes.to_vec()));
    assert_eq!(cycle(0), (Closed, closes.to_vec()));
}
