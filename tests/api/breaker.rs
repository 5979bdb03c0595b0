//! The breaker itself: asked without a call, and shared between threads.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use mcb::{Cause, CircuitBreaker, Config, Error, Hooks, ManualClock, Permit, Registry, State};

use super::{Breaker, Clock, fails};

#[test]
fn asking_rejects_while_it_is_open_and_takes_no_slot() {
    static CLOCK: ManualClock = ManualClock::new();
    static B: Breaker = Breaker::new(&Config::new("b").error_threshold(1), &CLOCK);
    assert_eq!(B.check(), Ok(()));
    fails(&B);
    CLOCK.advance_ticks(10_000);
    let rejected = B.check().unwrap_err();
    assert_eq!((rejected.id, rejected.state, rejected.error_count), ("b", State::Open, 1));
    assert_eq!(rejected.retry_after.map(mcb::Wait::ticks), Some(20_000));
    assert_eq!(B.try_acquire().unwrap_err(), rejected, "as a call would be");

    CLOCK.advance_ticks(20_000);
    for _ in 0..9 {
        assert_eq!(B.check(), Ok(()));
    }
    let probe = B.try_acquire().unwrap();
    assert!(B.try_acquire().is_err());
    assert_eq!(B.check(), Ok(()), "what belongs to the probe passes");
    probe.success();
    assert_eq!((B.check(), B.state()), (Ok(()), State::Closed));

    B.force_open();
    let rejected = B.check().unwrap_err();
    assert_eq!((rejected.state, rejected.retry_after), (State::ForcedOpen, None));
    B.force_closed();
    assert_eq!(B.check(), Ok(()));
}

#[test]
fn a_rejection_tells_the_state_that_it_met() {
    static CLOCK: ManualClock = ManualClock::new();
    static B: Breaker = Breaker::new(&Config::new("b").error_threshold(1), &CLOCK);
    let rejected = || B.call(|| Ok::<_, ()>(())).unwrap_err().into_result().unwrap_err();
    fails(&B);
    assert_eq!(rejected().state, State::Open);
    CLOCK.advance_ticks(30_000);
    let probe = B.try_acquire().unwrap();
    assert_eq!((rejected().state, rejected().error_count), (State::HalfOpen, 1));
    drop(probe);
    B.force_open();
    assert_eq!((rejected().state, rejected().error_count), (State::ForcedOpen, 0));
}

#[test]
fn breakers_permits_and_registries_cross_threads() {
    fn both<T: Send + Sync>() {}
    both::<CircuitBreaker<Clock>>();
    both::<Permit<'static, Clock>>();
    both::<Registry<4>>();
    both::<Error<core::fmt::Error>>();
}

#[test]
fn what_unwinds_past_a_breaker_leaves_it_whole() {
    fn both<T: core::panic::UnwindSafe + core::panic::RefUnwindSafe>() {}
    both::<CircuitBreaker<Clock>>();
}

#[test]
fn threads_that_fail_together_open_it_once() {
    static CLOCK: ManualClock = ManualClock::new();
    static OPENED: AtomicU32 = AtomicU32::new(0);
    fn count(_: &mcb::Transition, _: Cause) {
        OPENED.fetch_add(1, Relaxed);
    }
    static B: Breaker = Breaker::new(
        &Config::new("b").error_threshold(8).hooks(&Hooks::new().on_open(count)),
        &CLOCK,
    );
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..100 {
                    let _ = B.call(|| Err::<(), _>(()));
                }
            });
        }
    });
    assert_eq!((OPENED.load(Relaxed), B.error_count()), (1, 8));
}
