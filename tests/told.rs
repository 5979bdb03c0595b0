//! Who is told of each call, and what.
#![cfg(not(loom))]

use core::time::Duration;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use Event::{Change, Opened, Rejected, Result as Ended};
use mcb::observe::Told;
use mcb::strategy::{ObserveOnly, SlowCalls};
use mcb::{
    Cause, CircuitBreaker, Config, ConfigErrorKind, Consecutive, Error, Hooks, ManualClock,
    Observer, State, Transition, Verdict,
};

type Clock = &'static ManualClock;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    Change(State, State),
    Opened(Cause),
    Result(Verdict, bool),
    Rejected(bool),
}

/// Keeps what it is told.
struct Trace(Mutex<Vec<Event>>);

impl Trace {
    const fn new() -> Self {
        Trace(Mutex::new(Vec::new()))
    }

    fn push(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }

    fn take(&self) -> Vec<Event> {
        core::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Observer for Trace {
    fn on_open(&self, _: &Transition, cause: Cause) {
        self.push(Opened(cause));
    }
    fn on_transition(&self, change: &Transition) {
        self.push(Change(change.from, change.to));
    }
    fn on_result(&self, id: &'static str, verdict: Verdict, probe: bool) {
        assert_eq!(id, "b");
        self.push(Ended(verdict, probe));
    }
    fn on_rejected(&self, id: &'static str, passed: bool) {
        assert_eq!(id, "b");
        self.push(Rejected(passed));
    }
}

const FAILED: Event = Ended(Verdict::Failure, false);
const OPENS: Event = Change(State::Closed, State::Open);
const PROBES: Event = Change(State::Open, State::HalfOpen);
const CLOSES: Event = Change(State::HalfOpen, State::Closed);

#[test]
fn each_call_is_told_once_before_what_it_changes() {
    static TRACE: Trace = Trace::new();
    static CLOCK: ManualClock = ManualClock::new();
    static B: CircuitBreaker<Clock, Told<Consecutive, Trace>> =
        CircuitBreaker::new(&Config::new("b").error_threshold(2).observer(&TRACE), &CLOCK);

    assert_eq!(B.call(|| Ok::<_, ()>(1)), Ok(1));
    assert_eq!(TRACE.take(), [Ended(Verdict::Success, false)]);
    assert_eq!(B.call(|| Err::<(), _>(7)), Err(Error::Inner(7)));
    assert_eq!(TRACE.take(), [FAILED]);
    let _ = B.call(|| Err::<(), _>(7));
    assert_eq!(TRACE.take(), [FAILED, OPENS, Opened(Cause::Error)]);
    assert!(B.call(|| Ok::<_, ()>(1)).is_err());
    assert!(B.try_acquire().is_err());
    assert_eq!(TRACE.take(), [Rejected(false); 2]);

    CLOCK.advance_ticks(30_000);
    assert_eq!(B.call(|| Ok::<_, ()>(1)), Ok(1));
    assert_eq!(TRACE.take(), [PROBES, Ended(Verdict::Success, true), CLOSES]);
}

#[test]
fn permits_futures_and_exclusive_calls_tell_as_calls_do() {
    static TRACE: Trace = Trace::new();
    static CLOCK: ManualClock = ManualClock::new();
    static CONFIG: Config<Clock, Told<Consecutive, Trace>> = Config::new("b").observer(&TRACE);
    let mut b = CircuitBreaker::try_new(&CONFIG, &CLOCK).unwrap();

    b.try_acquire().unwrap().success();
    b.try_acquire().unwrap().failure();
    b.try_acquire().unwrap().ignore();
    drop(b.try_acquire().unwrap());
    core::mem::forget(b.try_acquire().unwrap());
    let verdicts = [Verdict::Success, Verdict::Failure, Verdict::Ignore, Verdict::Ignore];
    assert_eq!(TRACE.take(), verdicts.map(|verdict| Ended(verdict, false)));

    {
        let mut call = pin!(b.call_async(async { Ok::<_, ()>(1) }));
        let context = &mut Context::from_waker(Waker::noop());
        assert_eq!(call.as_mut().poll(context), Poll::Ready(Ok(1)));
        let mut waits = pin!(b.call_async(core::future::pending::<Result<(), ()>>()));
        assert!(waits.as_mut().poll(context).is_pending());
        let _never_polled = b.call_async(async { Ok::<_, ()>(1) });
    }
    assert_eq!(TRACE.take(), [Ended(Verdict::Success, false), Ended(Verdict::Ignore, false)]);

    assert_eq!(b.call_mut(|| Ok::<_, ()>(1)), Ok(1));
    let _ = b.call_mut(|| Err::<(), _>(7));
    assert_eq!(TRACE.take(), [Ended(Verdict::Success, false), FAILED]);
}

#[test]
fn a_panic_a_drop_and_a_slow_success_are_told_as_what_they_count_for() {
    static TRACE: Trace = Trace::new();
    static CLOCK: ManualClock = ManualClock::new();
    static B: CircuitBreaker<Clock, Told<SlowCalls<Consecutive>, Trace>> = CircuitBreaker::new(
        &Config::new("b")
            .dropped(Verdict::Failure)
            .slow_call(Duration::from_millis(9))
            .observer(&TRACE),
        &CLOCK,
    );
    let panics = || B.call(|| -> Result<u8, u8> { panic!("x") });
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    drop(B.try_acquire().unwrap());
    let slow = || {
        CLOCK.advance_ticks(10);
        Ok::<_, ()>(1)
    };
    assert_eq!(B.call(slow), Ok(1));
    assert_eq!(TRACE.take(), [FAILED; 3]);
    assert_eq!(B.error_count(), 3);
}

#[test]
fn the_order_of_what_stands_around_a_strategy_is_free() {
    static TRACE: Trace = Trace::new();
    static CLOCK: ManualClock = ManualClock::new();
    static B: CircuitBreaker<Clock, SlowCalls<Told<Consecutive, Trace>>> = CircuitBreaker::new(
        &Config::new("b").observer(&TRACE).slow_call(Duration::from_millis(9)),
        &CLOCK,
    );
    let slow = || {
        CLOCK.advance_ticks(10);
        Ok::<_, ()>(1)
    };
    assert_eq!(B.call(slow), Ok(1));
    assert_eq!(TRACE.take(), [FAILED]);
}

#[test]
fn one_that_only_observes_tells_of_those_that_would_have_been_rejected_and_of_no_result_of_theirs()
{
    static TRACE: Trace = Trace::new();
    static CLOCK: ManualClock = ManualClock::new();
    static B: CircuitBreaker<Clock, ObserveOnly<Told<Consecutive, Trace>>> = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).observer(&TRACE).observe_only(),
        &CLOCK,
    );
    let _ = B.call(|| Err::<(), _>(7));
    assert_eq!(TRACE.take(), [FAILED, OPENS, Opened(Cause::Error)]);
    assert_eq!(B.call(|| Ok::<_, ()>(1)), Ok(1));
    assert_eq!(B.call(|| Err::<(), _>(7)), Err(Error::Inner(7)));
    B.try_acquire().unwrap().failure();
    assert_eq!(TRACE.take(), [Rejected(true); 3]);
}

#[test]
fn a_recovery_in_vain_is_a_rejection_and_no_result() {
    static TRACE: Trace = Trace::new();
    static CLOCK: ManualClock = ManualClock::new();
    static B: CircuitBreaker<Clock, Told<Consecutive, Trace>> =
        CircuitBreaker::new(&Config::new("b").error_threshold(1).observer(&TRACE), &CLOCK);
    let _ = B.call(|| Err::<(), _>(7));
    CLOCK.advance_ticks(30_000);
    TRACE.take();
    assert!(B.call_on(&mut (), |()| false, |()| Ok::<_, ()>(1)).is_err());
    let reopens = Change(State::HalfOpen, State::Open);
    assert_eq!(TRACE.take(), [PROBES, reopens, Opened(Cause::Recovery), Rejected(false)]);
}

#[test]
fn an_observer_that_panics_leaves_the_result_settled() {
    struct Panics;
    impl Observer for Panics {
        fn on_result(&self, _: &'static str, _: Verdict, _: bool) {
            panic!("told");
        }
    }
    static CLOCK: ManualClock = ManualClock::new();
    static B: CircuitBreaker<Clock, Told<Consecutive, Panics>> =
        CircuitBreaker::new(&Config::new("b").error_threshold(1).observer(&Panics), &CLOCK);
    let panics = |failed: bool| {
        let result = || if failed { Err(7) } else { Ok(1) };
        assert!(catch_unwind(AssertUnwindSafe(|| B.call(result))).is_err());
    };
    panics(false);
    assert_eq!(B.state(), State::Closed);
    panics(true);
    assert_eq!(B.state(), State::Open);
    CLOCK.advance_ticks(30_000);
    panics(false); // the probe
    assert_eq!(B.state(), State::Closed);
}

#[test]
fn hooks_given_after_the_observer_are_told_of_transitions_and_those_before_are_refused() {
    static TRACE: Trace = Trace::new();
    static OPENED: Mutex<Vec<&str>> = Mutex::new(Vec::new());
    static DROPS: Config<Clock, Told<Consecutive, Trace>> =
        Config::new("b").hooks(&Hooks::new()).observer(&TRACE);
    static CLOCK: ManualClock = ManualClock::new();
    static B: CircuitBreaker<Clock, Told<Consecutive, Trace>> = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).observer(&TRACE).hooks(&(
            &TRACE,
            Hooks::new().on_open(|opening, _| OPENED.lock().unwrap().push(opening.id)),
        )),
        &CLOCK,
    );
    let _ = B.call(|| Err::<(), _>(7));
    assert_eq!(TRACE.take(), [FAILED, OPENS, Opened(Cause::Error)]);
    assert_eq!(*OPENED.lock().unwrap(), ["b"]);

    let refused = CircuitBreaker::try_new(&DROPS, &CLOCK).unwrap_err();
    assert_eq!(refused.kind(), ConfigErrorKind::Observers);
    assert_eq!(
        refused.to_string(),
        "circuit b: observer after hooks is told in their place: give one of the two a pair"
    );
}

#[test]
fn hooks_and_pairs_are_told_of_calls_too() {
    static TRACE: Trace = Trace::new();
    static CALLS: Mutex<Vec<(&str, Verdict)>> = Mutex::new(Vec::new());
    static CLOCK: ManualClock = ManualClock::new();
    fn note(id: &'static str, verdict: Verdict, _: bool) {
        CALLS.lock().unwrap().push((id, verdict));
    }
    let pair = Box::leak(Box::new((&TRACE, Hooks::new().on_result(note))));
    let config = Box::leak(Box::new(Config::new("b").observer(pair)));
    let b = CircuitBreaker::try_new(config, &CLOCK).unwrap();
    assert_eq!(b.call(|| Ok::<_, ()>(1)), Ok(1));
    assert_eq!(TRACE.take(), [Ended(Verdict::Success, false)]);
    assert_eq!(*CALLS.lock().unwrap(), [("b", Verdict::Success)]);
    assert_eq!(format!("{config:?}").matches("Told").count(), 1);
}
