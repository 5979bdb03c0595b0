//! The forms in which a guarded call can be written, and what the types promise.
#![cfg(not(loom))]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::time::Duration;

use mcb::{
    Cause, Circuit, CircuitBreaker, Config, Consecutive, Error, EveryError, Hooked, ManualClock,
    Permit, Registry, State, Transition, TypedHooks, Wrap, circuit,
};

static CLOCK: ManualClock = ManualClock::new();

circuit! {
    /// The breaker of `divide`.
    pub static DIVIDE: CircuitBreaker<&ManualClock> = &CLOCK, error_threshold(1), id("division");

    /// Divides.
    pub fn divide(a: u32, b: u32) -> Result<u32, &'static str> {
        if b == 0 {
            return Err("by zero");
        }
        Ok(a / b)
    }
}

circuit! {
    static LENGTH: CircuitBreaker<&ManualClock> = &CLOCK;
    async fn length(text: &str) -> Result<usize, core::fmt::Error> {
        Ok(text.len())
    }
}

#[test]
fn a_declared_function_has_its_own_breaker_by_name() {
    assert_eq!(divide(6, 3), Ok(2));
    assert_eq!(divide(6, 0), Err(Error::Inner("by zero")));
    assert!(divide(6, 3).unwrap_err().is_rejected());
    assert_eq!((DIVIDE.id(), DIVIDE.state()), ("division", State::Open));
}

#[test]
fn an_async_function_can_be_declared() {
    use core::{
        future::Future,
        pin::pin,
        task::{Context, Poll, Waker},
    };
    let poll = pin!(length("four")).poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(poll, Poll::Ready(Ok(4)));
    assert_eq!(LENGTH.id(), "length");
}

#[test]
fn functions_of_different_types_share_a_breaker() {
    static B: CircuitBreaker<&ManualClock> =
        CircuitBreaker::new(&Config::new("db").error_threshold(2), &CLOCK);
    let one = B.wrap(|key: u8| Err::<u16, _>(key));
    let two = B.wrap(|key: &str, size: usize| Err::<(), _>((key.len(), size)));
    assert_eq!(one(7), Err(Error::Inner(7)));
    assert_eq!(two("ab", 3), Err(Error::Inner((2, 3))));
    assert!(one(7).unwrap_err().is_rejected());
}

#[test]
fn call_mut_lives_through_the_same_states() {
    static CLOCK: ManualClock = ManualClock::new();
    static CONFIG: Config<&ManualClock> =
        Config::new("adc").error_threshold(2).recovery_timeout(Duration::from_secs(1));
    let mut adc = CircuitBreaker::try_new(&CONFIG, &CLOCK).unwrap();
    let fail = || Err::<(), _>("overrun");
    assert_eq!(adc.call_mut(fail), Err(Error::Inner("overrun")));
    assert_eq!(adc.call_mut(|| Ok::<_, ()>(1)), Ok(1));
    assert_eq!(adc.error_count(), 0);
    assert_eq!(adc.call_mut(fail), Err(Error::Inner("overrun")));
    assert_eq!(adc.call_mut(fail), Err(Error::Inner("overrun")));
    assert!(adc.call_mut(fail).unwrap_err().is_rejected());
    CLOCK.advance(Duration::from_secs(1));
    assert_eq!(adc.call_mut(|| Ok::<_, ()>(2)), Ok(2));
    assert_eq!((adc.state(), adc.open_time()), (State::Closed, Some(1)));
}

static SEEN: AtomicU32 = AtomicU32::new(0);
fn show(_: &dyn Circuit, cause: Cause<'_, u32, u32>) {
    SEEN.store(if let Cause::Error(error) = cause { *error } else { 1 }, Relaxed);
}

#[test]
fn a_typed_hook_sees_the_error_and_a_report_has_none() {
    type Watched = Hooked<EveryError, TypedHooks<u32, u32>>;
    static B: CircuitBreaker<&ManualClock, Consecutive, Watched> = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).hooks(TypedHooks::new().on_open(show)),
        &CLOCK,
    );
    let _ = B.call(|| Err(42));
    assert_eq!(SEEN.load(Relaxed), 42);
    B.reset();
    B.try_acquire().unwrap().failure();
    assert_eq!(SEEN.load(Relaxed), 1);
}

static LOG: AtomicU32 = AtomicU32::new(0);
fn log(_: &dyn Circuit, Transition { from, to }: Transition) {
    LOG.store(LOG.load(Relaxed) * 100 + from as u32 * 10 + to as u32, Relaxed);
}

#[test]
fn transitions_are_told_once_and_only_when_the_state_changes() {
    static CLOCK: ManualClock = ManualClock::new();
    static B: CircuitBreaker<&ManualClock, Consecutive, Hooked> = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).hooks(mcb::Hooks::new().on_transition(log)),
        &CLOCK,
    );
    B.reset(); // closed already
    let _ = B.call(|| Err::<(), _>(())); // 0 -> 1
    CLOCK.advance(Duration::from_secs(30));
    assert_eq!(B.state(), State::HalfOpen); // a read, no transition
    let _ = B.call(|| Ok::<_, ()>(())); // 1 -> 2 -> 0
    B.force_open(); // 0 -> 3
    B.force_open();
    assert_eq!(LOG.load(Relaxed), 1_122_003);
}

static STEPS: AtomicU32 = AtomicU32::new(0);
fn recover(circuit: &dyn Circuit) -> bool {
    assert_eq!(circuit.state(), State::HalfOpen);
    STEPS.fetch_add(1, Relaxed) > 0 // the first attempt does not help
}

#[test]
fn a_recovery_step_that_fails_is_a_failed_probe() {
    static CLOCK: ManualClock = ManualClock::new();
    static B: CircuitBreaker<&ManualClock, Consecutive, Hooked> = CircuitBreaker::new(
        &Config::new("b")
            .error_threshold(1)
            .recovery_threshold(2)
            .hooks(mcb::Hooks::new().before_probe(recover)),
        &CLOCK,
    );
    B.try_acquire().unwrap().failure();
    CLOCK.advance(Duration::from_secs(30));
    let rejected = B.call(|| Ok::<_, ()>(())).unwrap_err();
    assert_eq!(rejected.rejected().and_then(|r| r.retry_after).map(mcb::Wait::ticks), Some(30_000));
    assert_eq!((B.state(), B.error_count()), (State::Open, 2));
    CLOCK.advance(Duration::from_secs(30));
    assert!(B.call(|| Ok::<_, ()>(())).is_ok());
    assert!(B.call(|| Ok::<_, ()>(())).is_ok());
    // The second probe of a recovery is not prepared again.
    assert_eq!((B.state(), STEPS.load(Relaxed)), (State::Closed, 2));
}

#[test]
fn breakers_permits_and_registries_cross_threads() {
    fn both<T: Send + Sync>() {}
    both::<CircuitBreaker<&ManualClock>>();
    both::<Permit<'static, &'static ManualClock>>();
    both::<Registry<4>>();
    both::<Error<core::fmt::Error>>();
}

#[test]
fn an_error_shows_what_is_inside() {
    let error: Error<core::num::ParseIntError> = Error::Inner("x".parse::<u8>().unwrap_err());
    assert_eq!(error.to_string(), "invalid digit found in string");
    assert!(error.inner().is_some() && error.rejected().is_none());
    assert_eq!(error.into_result().map(|_| ()), Ok(()));
    let rejected = mcb::Rejected { id: "imu", retry_after: None, error_count: 0 };
    assert_eq!(rejected.to_string(), "circuit imu is forced open");
    let wait = Some(mcb::Wait::new(1, 32_768));
    let rejected = mcb::Rejected { id: "imu", retry_after: wait, error_count: 1 };
    assert_eq!(rejected.to_string(), "circuit imu is open, retry in 0.001 s (1 error)");
}

#[test]
fn threads_that_fail_together_open_it_once() {
    static OPENED: AtomicU32 = AtomicU32::new(0);
    fn count(_: &dyn Circuit, _: Cause<'_>) {
        OPENED.fetch_add(1, Relaxed);
    }
    static B: CircuitBreaker<&ManualClock, Consecutive, Hooked> = CircuitBreaker::new(
        &Config::new("b").error_threshold(8).hooks(mcb::Hooks::new().on_open(count)),
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

#[cfg(feature = "uuid")]
#[test]
fn generated_ids_are_random_uuids() {
    let (a, b): (Config<&ManualClock>, Config<&ManualClock>) =
        (Config::generated(), Config::generated());
    assert_ne!(a.get_id(), b.get_id());
    assert_eq!(a.get_id().as_bytes()[14], b'4');
}

fn give_up(circuit: &dyn Circuit) -> bool {
    circuit.force_open();
    false
}

#[test]
fn a_recovery_step_that_forces_it_open_leaves_no_time_to_tell() {
    static CLOCK: ManualClock = ManualClock::new();
    static B: CircuitBreaker<&ManualClock, Consecutive, Hooked> = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).hooks(mcb::Hooks::new().before_probe(give_up)),
        &CLOCK,
    );
    B.try_acquire().unwrap().failure();
    CLOCK.advance(Duration::from_secs(30));
    assert_eq!(B.try_acquire().unwrap_err().retry_after, None);
    assert_eq!(B.state(), State::ForcedOpen);
}
