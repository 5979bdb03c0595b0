//! Panics of user code in every place where some can run: in hooks, reports, steps and what steps return. Each leaves the
//! breaker settled, holds no slot, and takes nothing from the recovery.
#![cfg(not(loom))]

use core::future::{Future, pending, ready};
use core::pin::pin;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::task::{Context, Poll, Waker};
use std::panic::{AssertUnwindSafe, catch_unwind};

use mcb::{
    Cause, CircuitBreaker, Config, Consecutive, EveryError, ManualClock, Observer, RecoveryOutcome,
    Reporting, State, Transition, Verdict, Wait,
};

type Clock = &'static ManualClock;

const RECOVERY: u32 = 30_000;

fn panics<T>(f: impl FnOnce() -> T) -> bool {
    catch_unwind(AssertUnwindSafe(f)).is_err()
}

fn poll<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// What a step returns, and what blows up when it is asked how it went.
struct Explosive;

impl RecoveryOutcome for Explosive {
    fn succeeded(&self) -> bool {
        panic!("asked how it went")
    }
}

type Plain = CircuitBreaker<Clock>;

/// Open, and its recovery due.
fn due(clock: Clock) -> Plain {
    static CONFIG: Config<Clock> = Config::new("b").error_threshold(1);
    let breaker = CircuitBreaker::try_new(&CONFIG, clock).unwrap();
    breaker.try_acquire().unwrap().failure();
    clock.advance_ticks(RECOVERY);
    breaker
}

/// A panic is a failed probe: open again for a whole timeout, and no slot is lost to the next recovery.
fn failed_and_recovers(breaker: &Plain, clock: Clock) {
    assert_eq!((breaker.state(), breaker.error_count()), (State::Open, 2));
    assert_eq!(breaker.retry_after().map(Wait::ticks), Some(RECOVERY));
    clock.advance_ticks(RECOVERY);
    assert_eq!(breaker.call_on(&mut (), |()| true, |()| Ok::<_, ()>(7)), Ok(7));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn an_outcome_that_panics_when_it_is_asked_is_a_failed_probe() {
    static CLOCK: ManualClock = ManualClock::new();
    let breaker = due(&CLOCK);
    assert!(panics(|| breaker.call_on(&mut (), |()| Explosive, |()| Ok::<_, ()>(7))));
    failed_and_recovers(&breaker, &CLOCK);
}

#[test]
fn an_awaited_outcome_that_panics_when_it_is_asked_is_a_failed_probe() {
    static CLOCK: ManualClock = ManualClock::new();
    let breaker = due(&CLOCK);
    let mut device = ();
    let call = breaker.call_async_on(&mut device, async |()| Explosive, async |()| Ok::<_, ()>(7));
    // The breaker is as it should be while the future still exists.
    let mut call = Box::pin(call);
    assert!(panics(|| poll(call.as_mut())));
    assert_eq!((breaker.state(), breaker.error_count()), (State::Open, 2));
    drop(call);
    failed_and_recovers(&breaker, &CLOCK);
}

#[cfg(feature = "embedded-hal-async")]
#[test]
fn an_outcome_of_a_guard_s_step_that_panics_is_a_failed_probe() {
    use embedded_hal::i2c::{ErrorKind, ErrorType, Operation};
    use mcb::bus::Guarded;

    struct Wire;
    impl ErrorType for Wire {
        type Error = ErrorKind;
    }
    impl embedded_hal::i2c::I2c for Wire {
        fn transaction(&mut self, _: u8, _: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
            Ok(())
        }
    }
    impl embedded_hal_async::i2c::I2c for Wire {
        async fn transaction(&mut self, _: u8, _: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
            Ok(())
        }
    }

    static CLOCK: ManualClock = ManualClock::new();
    let breaker = due(&CLOCK);
    let mut bus = Guarded::new(Wire, &breaker).recovery(|_: &mut Wire| Explosive);
    assert!(panics(|| embedded_hal::i2c::I2c::write(&mut bus, 0x48_u8, &[0])));
    failed_and_recovers(&breaker, &CLOCK);

    breaker.try_acquire().unwrap().failure();
    CLOCK.advance_ticks(RECOVERY);
    let mut bus = Guarded::new(Wire, &breaker).recovery_async(async |_: &mut Wire| Explosive);
    assert!(panics(|| poll(embedded_hal_async::i2c::I2c::write(&mut bus, 0x48_u8, &[0]))));
    failed_and_recovers(&breaker, &CLOCK);
}

/// Panics in one of its places, when it is armed, as often as it is called.
struct Fuse {
    armed: AtomicU32,
    blown: AtomicU32,
}

/// The places: the methods of an observer, the report of the rules, the step before a probe.
const TRANSITION: u32 = 1;
const OPEN: u32 = 2;
const CLOSE: u32 = 3;
const REPORT: u32 = 4;
const STEP: u32 = 5;

impl Fuse {
    const fn new() -> Self {
        Fuse { armed: AtomicU32::new(0), blown: AtomicU32::new(0) }
    }

    fn reached(&self, place: u32) {
        if self.armed.load(Relaxed) == place {
            self.blown.fetch_add(1, Relaxed);
            panic!("in place {place}")
        }
    }
}

impl Observer for Fuse {
    fn on_open(&self, _: &Transition, _: Cause) {
        self.reached(OPEN);
    }
    fn on_close(&self, _: &Transition) {
        self.reached(CLOSE);
    }
    fn on_transition(&self, _: &Transition) {
        self.reached(TRANSITION);
    }
}

static FUSE: Fuse = Fuse::new();

type Report = fn(&'static str, &Result<u8, u8>);
type Rules = Reporting<Report, EveryError>;
type Breaker = CircuitBreaker<Clock, Consecutive, Rules>;

fn report(_: &'static str, _: &Result<u8, u8>) {
    FUSE.reached(REPORT);
}

fn step(_: &'static str) -> bool {
    FUSE.reached(STEP);
    true
}

static CLOCK: ManualClock = ManualClock::new();

static CONFIG: Config<Clock, Consecutive, Rules> = Config::new("b")
    .error_threshold(1)
    .dropped(Verdict::Failure)
    .before_probe(step)
    .hooks(&FUSE)
    .rules(EveryError.reporting(report as Report));

/// A way through the breaker: with a call that works, or one that does not.
type Way = (&'static str, fn(&mut Breaker, Result<u8, u8>));

const WAYS: [Way; 7] = [
    ("call", |b, answer| {
        let _ = b.call(|| answer);
    }),
    ("call_mut", |b, answer| {
        let _ = b.call_mut(|| answer);
    }),
    ("call_on", |b, answer| {
        let _ = b.call_on(&mut (), |()| true, |()| answer);
    }),
    ("call_async", |b, answer| {
        let _ = poll(b.call_async(ready(answer)));
    }),
    ("call_async_on", |b, answer| {
        let _ = poll(b.call_async_on(&mut (), async |()| true, async |()| answer));
    }),
    ("a permit", |b, answer| {
        if let Ok(permit) = b.try_acquire() {
            if answer.is_ok() { permit.success() } else { permit.failure() }
        }
    }),
    ("a drop", |b, answer| {
        if answer.is_ok() {
            let _ = b.call(|| answer);
        } else {
            let _ = poll(b.call_async(pending::<Result<u8, u8>>()));
        }
    }),
];

/// Blows the fuse in a place while `way` runs from `from`: the state after it, or none where the place is not on this way.
fn after(
    b: &mut Breaker,
    from: State,
    answer: Result<u8, u8>,
    place: u32,
    way: Way,
) -> Option<State> {
    FUSE.armed.store(0, Relaxed);
    b.reset();
    if from != State::Closed {
        b.try_acquire().unwrap().failure();
        CLOCK.advance_ticks(RECOVERY);
    }
    FUSE.blown.store(0, Relaxed);
    FUSE.armed.store(place, Relaxed);
    let panicked = panics(|| way.1(b, answer));
    FUSE.armed.store(0, Relaxed);
    let blown = FUSE.blown.load(Relaxed);
    assert_eq!(u32::from(panicked), blown, "{} {answer:?} from {from} in {place}", way.0);
    panicked.then(|| b.state())
}

/// Whoever waits as told and succeeds closes it.
fn recovers(b: &mut Breaker) -> bool {
    let Some(wait) = b.retry_after() else { return false };
    CLOCK.advance_ticks(wait.ticks());
    b.call(|| Ok(7)) == Ok(7) && b.state() == State::Closed
}

/// Observers in the configuration and owned ones alike; every place that a way passes, and what the state is then.
#[test]
fn a_panic_in_any_hook_leaves_the_breaker_settled_and_no_slot_taken() {
    use State::{Closed, HalfOpen, Open};
    let mut b = CircuitBreaker::try_new(&CONFIG, &CLOCK).unwrap();
    let mut met = 0;
    for way in WAYS {
        let reports = !matches!(way.0, "a permit" | "a drop");
        let expected = [
            (Closed, Ok(1), [None; 5]),
            // Opened, whoever panics when it is told.
            (Closed, Err(2), [Some(Open), Some(Open), None, reports.then_some(Open), None]),
            // Told that it is half-open it panics: the call does not run, and its slot is free. A step that
            // panics is a failed probe.
            (Open, Ok(3), [Some(HalfOpen), None, Some(Closed), None, Some(Open)]),
            (Open, Err(4), [Some(HalfOpen), Some(Open), None, reports.then_some(Open), Some(Open)]),
        ];
        for (from, answer, states) in expected {
            for (place, state) in (TRANSITION..=STEP).zip(states) {
                let found = after(&mut b, from, answer, place, way);
                assert_eq!(found, state, "{} {answer:?} from {from} in {place}", way.0);
                assert!(recovers(&mut b), "{} {answer:?} from {from} in {place}: {b:?}", way.0);
                met += u32::from(state.is_some());
            }
        }
    }
    assert!(met > 60, "{met}");
    by_hand(&b);
}

/// Each hand is told of, and each panic finds the state forced.
fn by_hand(b: &Breaker) {
    let circuit: &dyn mcb::Circuit = b;
    let hands: [(&dyn Fn(), State); 6] = [
        (&|| b.force_open(), State::ForcedOpen),
        (&|| b.force_closed(), State::ForcedClosed),
        (&|| b.reset(), State::Closed),
        (&|| circuit.force_open(), State::ForcedOpen),
        (&|| circuit.force_closed(), State::ForcedClosed),
        (&|| circuit.reset(), State::Closed),
    ];
    FUSE.armed.store(TRANSITION, Relaxed);
    for (hand, state) in hands {
        assert!(panics(hand), "{state}");
        assert_eq!(b.state(), state);
    }
    FUSE.armed.store(0, Relaxed);
}

/// One that the breaker owns is told after the one of its configuration, and panics no worse.
#[cfg(feature = "std")]
#[test]
fn a_panic_of_an_observer_that_the_breaker_owns_is_no_other() {
    static CLOCK: ManualClock = ManualClock::new();
    static STEPS: AtomicU32 = AtomicU32::new(0);
    fn count(_: &'static str) -> bool {
        STEPS.fetch_add(1, Relaxed);
        true
    }
    let fuse = std::sync::Arc::new(Fuse::new());
    let config = Config::new("b").error_threshold(1).before_probe(count);
    let b = CircuitBreaker::from_config(config, &CLOCK).unwrap().with_hooks(fuse.clone());
    let armed = |place| fuse.armed.store(place, Relaxed);

    for place in [TRANSITION, OPEN] {
        b.reset();
        armed(place);
        assert!(panics(|| b.call(|| Err::<(), _>(7))));
        armed(0);
        assert_eq!((b.state(), b.error_count()), (State::Open, 1));
    }
    CLOCK.advance_ticks(RECOVERY);
    armed(TRANSITION);
    assert!(panics(|| b.call(|| Ok::<_, ()>(7))));
    // The recovery is prepared all the same, once, and the slot is free.
    assert_eq!((b.state(), STEPS.load(Relaxed)), (State::HalfOpen, 1));
    assert!(b.retry_after().is_some_and(Wait::is_zero));
    armed(CLOSE);
    assert!(panics(|| b.call(|| Ok::<_, ()>(7))));
    armed(0);
    assert_eq!((b.state(), STEPS.load(Relaxed)), (State::Closed, 1));
}
