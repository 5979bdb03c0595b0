//! The 32 test cases of pycircuitbreaker 0.4.0, ported by meaning.
#![cfg(not(loom))]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::time::Duration;

use mcb::{
    Cause, CircuitBreaker, Config, ConfigErrorKind, Consecutive, Detect, Error, EveryError, Hooks,
    Kind, Kinds, Lists, ManualClock, NetError, Registry, RegistryError, Reporting, State,
    Transition, Wrap,
};

type Clock = &'static ManualClock;

/// A breaker of its own for each test, on a clock of its own.
macro_rules! breaker {
    ($clock:ident, $b:ident: $type:ty = $config:expr) => {
        static $clock: ManualClock = ManualClock::new();
        static $b: $type = CircuitBreaker::new(&$config, &$clock);
    };
}

const RECOVERY: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Timeout,
    Refused,
    Parse,
}

/// The original's base class of the first two.
fn is_io(fault: &Fault) -> bool {
    matches!(fault, Fault::Timeout | Fault::Refused)
}

fn is_timeout(fault: &Fault) -> bool {
    *fault == Fault::Timeout
}

fn fail<S: mcb::Strategy, R: mcb::Rules<(), Fault>>(b: &CircuitBreaker<Clock, S, R>, fault: Fault) {
    assert_eq!(b.call(|| Err::<(), _>(fault)), Err(Error::Inner(fault)));
}

fn pass<S: mcb::Strategy, R: mcb::Rules<(), Fault>>(b: &CircuitBreaker<Clock, S, R>) {
    assert_eq!(b.call(|| Ok::<_, Fault>(())), Ok(()));
}

// The breaker.

#[test]
fn breaker_01_starts_closed() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b"));
    assert_eq!((B.state(), B.error_count(), B.success_count()), (State::Closed, 0, 0));
}

#[test]
fn breaker_02_opens_after_two_errors_but_not_after_one() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(2));
    fail(&B, Fault::Timeout);
    assert_eq!(B.state(), State::Closed);
    fail(&B, Fault::Timeout);
    assert_eq!(B.state(), State::Open);
}

#[test]
fn breaker_03_open_becomes_half_open_after_the_timeout() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(1));
    fail(&B, Fault::Timeout);
    assert_eq!(B.state(), State::Open);
    CLOCK.advance(RECOVERY);
    assert_eq!(B.state(), State::HalfOpen);
}

#[test]
fn breaker_04_a_half_open_success_stays_half_open_and_an_error_then_reopens() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> =
        Config::new("b").error_threshold(1).recovery_threshold(2));
    fail(&B, Fault::Timeout);
    CLOCK.advance(RECOVERY);
    pass(&B);
    assert_eq!((B.state(), B.success_count()), (State::HalfOpen, 1));
    fail(&B, Fault::Timeout);
    assert_eq!((B.state(), B.error_count(), B.success_count()), (State::Open, 2, 0));
    CLOCK.advance(RECOVERY);
    pass(&B);
    assert_eq!((B.state(), B.success_count()), (State::HalfOpen, 1));
}

#[test]
fn breaker_05_the_second_success_closes() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> =
        Config::new("b").error_threshold(1).recovery_threshold(2));
    fail(&B, Fault::Timeout);
    CLOCK.advance(RECOVERY);
    pass(&B);
    pass(&B);
    assert_eq!((B.state(), B.error_count()), (State::Closed, 0));
}

#[test]
fn breaker_06_an_error_in_recovery_clears_the_successes_and_reopens() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> =
        Config::new("b").error_threshold(1).recovery_threshold(3));
    fail(&B, Fault::Timeout);
    CLOCK.advance(RECOVERY);
    pass(&B);
    pass(&B);
    assert_eq!(B.success_count(), 2);
    fail(&B, Fault::Timeout);
    assert_eq!((B.state(), B.success_count()), (State::Open, 0));
}

#[test]
fn breaker_07_a_whitelisted_kind_stays_closed() {
    breaker!(CLOCK, B: CircuitBreaker<Clock, Consecutive, Lists<Fault, 0, 1>> =
        Config::new("b").error_threshold(1).rules(Lists::new().whitelist([is_timeout])));
    fail(&B, Fault::Timeout);
    assert_eq!((B.state(), B.error_count()), (State::Closed, 0));
    fail(&B, Fault::Parse);
    assert_eq!(B.state(), State::Open);
}

#[test]
fn breaker_08_a_whitelisted_family_stays_closed() {
    breaker!(CLOCK, B: CircuitBreaker<Clock, Consecutive, Lists<Fault, 0, 1>> =
        Config::new("b").error_threshold(1).rules(Lists::new().whitelist([is_io])));
    fail(&B, Fault::Timeout);
    fail(&B, Fault::Refused);
    assert_eq!(B.state(), State::Closed);
}

#[test]
fn breaker_09_another_kind_than_the_blacklisted_stays_closed() {
    breaker!(CLOCK, B: CircuitBreaker<Clock, Consecutive, Lists<Fault, 1, 0>> =
        Config::new("b").error_threshold(1).rules(Lists::new().blacklist([is_timeout])));
    fail(&B, Fault::Parse);
    assert_eq!(B.state(), State::Closed);
}

/// A kind that includes others, as a base class does.
#[derive(Clone, Copy)]
struct Io;
impl Kind<Fault> for Io {
    fn includes(&self, fault: &Fault) -> bool {
        is_io(fault)
    }
}

#[test]
fn breaker_10_a_blacklisted_family_opens() {
    breaker!(CLOCK, B: CircuitBreaker<Clock, Consecutive, Kinds<Io, 1, 0>> =
        Config::new("b").error_threshold(2).rules(Kinds::new().blacklist([Io])));
    fail(&B, Fault::Timeout);
    fail(&B, Fault::Parse);
    assert_eq!(B.state(), State::Closed);
    fail(&B, Fault::Refused);
    assert_eq!(B.state(), State::Open);
}

fn is_500(status: &u16) -> bool {
    *status == 500
}

#[test]
fn breaker_11_detect_error_opens_and_the_value_is_returned() {
    breaker!(CLOCK, B: CircuitBreaker<Clock, Consecutive, Detect<u16>> =
        Config::new("b").error_threshold(1).rules(EveryError.detect_error(is_500)));
    assert_eq!(B.call(|| Ok::<_, Fault>(500)), Ok(500));
    assert_eq!(B.state(), State::Open);
}

#[test]
fn breaker_12_detect_error_false_stays_closed_and_the_value_is_returned() {
    breaker!(CLOCK, B: CircuitBreaker<Clock, Consecutive, Detect<u16>> =
        Config::new("b").error_threshold(1).rules(EveryError.detect_error(is_500)));
    assert_eq!(B.call(|| Ok::<_, Fault>(200)), Ok(200));
    assert_eq!(B.state(), State::Closed);
}

#[test]
fn breaker_13_on_open_once_with_breaker_and_cause() {
    static OPENED: AtomicU32 = AtomicU32::new(0);
    fn on_open(opening: &Transition, cause: Cause) {
        assert_eq!((opening.id, cause), ("watched", Cause::Error));
        OPENED.fetch_add(1, Relaxed);
    }
    /// The error itself is the rules' to show: they know its type.
    fn report(id: &'static str, result: &Result<(), Fault>) {
        assert_eq!((id, result), ("watched", &Err(Fault::Refused)));
        OPENED.fetch_add(10, Relaxed);
    }
    type Watched = Reporting<fn(&'static str, &Result<(), Fault>)>;
    breaker!(CLOCK, B: CircuitBreaker<Clock, Consecutive, Watched> = Config::new("watched")
        .error_threshold(2)
        .rules(EveryError.reporting(report as fn(&'static str, &Result<(), Fault>)))
        .hooks(&Hooks::new().on_open(on_open)));
    fail(&B, Fault::Timeout);
    assert_eq!(OPENED.load(Relaxed), 0);
    fail(&B, Fault::Refused);
    assert_eq!(OPENED.load(Relaxed), 11);
}

#[test]
fn breaker_14_on_close_not_on_opening_but_once_after_recovery() {
    static CLOSED: AtomicU32 = AtomicU32::new(0);
    fn on_close(closing: &Transition) {
        assert_eq!((closing.id, closing.error_count), ("watched", 0));
        CLOSED.fetch_add(1, Relaxed);
    }
    breaker!(CLOCK, B: CircuitBreaker<Clock> =
        Config::new("watched").error_threshold(1).hooks(&Hooks::new().on_close(on_close)));
    fail(&B, Fault::Timeout);
    assert_eq!(CLOSED.load(Relaxed), 0);
    CLOCK.advance(RECOVERY);
    pass(&B);
    assert_eq!(CLOSED.load(Relaxed), 1);
}

#[test]
fn breaker_15_an_open_breaker_rejects() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(1));
    fail(&B, Fault::Timeout);
    let mut ran = false;
    let result = B.call(|| {
        ran = true;
        Ok::<_, Fault>(())
    });
    assert!(result.unwrap_err().is_rejected() && !ran);
}

/// Strategies are types here, so an unknown one does not compile. What is left to refuse is a
/// setting that no strategy can honour.
#[test]
fn breaker_16_an_unknown_strategy_is_refused() {
    static CLOCK: ManualClock = ManualClock::new();
    static CONFIG: Config<Clock, NetError> =
        Config::new("b").strategy(NetError).error_threshold(4_097);
    let refused = CircuitBreaker::try_new(&CONFIG, &CLOCK).unwrap_err();
    assert_eq!((refused.kind(), refused.value()), (ConfigErrorKind::ErrorThreshold, 4_097));
}

// The decorator.

/// `wrap` asks for a function, so that anything else does not compile; a function is taken as it is.
#[test]
fn decorator_17_only_what_can_be_called_is_wrapped() {
    fn callable<F: Fn() -> Result<u8, Error<Fault>>>(f: F) -> Result<u8, Error<Fault>> {
        f()
    }
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b"));
    assert_eq!(callable(B.wrap(|| Ok::<u8, Fault>(1))), Ok(1));
}

#[test]
fn decorator_18_a_success_returns_the_value() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b"));
    assert_eq!(B.wrap(|| Ok::<_, Fault>("value"))(), Ok("value"));
}

#[test]
fn decorator_19_first_the_error_then_the_rejection() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b").error_threshold(1));
    let guarded = B.wrap(|| Err::<(), _>(Fault::Parse));
    assert_eq!(guarded(), Err(Error::Inner(Fault::Parse)));
    assert!(guarded().unwrap_err().is_rejected());
}

#[test]
fn decorator_20_arguments_pass_through() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("b"));
    let guarded = B.wrap(|a: u8, b: &str, c: bool| Ok::<_, Fault>((a, b.len(), c)));
    assert_eq!(guarded(1, "two", true), Ok((1, 3, true)));
}

// The rejection.

#[test]
fn rejection_21_names_the_circuit_and_until_when_it_is_open() {
    breaker!(CLOCK, B: CircuitBreaker<Clock> = Config::new("imu").error_threshold(1));
    fail(&B, Fault::Timeout);
    let error = B.call(|| Ok::<_, core::fmt::Error>(())).unwrap_err();
    assert_eq!(error.to_string(), "circuit imu is open, retry in 30 s (1 error)");
    assert_eq!(B.recovery_start_time(), B.open_time().map(|opened| opened + 30_000));
}

// The registry.

breaker!(CLOCK, ONE: CircuitBreaker<Clock> = Config::new("one"));
breaker!(CLOCK_2, TWO: CircuitBreaker<Clock> = Config::new("two").error_threshold(1));

#[test]
fn registry_22_registers() {
    let registry = Registry::<2>::new();
    assert_eq!(registry.register(&ONE), Ok(()));
    assert_eq!(registry.get("one").map(|circuit| circuit.id()), Some("one"));
}

#[test]
fn registry_23_a_duplicate_is_refused_and_there_is_still_one() {
    let registry = Registry::<2>::new();
    registry.register(&ONE).unwrap();
    assert_eq!(registry.register(&ONE), Err(RegistryError::Duplicate { id: "one" }));
    assert_eq!(registry.circuits().count(), 1);
}

#[test]
fn registry_24_two_are_listed_in_order() {
    let registry = Registry::<2>::new();
    registry.register(&TWO).unwrap();
    registry.register(&ONE).unwrap();
    let ids: Vec<_> = registry.circuits().map(|circuit| circuit.id()).collect();
    assert_eq!(ids, ["two", "one"]);
}

#[test]
fn registry_25_an_empty_one_lists_none() {
    assert_eq!(Registry::<2>::new().circuits().count(), 0);
}

#[test]
fn registry_26_an_empty_one_lists_no_open_one() {
    assert_eq!(Registry::<2>::new().open_circuits().count(), 0);
}

#[test]
fn registry_27_a_closed_one_is_not_open() {
    let registry = Registry::<2>::new();
    registry.register(&ONE).unwrap();
    assert_eq!(registry.open_circuits().count(), 0);
}

#[test]
fn registry_28_of_an_open_and_a_closed_one_the_open_one_is_listed() {
    breaker!(CLOCK, OPEN: CircuitBreaker<Clock> = Config::new("open").error_threshold(1));
    let registry = Registry::<2>::new();
    registry.register(&ONE).unwrap();
    registry.register(&OPEN).unwrap();
    fail(&OPEN, Fault::Timeout);
    let open: Vec<_> = registry.open_circuits().map(|circuit| circuit.id()).collect();
    assert_eq!(open, ["open"]);
    CLOCK.advance(RECOVERY);
    assert_eq!(registry.open_circuits().count(), 0); // half-open is not listed
}

// NET_ERROR.

#[test]
fn net_error_29_errors_less_successes_open() {
    breaker!(CLOCK, B: CircuitBreaker<Clock, NetError> =
        Config::new("b").strategy(NetError).error_threshold(3));
    fail(&B, Fault::Timeout);
    fail(&B, Fault::Timeout);
    pass(&B);
    fail(&B, Fault::Timeout);
    assert_eq!((B.state(), B.error_count()), (State::Closed, 2));
    fail(&B, Fault::Timeout);
    assert_eq!(B.state(), State::Open);
}

#[test]
fn net_error_30_a_half_open_success_closes() {
    breaker!(CLOCK, B: CircuitBreaker<Clock, NetError> =
        Config::new("b").strategy(NetError).error_threshold(1));
    fail(&B, Fault::Timeout);
    CLOCK.advance(RECOVERY);
    pass(&B);
    assert_eq!(B.state(), State::Closed);
}

#[test]
fn net_error_31_a_half_open_error_opens() {
    breaker!(CLOCK, B: CircuitBreaker<Clock, NetError> =
        Config::new("b").strategy(NetError).error_threshold(1));
    fail(&B, Fault::Timeout);
    CLOCK.advance(RECOVERY);
    fail(&B, Fault::Timeout);
    assert_eq!(B.state(), State::Open);
}

#[test]
fn net_error_32_is_never_negative_after_a_success() {
    breaker!(CLOCK, B: CircuitBreaker<Clock, NetError> =
        Config::new("b").strategy(NetError).error_threshold(2));
    pass(&B);
    assert_eq!(B.error_count(), 0);
    fail(&B, Fault::Timeout);
    assert_eq!((B.state(), B.error_count()), (State::Closed, 1));
}
