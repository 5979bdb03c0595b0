//! Where mcb differs from pycircuitbreaker 0.4.0 on purpose: a test for each row of the table in src/guide/migration/pycircuitbreaker.md.
#![cfg(not(loom))]

use core::future::{Future, pending};
use core::pin::pin;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::task::{Context, Waker};
use core::time::Duration;

use mcb::{
    Cause, CircuitBreaker, Config, ConfigErrorKind, Error, Hooks, ManualClock, NetError, State,
    Transition, circuit,
};

type Clock = &'static ManualClock;

macro_rules! breaker {
    ($clock:ident, $b:ident: $type:ty = $config:expr) => {
        static $clock: ManualClock = ManualClock::at(100);
        static $b: $type = CircuitBreaker::new(&$config, &$clock);
    };
}

const RECOVERY: Duration = Duration::from_secs(30);

fn fail<S: mcb::Strategy>(b: &CircuitBreaker<Clock, S>) {
    let _ = b.call(|| Err::<(), _>("fault"));
}

fn pass<S: mcb::Strategy>(b: &CircuitBreaker<Clock, S>) {
    let _ = b.call(|| Ok::<_, ()>(()));
}

#[test]
fn a_late_result_does_not_count() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(1));
    let (late_success, late_failure) = (B.try_acquire().unwrap(), B.try_acquire().unwrap());
    fail(&B);
    CLOCK.advance(Duration::from_secs(1));
    late_success.success();
    late_failure.failure();
    assert_eq!((B.state(), B.error_count(), B.open_time()), (State::Open, 1, Some(100)));
}

#[test]
fn a_late_result_does_not_count_in_a_recovery_or_after_it() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(1));
    let (success, failure, latest) =
        (B.try_acquire().unwrap(), B.try_acquire().unwrap(), B.try_acquire().unwrap());
    fail(&B);
    CLOCK.advance(RECOVERY);
    let probe = B.try_acquire().unwrap();
    success.success();
    failure.failure();
    assert_eq!((B.state(), B.error_count(), B.success_count()), (State::HalfOpen, 1, 0));
    probe.success();
    latest.failure();
    assert_eq!((B.state(), B.error_count()), (State::Closed, 0));
}

#[test]
fn half_open_has_max_probes_slots() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(1).max_probes(2));
    fail(&B);
    CLOCK.advance(RECOVERY);
    let _first = B.try_acquire().unwrap();
    CLOCK.advance(Duration::from_secs(1));
    let _second = B.try_acquire().unwrap();
    assert_eq!(B.try_acquire().unwrap_err().retry_after.map(mcb::Wait::ticks), Some(30_000));
}

#[test]
fn a_probe_holds_its_slot_for_the_probe_timeout_and_a_late_result_still_counts() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> =
        Config::new("b").error_threshold(1).recovery_threshold(2));
    fail(&B);
    CLOCK.advance(RECOVERY);
    let slow = B.try_acquire().unwrap();
    CLOCK.advance(RECOVERY);
    let _next = B.try_acquire().unwrap();
    slow.success(); // counts, but the slot is the next one's
    assert_eq!((B.state(), B.success_count()), (State::HalfOpen, 1));
    assert!(B.try_acquire().is_err());
}

#[test]
fn the_error_count_once_open_is_threshold_and_openings_less_one() {
    breaker!(CLOCK, B: CircuitBreaker<Clock, NetError> =
        Config::new("b").strategy(NetError).error_threshold(3));
    (0..3).for_each(|_| fail(&B));
    for opening in 1..40_u16 {
        assert_eq!(B.error_count(), 3 + opening.min(15) - 1);
        CLOCK.advance(RECOVERY);
        fail(&B);
    }
}

#[test]
fn a_timeout_is_at_least_one_tick() {
    static CLOCK: ManualClock = ManualClock::new();
    static ZERO: Config<Clock> = Config::new("b").recovery_timeout(Duration::ZERO);
    let refused = CircuitBreaker::try_new(&ZERO, &CLOCK).unwrap_err();
    assert_eq!((refused.kind(), refused.value()), (ConfigErrorKind::RecoveryTimeout, 0));
    breaker!(CLOCK_2, B: CircuitBreaker<Clock> =
        Config::new("b").error_threshold(1).recovery_timeout(Duration::from_nanos(1)));
    fail(&B);
    assert_eq!(B.state(), State::Open);
    CLOCK_2.advance_ticks(1);
    assert_eq!(B.state(), State::HalfOpen);
}

#[test]
fn one_success_clears_the_errors_whatever_the_recovery_threshold() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").recovery_threshold(3));
    fail(&B);
    pass(&B);
    assert_eq!(B.error_count(), 0);
}

#[test]
fn net_error_recovers_like_every_strategy() {
    breaker!(CLOCK, B: CircuitBreaker<Clock, NetError> =
        Config::new("b").strategy(NetError).error_threshold(2).recovery_threshold(2));
    (0..2).for_each(|_| fail(&B));
    CLOCK.advance(RECOVERY);
    pass(&B);
    assert_eq!(B.state(), State::HalfOpen);
    pass(&B);
    assert_eq!((B.state(), B.error_count()), (State::Closed, 0));
    fail(&B);
    assert_eq!(B.state(), State::Closed);
}

#[test]
fn counts_read_what_they_say() {
    breaker!(CLOCK, B: CircuitBreaker<Clock, NetError> =
        Config::new("b").strategy(NetError).error_threshold(2));
    assert_eq!(B.success_count(), 0);
    pass(&B);
    assert_eq!(B.success_count(), 0);
    (0..2).for_each(|_| fail(&B));
    assert_eq!(B.error_count(), 2);
}

#[test]
fn a_clock_that_steps_back_a_little_stays_open() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(1));
    fail(&B);
    CLOCK.set(99);
    assert_eq!(B.state(), State::Open);
}

#[test]
fn open_time_is_none_until_the_first_opening() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(1));
    assert_eq!((B.open_time(), B.recovery_start_time()), (None, None));
    fail(&B);
    assert_eq!((B.open_time(), B.recovery_start_time()), (Some(100), Some(30_100)));
    CLOCK.advance(RECOVERY);
    pass(&B);
    assert_eq!(B.open_time(), Some(100)); // still, when closed
    B.force_open();
    assert_eq!((B.open_time(), B.recovery_start_time()), (Some(100), None));
}

#[test]
fn bad_settings_are_refused_with_the_breaker_the_field_the_value_and_the_limit() {
    static CLOCK: ManualClock = ManualClock::new();
    static BAD: Config<Clock> = Config::new("b").error_threshold(0);
    let refused = CircuitBreaker::try_new(&BAD, &CLOCK).unwrap_err();
    assert_eq!(refused.to_string(), "circuit b: error_threshold is 0, must be 1 to 4096");
}

static MACRO_CLOCK: ManualClock = ManualClock::new();
circuit! {
    static GUARD: CircuitBreaker<Clock> = &MACRO_CLOCK, error_threshold(1);
    fn guarded(argument: u8) -> Result<u8, u8> {
        Err(argument)
    }
}

#[test]
fn the_decorator_takes_options() {
    assert_eq!(guarded(7), Err(Error::Inner(7)));
    assert_eq!(GUARD.state(), State::Open);
}

#[test]
fn a_callback_cannot_replace_the_result_and_may_call_the_breaker() {
    static SEEN: AtomicU32 = AtomicU32::new(0);
    fn hook(opening: &Transition, _: Cause) {
        assert_eq!(opening.error_count, B.error_count());
        SEEN.store(u32::from(opening.error_count), Relaxed);
        B.force_closed();
    }
    breaker!(CLOCK, B: CircuitBreaker<Clock> =
        Config::new("b").error_threshold(1).hooks(&Hooks::new().on_open(hook)));
    assert_eq!(B.call(|| Err::<(), _>(3)), Err(Error::Inner(3)));
    assert_eq!((SEEN.load(Relaxed), B.state()), (1, State::ForcedClosed));
}

#[test]
fn async_calls_are_judged_by_their_output_and_a_dropped_one_gives_its_slot_back() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(1));
    let mut context = Context::from_waker(Waker::noop());
    let call = B.call_async(async { Err::<(), _>("fault") });
    assert_eq!(B.error_count(), 0); // not when made
    assert!(pin!(call).poll(&mut context).is_ready());
    assert_eq!(B.state(), State::Open);
    CLOCK.advance(RECOVERY);
    {
        let mut hung = pin!(B.call_async(pending::<Result<(), ()>>()));
        assert!(hung.as_mut().poll(&mut context).is_pending());
        assert!(B.try_acquire().is_err());
    }
    assert!(B.try_acquire().is_ok());
}
