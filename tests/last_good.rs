//! The last good value, as what a caller goes on with.
#![cfg(not(loom))]

use core::cell::Cell;
use core::pin::pin;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use core::task::{Context, Poll, Waker};
use core::time::Duration;

use mcb::{
    CircuitBreaker, Clock, Config, Consecutive, Detect, Error, EveryError, LastGood, Lists,
    ManualClock, Reading, State,
};

type Shared = &'static ManualClock;
type Breaker = CircuitBreaker<Shared>;
type Last = LastGood<u16, Shared>;

const MAX_AGE: Duration = Duration::from_millis(500);

fn clock() -> Shared {
    Box::leak(Box::new(ManualClock::new()))
}

/// Opens at the first error, for 100 ms.
fn breaker(clock: Shared) -> Breaker {
    static CONFIG: Config<Shared> =
        Config::new("level").error_threshold(1).recovery_timeout_ticks(100);
    CircuitBreaker::try_new(&CONFIG, clock).unwrap()
}

/// Value, age in ticks and freshness.
fn told(reading: Reading<u16>) -> (u16, u32, bool) {
    (reading.value, reading.age.ticks(), reading.fresh)
}

fn poll<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn wait<F: Future>(future: F) -> F::Output {
    match poll(future) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a future that is ready at once"),
    }
}

#[test]
fn a_rejection_is_answered_with_the_last_good_value_until_it_is_too_old() {
    let clock = clock();
    let (breaker, last) = (breaker(clock), Last::new(MAX_AGE));
    assert_eq!(last.call(&breaker, || Ok::<_, ()>(7)).map(told), Ok((7, 0, true)));
    clock.advance_ticks(450);
    assert_eq!(last.call(&breaker, || Err("nack")), Err(Error::Inner("nack")));
    let asked = || last.call(&breaker, || -> Result<u16, ()> { panic!("not asked") });
    assert_eq!(asked().map(told), Ok((7, 450, false)));
    clock.advance_ticks(50);
    assert_eq!(asked().map(told), Ok((7, 500, false))); // no older than the maximum
    clock.advance_ticks(1);
    assert!(asked().unwrap_err().is_rejected());
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn where_nothing_was_ever_good_the_rejection_stays() {
    let clock = clock();
    let (breaker, last) = (breaker(clock), Last::new(MAX_AGE));
    assert_eq!(last.call(&breaker, || Err("nack")), Err(Error::Inner("nack")));
    assert!(last.call(&breaker, || Ok::<_, ()>(1)).unwrap_err().is_rejected());
    assert_eq!(last.read(&breaker), None);
    clock.advance_ticks(100);
    assert_eq!(last.call(&breaker, || Ok::<_, ()>(1)).map(told), Ok((1, 0, true))); // the probe
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn errors_are_covered_where_that_is_asked_for_and_counted_all_the_same() {
    let clock = clock();
    let (breaker, last) = (breaker(clock), Last::new(MAX_AGE).covering_errors());
    assert_eq!(last.call(&breaker, || Err("nack")), Err(Error::Inner("nack"))); // nothing to cover it
    breaker.reset();
    last.store(&breaker, 9);
    clock.advance_ticks(3);
    assert_eq!(last.call(&breaker, || Err("nack")).map(told), Ok((9, 3, false)));
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn what_the_rules_do_not_call_a_success_is_handed_out_and_not_kept() {
    fn too_high(value: &u16) -> bool {
        *value > 1_000
    }
    static CONFIG: Config<Shared, Consecutive, Detect<u16>> =
        Config::new("level").error_threshold(1).rules(EveryError.detect_error(too_high));
    let breaker = CircuitBreaker::try_new(&CONFIG, clock()).unwrap();
    let last = Last::new(MAX_AGE);
    assert_eq!(last.call(&breaker, || Ok::<_, ()>(1_000)).map(told), Ok((1_000, 0, true)));
    assert_eq!(last.call(&breaker, || Ok::<_, ()>(1_001)).map(told), Ok((1_001, 0, true)));
    assert_eq!(breaker.state(), State::Open);
    assert_eq!(last.call(&breaker, || Ok::<_, ()>(1)).map(told), Ok((1_000, 0, false)));
}

#[test]
fn an_error_that_is_ignored_neither_keeps_nor_forgets() {
    static CONFIG: Config<Shared, Consecutive, Lists<&str, 0, 1>> =
        Config::new("level").error_threshold(1).rules(Lists::new().whitelist([|_| true]));
    let breaker = CircuitBreaker::try_new(&CONFIG, clock()).unwrap();
    let last = Last::new(MAX_AGE);
    last.store(&breaker, 7);
    assert_eq!(last.call(&breaker, || Err("busy")), Err(Error::Inner("busy")));
    assert_eq!(last.read(&breaker).map(told), Some((7, 0, false)));
    last.forget();
    assert_eq!(last.read(&breaker), None);
}

#[test]
fn the_age_counts_from_the_beginning_of_the_call() {
    let clock = clock();
    let (breaker, last) = (breaker(clock), Last::new(MAX_AGE));
    let slow = || {
        clock.advance_ticks(40);
        Ok::<_, ()>(7)
    };
    assert_eq!(last.call(&breaker, slow).map(told), Ok((7, 0, true)));
    assert_eq!(last.read(&breaker).map(told), Some((7, 40, false)));
}

#[test]
fn the_step_before_a_probe_has_the_device_in_its_hands() {
    let clock = clock();
    let (breaker, last) = (breaker(clock), Last::new(MAX_AGE));
    last.store(&breaker, 7);
    let mut sensor: Option<u16> = None;
    let mut read = || last.call_on(&breaker, &mut sensor, |s| *s = Some(8), |s| s.ok_or("absent"));
    assert_eq!(read(), Err(Error::Inner("absent")));
    assert_eq!(read().map(told), Ok((7, 0, false)));
    clock.advance_ticks(100);
    assert_eq!(read().map(told), Ok((8, 0, true)));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_step_that_fails_is_answered_with_the_last_good_value() {
    let clock = clock();
    let (breaker, last) = (breaker(clock), Last::new(MAX_AGE));
    last.store(&breaker, 7);
    breaker.try_acquire().unwrap().failure();
    clock.advance_ticks(100);
    let read = last.call_on(&breaker, &mut (), |()| false, |()| Ok::<_, ()>(8));
    assert_eq!(read.map(told), Ok((7, 100, false)));
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn a_panic_is_a_failure_and_leaves_the_value() {
    let (breaker, last) = (breaker(clock()), Last::new(MAX_AGE));
    last.store(&breaker, 7);
    let call = || last.call(&breaker, || -> Result<u16, ()> { panic!("stuck") });
    assert!(std::panic::catch_unwind(core::panic::AssertUnwindSafe(call)).is_err());
    assert_eq!(breaker.state(), State::Open);
    assert_eq!(last.call(&breaker, || Ok::<_, ()>(1)).map(told), Ok((7, 0, false)));
}

#[test]
fn what_is_awaited_is_the_same() {
    let clock = clock();
    let (breaker, last) = (breaker(clock), Last::new(MAX_AGE));
    assert_eq!(
        wait(last.call_async(&breaker, async || Ok::<_, ()>(7))).map(told),
        Ok((7, 0, true))
    );
    clock.advance_ticks(5);
    assert_eq!(wait(last.call_async(&breaker, async || Err("nack"))), Err(Error::Inner("nack")));
    let rejected =
        wait(last.call_async(&breaker, async || -> Result<u16, ()> { panic!("not asked") }));
    assert_eq!(rejected.map(told), Ok((7, 5, false)));
    clock.advance_ticks(100);
    let mut steps = 0;
    let step = async |steps: &mut u8| *steps += 1;
    let read = last.call_async_on(&breaker, &mut steps, step, async |_| Ok::<_, ()>(8));
    assert_eq!(wait(read).map(told), Ok((8, 0, true)));
    assert_eq!((breaker.state(), steps), (State::Closed, 1));
}

#[test]
fn a_call_that_is_dropped_keeps_and_counts_nothing() {
    let (breaker, last) = (breaker(clock()), Last::new(MAX_AGE));
    last.store(&breaker, 7);
    let hangs = last.call_async(&breaker, async || {
        core::future::pending::<()>().await;
        Ok::<_, ()>(8)
    });
    assert!(poll(hangs).is_pending());
    assert_eq!((breaker.error_count(), last.read(&breaker).map(told)), (0, Some((7, 0, false))));
}

#[test]
fn a_clock_that_wraps_tells_the_age_over_its_wrap() {
    let clock = clock();
    let (breaker, last) = (breaker(clock), Last::new(MAX_AGE));
    clock.advance_ticks(u32::MAX - 99);
    last.store(&breaker, 7);
    clock.advance_ticks(400);
    assert_eq!(last.read(&breaker).map(told), Some((7, 400, false)));
}

#[test]
fn a_value_that_was_found_too_old_does_not_come_back_as_the_clock_comes_round() {
    let clock = clock();
    let (breaker, last) = (breaker(clock), Last::new(Duration::MAX));
    let range = || (0..4).for_each(|_| clock.advance_ticks(1 << 30));
    // Somebody asks, by a read or by a call of any outcome.
    let asks: [&dyn Fn(); 2] = [&|| assert_eq!(last.read(&breaker), None), &|| {
        last.call(&breaker, || Err("nack")).unwrap_err();
    }];
    for ask in asks {
        breaker.reset();
        last.store(&breaker, 7);
        clock.advance_ticks(1 << 31);
        assert_eq!(last.read(&breaker).map(told), Some((7, 1 << 31, false))); // the longest maximum
        clock.advance_ticks(1);
        ask();
        clock.advance_ticks((1 << 31) - 1);
        assert_eq!(last.read(&breaker), None);
    }
    // Nobody asks for a whole range: what the documentation says of `u32` ticks.
    last.store(&breaker, 7);
    range();
    assert_eq!(last.read(&breaker).map(told), Some((7, 0, false)));
}

/// A clock that goes on between two ticks, as nearly all do.
struct Wide;
static WIDE: AtomicU64 = AtomicU64::new(0);
impl Clock for Wide {
    type Ticks = u64;
    const HZ: u32 = 1_000;
    fn now(&self) -> u64 {
        WIDE.load(Relaxed)
    }
}

#[test]
fn u64_ticks_never_come_round_and_a_tick_in_doubt_makes_it_older() {
    static BREAKER: CircuitBreaker<Wide> = CircuitBreaker::new(&Config::new("level"), Wide);
    static LAST: LastGood<u16, Wide> = LastGood::new(MAX_AGE);
    WIDE.store(u64::from(u32::MAX), Relaxed);
    LAST.store(&BREAKER, 7);
    assert_eq!(LAST.read(&BREAKER).map(told), Some((7, 1, false)));
    WIDE.fetch_add(499, Relaxed);
    assert_eq!(LAST.read(&BREAKER).map(told), Some((7, 500, false)));
    WIDE.fetch_add(1 << 32, Relaxed);
    assert_eq!(LAST.read(&BREAKER), None);
    LAST.store(&BREAKER, 7);
    WIDE.fetch_add(500, Relaxed);
    assert_eq!(LAST.read(&BREAKER), None);
}

#[test]
fn a_maximum_age_is_rounded_down_to_ticks() {
    struct Slow;
    static NOW: AtomicU32 = AtomicU32::new(0);
    impl Clock for Slow {
        type Ticks = u32;
        const HZ: u32 = 3;
        const RESOLUTION: u32 = 0;
        fn now(&self) -> u32 {
            NOW.load(Relaxed)
        }
    }
    static BREAKER: CircuitBreaker<Slow> = CircuitBreaker::new(&Config::new("level"), Slow);
    for (max_age, oldest) in [
        (Duration::ZERO, 0),
        (Duration::from_millis(333), 0),
        (Duration::from_millis(334), 1),
        (Duration::from_millis(999), 2),
        (Duration::from_millis(1_001), 3),
    ] {
        let last = LastGood::<u16, Slow>::new(max_age);
        last.store(&BREAKER, 7);
        NOW.fetch_add(oldest, Relaxed);
        assert_eq!(last.read(&BREAKER).map(told), Some((7, oldest, false)), "{max_age:?}");
        NOW.fetch_add(1, Relaxed);
        assert_eq!(last.read(&BREAKER), None, "{max_age:?}");
    }
}

#[test]
fn it_is_shared_whatever_the_clock_is_and_shows_itself() {
    /// Neither `Send` nor `Sync`, in a function that is never called.
    struct Odd(#[allow(dead_code)] *const u8);
    impl Clock for Odd {
        type Ticks = u32;
        const HZ: u32 = 1_000;
        fn now(&self) -> u32 {
            0
        }
    }
    fn shared<T: Send + Sync>() {}
    shared::<LastGood<Cell<u8>, Odd>>(); // only copies leave it
    let text = format!("{:?}", Last::new(MAX_AGE));
    assert_eq!(
        text,
        "LastGood { max_age: Wait { ticks: 500, hz: 1000 }, covers_errors: false, .. }"
    );
}
