//! What published breakers got wrong, a test for each: what happened there must not happen here.
#![cfg(not(loom))]

use core::future::{Future, pending};
use core::pin::pin;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::task::{Context, Waker};
use core::time::Duration;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mcb::{
    Cause, CircuitBreaker, Config, ConfigErrorKind, Consecutive, Hooks, Lists, ManualClock, State,
    Transition,
};

type Clock = &'static ManualClock;

macro_rules! breaker {
    ($clock:ident, $b:ident: $type:ty = $config:expr) => {
        static $clock: ManualClock = ManualClock::new();
        static $b: $type = CircuitBreaker::new(&$config, &$clock);
    };
}

const RECOVERY: Duration = Duration::from_secs(30);

fn fail(b: &CircuitBreaker<Clock>) {
    let _ = b.call(|| Err::<(), _>("fault"));
}

#[test]
fn half_open_admits_one_of_64() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(1));
    fail(&B);
    CLOCK.advance(RECOVERY);
    let permits: Vec<_> = (0..64).filter_map(|_| B.try_acquire().ok()).collect();
    assert_eq!(permits.len(), 1);
}

#[test]
fn a_dropped_or_panicking_probe_gives_its_slot_back() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(1));
    fail(&B);
    CLOCK.advance(RECOVERY);
    drop(B.try_acquire().unwrap());
    {
        let mut future = pin!(B.call_async(pending::<Result<(), ()>>()));
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert!(B.try_acquire().is_err());
    }
    let panicked = catch_unwind(AssertUnwindSafe(|| B.call(|| -> Result<(), ()> { panic!() })));
    assert!(panicked.is_err());
    assert_eq!((B.state(), B.error_count()), (State::Open, 2));
    CLOCK.advance(RECOVERY);
    assert!(B.call(|| Ok::<_, ()>(())).is_ok());
}

#[test]
fn a_probe_that_hangs_blocks_the_others_for_its_timeout_only() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> =
        Config::new("b").error_threshold(1).probe_timeout(Duration::from_secs(5)));
    fail(&B);
    CLOCK.advance(RECOVERY);
    core::mem::forget(B.try_acquire().unwrap());
    CLOCK.advance(Duration::from_millis(4_999));
    let rejected = B.try_acquire().unwrap_err();
    assert_eq!(rejected.retry_after.map(mcb::Wait::ticks), Some(1));
    CLOCK.advance(Duration::from_millis(1));
    assert!(B.call(|| Ok::<_, ()>(())).is_ok());
    assert_eq!(B.state(), State::Closed);
}

#[test]
fn more_successes_than_probes_at_a_time_still_close_it() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> =
        Config::new("b").error_threshold(1).recovery_threshold(32).max_probes(1));
    fail(&B);
    CLOCK.advance(RECOVERY);
    for successes in 1..=31 {
        assert!(B.call(|| Ok::<_, ()>(())).is_ok());
        assert_eq!((B.state(), B.success_count()), (State::HalfOpen, successes));
    }
    assert!(B.call(|| Ok::<_, ()>(())).is_ok());
    assert_eq!(B.state(), State::Closed);
}

#[test]
fn results_from_before_the_opening_neither_close_nor_reopen_it() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(1));
    let (success, failure, stale) =
        (B.try_acquire().unwrap(), B.try_acquire().unwrap(), B.try_acquire().unwrap());
    fail(&B);
    success.success();
    assert_eq!(B.state(), State::Open);
    CLOCK.advance(RECOVERY);
    failure.failure();
    assert_eq!((B.state(), B.error_count()), (State::HalfOpen, 1));
    assert!(B.call(|| Ok::<_, ()>(())).is_ok());
    stale.failure();
    assert_eq!((B.state(), B.error_count()), (State::Closed, 0));
}

#[test]
fn ten_thousand_successes_do_not_delay_the_opening() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(3));
    for _ in 0..10_000 {
        assert!(B.call(|| Ok::<_, ()>(())).is_ok());
    }
    (0..3).for_each(|_| fail(&B));
    assert_eq!(B.state(), State::Open);
}

#[test]
fn errors_far_apart_do_not_pile_up() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(2));
    for _ in 0..100 {
        fail(&B);
        assert!(B.call(|| Ok::<_, ()>(())).is_ok());
        CLOCK.advance(Duration::from_secs(3_600));
    }
    assert_eq!((B.state(), B.error_count()), (State::Closed, 0));
}

#[test]
fn low_traffic_recovers_without_a_minimum() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> =
        Config::new("b").error_threshold(1).recovery_threshold(2));
    fail(&B);
    for _ in 0..2 {
        CLOCK.advance(Duration::from_secs(24 * 3_600));
        assert!(B.call(|| Ok::<_, ()>(())).is_ok());
    }
    assert_eq!(B.state(), State::Closed);
}

#[test]
fn a_hook_may_call_the_breaker() {
    static RAN: AtomicU32 = AtomicU32::new(0);
    fn hook(_: &Transition, _: Cause) {
        assert_eq!(B.state(), State::Open);
        B.reset();
        RAN.fetch_add(1, Relaxed);
    }
    breaker!(CLOCK, B: CircuitBreaker<Clock> =
        Config::new("b").error_threshold(1).hooks(&Hooks::new().on_open(hook)));
    assert_eq!(B.call(|| Err::<(), _>(7)), Err(mcb::Error::Inner(7)));
    assert_eq!((B.state(), RAN.load(Relaxed)), (State::Closed, 1));
}

/// No allocator is linked into the library, so what could leak is a slot or a count.
#[test]
fn ten_thousand_cycles_leave_nothing_behind() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(1));
    for _ in 0..10_000 {
        fail(&B);
        CLOCK.advance(RECOVERY);
        assert!(B.call(|| Ok::<_, ()>(())).is_ok());
        assert_eq!((B.state(), B.error_count(), B.success_count()), (State::Closed, 0, 0));
    }
}

#[test]
fn extreme_settings_are_refused_not_a_panic_or_a_hang() {
    static CLOCK: ManualClock = ManualClock::new();
    static LONG: Config<Clock> = Config::new("b").recovery_timeout(Duration::MAX);
    static NONE: Config<Clock> = Config::new("b").recovery_threshold(0);
    let refused = |config| CircuitBreaker::try_new(config, &CLOCK).unwrap_err();
    assert_eq!(refused(&LONG).kind(), ConfigErrorKind::RecoveryTimeout);
    assert_eq!(refused(&NONE).kind(), ConfigErrorKind::RecoveryThreshold);
}

#[test]
fn a_wrapping_tick_recovers() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(1));
    CLOCK.set(u32::MAX - 10_000);
    fail(&B);
    CLOCK.advance(Duration::from_millis(29_999));
    assert_eq!(B.state(), State::Open);
    CLOCK.advance(Duration::from_millis(1));
    assert_eq!(B.state(), State::HalfOpen);
}

#[test]
fn a_step_of_the_clock_does_not_pin_it_open() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(1));
    CLOCK.set(1_000_000);
    fail(&B);
    CLOCK.set(1_000_000 - 3_600); // back: within the slack, counted as no time at all
    assert_eq!(B.retry_after().map(mcb::Wait::ticks), Some(30_000));
    CLOCK.set(10_000); // far back: a long time on a counter that wraps
    assert_eq!(B.state(), State::HalfOpen);
}

fn any(_: &&str) -> bool {
    true
}

#[test]
fn an_ignored_error_is_no_success() {
    breaker!(CLOCK, B: CircuitBreaker<Clock, Consecutive, Lists<&'static str, 0, 1>> =
        Config::new("b").error_threshold(1).rules(Lists::new().whitelist([any])));
    B.try_acquire().unwrap().failure();
    CLOCK.advance(RECOVERY);
    let _ = B.call(|| Err::<(), _>("ignored"));
    assert_eq!((B.state(), B.success_count()), (State::HalfOpen, 0));
    assert!(B.try_acquire().is_ok(), "its slot is free again");
}

#[test]
fn reading_changes_nothing() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(1));
    fail(&B);
    CLOCK.advance(RECOVERY);
    for _ in 0..100 {
        let read = (B.state(), B.error_count(), B.success_count(), B.open_time());
        assert_eq!(read, (State::HalfOpen, 1, 0, Some(1)));
        assert!(B.retry_after().is_some_and(mcb::Wait::is_zero));
    }
    assert!(B.try_acquire().is_ok(), "peeking used up no probe");
}

#[test]
fn a_callback_fires_once_for_one_opening_of_eight_threads() {
    static OPENED: AtomicU32 = AtomicU32::new(0);
    fn hook(_: &Transition, _: Cause) {
        OPENED.fetch_add(1, Relaxed);
    }
    breaker!(CLOCK, B: CircuitBreaker<Clock> =
        Config::new("b").error_threshold(1).hooks(&Hooks::new().on_open(hook)));
    let start = std::sync::Barrier::new(8);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let permit = B.try_acquire().unwrap();
                start.wait();
                permit.failure();
            });
        }
    });
    assert_eq!((OPENED.load(Relaxed), B.state()), (1, State::Open));
}

#[test]
fn guarded_calls_run_side_by_side() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b"));
    let (inside, told) = std::sync::mpsc::channel();
    // Were calls serialised, the outer one would wait in vain for the other thread's.
    let other_ran = B.call(|| {
        std::thread::spawn(move || B.call(|| inside.send(()).map_err(|_| ())));
        told.recv_timeout(Duration::from_secs(10))
    });
    assert_eq!(other_ran, Ok(()));
}

#[test]
fn one_can_ask_when_the_next_call_may_pass() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(1));
    fail(&B);
    CLOCK.advance(Duration::from_secs(12));
    assert_eq!(B.retry_after().map(mcb::Wait::as_duration), Some(Duration::from_secs(18)));
    B.force_open();
    assert_eq!(B.retry_after(), None);
}
