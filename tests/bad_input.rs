//! What cannot be refused has a defined outcome, and no result of a guarded function is lost.
#![cfg(not(loom))]

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::task::{Context, Poll, Waker};
use std::panic::{AssertUnwindSafe, catch_unwind};

use mcb::{
    Cause, CircuitBreaker, Config, ConfigErrorKind, Consecutive, FnClock, Hooks, ManualClock,
    Registry, RegistryError, Rules, State, Transition, Verdict,
};

type Clock = &'static ManualClock;
static CLOCK: ManualClock = ManualClock::new();

#[test]
fn a_full_registry_and_a_second_same_id_are_errors_that_change_nothing() {
    static A: CircuitBreaker<Clock> = CircuitBreaker::new(&Config::new("a"), &CLOCK);
    static OTHER_A: CircuitBreaker<Clock> = CircuitBreaker::new(&Config::new("a"), &CLOCK);
    static B: CircuitBreaker<Clock> = CircuitBreaker::new(&Config::new("b"), &CLOCK);
    let registry = Registry::<1>::new();
    registry.register(&A).unwrap();
    let clash = registry.register(&OTHER_A).unwrap_err();
    assert_eq!(clash.to_string(), "circuit a is registered already");
    let full = registry.register(&B).unwrap_err();
    assert_eq!(full, RegistryError::Full { id: "b", capacity: 1 });
    assert_eq!(full.to_string(), "no place for circuit b: the registry holds at most 1");
    assert_eq!(registry.circuits().map(|circuit| circuit.id()).collect::<Vec<_>>(), ["a"]);
}

#[test]
fn a_clock_that_stands_still_delays_recovery_until_it_moves() {
    static STILL: ManualClock = ManualClock::new();
    static B: CircuitBreaker<Clock> =
        CircuitBreaker::new(&Config::new("b").error_threshold(1), &STILL);
    B.try_acquire().unwrap().failure();
    for _ in 0..1_000 {
        assert!(B.call(|| Ok::<_, ()>(())).is_err());
    }
    STILL.advance_ticks(30_000);
    assert!(B.call(|| Ok::<_, ()>(())).is_ok());
    assert_eq!(B.state(), State::Closed);
}

#[derive(Clone, Copy)]
struct PanickingRule;
impl<T, E> Rules<T, E> for PanickingRule {
    fn judge(&self, _: &Result<T, E>) -> Verdict {
        panic!("the rule's own fault")
    }
}

#[test]
fn a_panic_in_a_rule_is_a_failure_of_the_call() {
    static B: CircuitBreaker<Clock, Consecutive, PanickingRule> =
        CircuitBreaker::new(&Config::new("b").rules(PanickingRule), &CLOCK);
    assert!(catch_unwind(AssertUnwindSafe(|| B.call(|| Ok::<_, ()>(())))).is_err());
    assert_eq!(B.error_count(), 1);
}

static CAUSES: AtomicU32 = AtomicU32::new(0);
fn remember(_: &Transition, cause: Cause) {
    let digit = match cause {
        Cause::Panic => 1,
        Cause::Dropped => 2,
        _ => 9,
    };
    CAUSES.store(CAUSES.load(Relaxed) * 10 + digit, Relaxed);
}

#[test]
fn a_panic_while_polled_is_a_failure_and_a_drop_what_the_configuration_says() {
    static B: CircuitBreaker<Clock> = CircuitBreaker::new(
        &Config::new("b")
            .error_threshold(1)
            .dropped(Verdict::Failure)
            .hooks(&Hooks::new().on_open(remember)),
        &CLOCK,
    );
    let mut context = Context::from_waker(Waker::noop());
    let mut polls = 0;
    let mut call = Box::pin(B.call_async(poll_fn(|_| {
        polls += 1;
        assert!(polls < 2, "the second poll panics");
        Poll::<Result<(), ()>>::Pending
    })));
    assert!(call.as_mut().poll(&mut context).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(&mut context))).is_err());
    drop(call);
    assert_eq!((B.state(), CAUSES.load(Relaxed)), (State::Open, 1));

    B.reset();
    {
        let mut call = pin!(B.call_async(core::future::pending::<Result<(), ()>>()));
        assert!(call.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!((B.state(), CAUSES.load(Relaxed)), (State::Open, 12));

    B.reset();
    drop(B.try_acquire().unwrap());
    assert_eq!((B.state(), CAUSES.load(Relaxed)), (State::Open, 122));
}

#[test]
fn every_bad_field_is_refused_at_run_time_with_its_name_value_and_limit() {
    static STOPPED: Config<FnClock<u32, 0>> = Config::new("b").recovery_timeout_ticks(1);
    fn refused(config: Config<Clock>) -> String {
        // The constructor keeps the configuration by reference: leaked, as a test may.
        let config: &'static Config<Clock> = Box::leak(Box::new(config));
        let error = CircuitBreaker::try_new(config, &CLOCK).unwrap_err();
        assert_eq!(error.id(), config.get_id());
        error.to_string()
    }
    let good = Config::<Clock>::new("b");
    for (config, message) in [
        (good.error_threshold(0), "error_threshold is 0, must be 1 to 4096"),
        (good.error_threshold(4_097), "error_threshold is 4097, must be 1 to 4096"),
        (good.recovery_threshold(0), "recovery_threshold is 0, must be 1 to 32"),
        (good.recovery_threshold(33), "recovery_threshold is 33, must be 1 to 32"),
        (good.max_probes(0), "max_probes is 0, must be 1 to 15"),
        (good.max_probes(16), "max_probes is 16, must be 1 to 15"),
        (
            good.recovery_timeout_ticks(0),
            "recovery_timeout (default 30 s) is 0 ticks, must be 1 to 2147483648",
        ),
        (
            good.recovery_timeout_ticks((1 << 31) + 1),
            "recovery_timeout (default 30 s) is 2147483649 ticks, must be 1 to 2147483648",
        ),
        (good.probe_timeout_ticks(0), "probe_timeout is 0 ticks, must be 1 to 2147483648"),
        (
            good.dropped(Verdict::Success),
            "dropped is Verdict::Success, must be Verdict::Ignore or Verdict::Failure",
        ),
    ] {
        assert_eq!(refused(config), format!("circuit b: {message}"));
    }
    assert_eq!(refused(good.id("")), "circuit : id is 0 bytes long, must be 1 to 255");
    let error = CircuitBreaker::try_new(&STOPPED, FnClock::new(|| 0)).unwrap_err();
    assert_eq!((error.kind(), error.value()), (ConfigErrorKind::ClockRate, 0));
    assert_eq!(error.to_string(), "circuit b: the clock's HZ is 0, must be 1 to 4294967295");
}

#[test]
fn a_long_id_is_refused_and_its_start_shown_in_whole_characters() {
    static LETTERS: &str = concat!(
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567",
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567",
        "01234567890123456789012345678901234567890123456789012345678901234567890123456789",
    );
    static LONGEST: Config<Clock> = Config::new(LETTERS.split_at(255).0);
    static LONGER: Config<Clock> = Config::new(LETTERS.split_at(256).0);
    // The 48th byte is the second of a letter.
    static SIGNS: Config<Clock> =
        Config::new(concat!("x", "ääääääääääääääääääääääää")).max_probes(0);
    assert_eq!(CircuitBreaker::try_new(&LONGEST, &CLOCK).unwrap().id().len(), 255);
    let error = CircuitBreaker::try_new(&LONGER, &CLOCK).unwrap_err();
    assert_eq!((error.kind(), error.value()), (ConfigErrorKind::Id, 256));
    let start = LETTERS.split_at(48).0;
    let message = format!("circuit {start}...: id is 256 bytes long, must be 1 to 255");
    assert_eq!(error.to_string(), message);
    let error = CircuitBreaker::try_new(&SIGNS, &CLOCK).unwrap_err();
    let message = "circuit xäääääääääääääääääääääää...: max_probes is 0, must be 1 to 15";
    assert_eq!(error.to_string(), message);
}

#[test]
fn ids_of_one_byte_and_of_255_work_wherever_they_are_told() {
    static LETTERS: [u8; 255] = [b'x'; 255];
    let longest: &'static str = core::str::from_utf8(&LETTERS).unwrap();
    let registry: &'static Registry<2> = Box::leak(Box::new(Registry::new()));
    for id in ["y", longest] {
        let config: &'static Config<Clock> =
            Box::leak(Box::new(Config::new(id).error_threshold(1)));
        let breaker = CircuitBreaker::try_new(config, &CLOCK).unwrap();
        let breaker: &'static CircuitBreaker<Clock> = Box::leak(Box::new(breaker));
        registry.register(breaker).unwrap();
        breaker.force_open();
        let rejected = breaker.try_acquire().unwrap_err();
        assert_eq!((breaker.id(), rejected.id), (id, id));
        assert_eq!(rejected.to_string(), format!("circuit {id} is forced-open"));
        assert!(format!("{breaker:?}").contains(id));
        assert_eq!(registry.get(id).map(|circuit| circuit.id()), Some(id));
    }
    assert!(registry.get("").is_none() && registry.get(&longest[1..]).is_none());
}

#[cfg(feature = "std")]
#[test]
fn a_configuration_by_value_is_checked_alike() {
    let long: &'static str = String::leak("x".repeat(256));
    for (id, length) in [("", 0), (long, 256)] {
        let error = CircuitBreaker::from_config(Config::new(id), &CLOCK).unwrap_err();
        assert_eq!((error.kind(), error.value(), error.id()), (ConfigErrorKind::Id, length, id));
    }
    let stopped = Config::new("b").recovery_timeout_ticks(1);
    let error = CircuitBreaker::from_config(stopped, FnClock::<u64, 0>::new(|| 0)).unwrap_err();
    assert_eq!(error.to_string(), "circuit b: the clock's HZ is 0, must be 1 to 4294967295");
}

/// Says one rate and runs at another, wraps before its range ends, jumps, or counts down: its waits are wrong, but waiting as
/// told and calling again closes the breaker, however often it opened.
#[test]
fn a_clock_that_lies_about_its_rate_never_wedges_a_breaker() {
    use core::time::Duration;
    /// What the clock shows at each moment of the truth, in microseconds.
    type Shows = fn(u64) -> u32;
    static TRUTH: AtomicU32 = AtomicU32::new(0);
    static SHOWS: std::sync::Mutex<Shows> = std::sync::Mutex::new(|_| 0);
    struct Liar<const HZ: u32>;
    impl<const HZ: u32> mcb::Clock for Liar<HZ> {
        type Ticks = u32;
        const HZ: u32 = HZ;
        fn now(&self) -> u32 {
            (SHOWS.lock().unwrap())(u64::from(TRUTH.load(Relaxed)))
        }
    }

    fn recovers<const HZ: u32>(lie: &str) {
        static TOLD: [u64; 4] = [0, 1, 997, 400_000_000];
        let timeout = Duration::from_secs(1);
        let config = Config::<Liar<HZ>>::new("b").error_threshold(1).recovery_timeout(timeout);
        let config: &'static Config<Liar<HZ>> = Box::leak(Box::new(config));
        for begun in TOLD {
            TRUTH.store(begun as u32, Relaxed);
            let b = CircuitBreaker::try_new(config, Liar::<HZ>).unwrap();
            for _ in 0..5 {
                let _ = b.call(|| Err::<(), _>(()));
                // A probe that never comes back, on the way.
                let mut patience = 0;
                loop {
                    match b.try_acquire() {
                        Ok(permit) if patience == 0 => {
                            core::mem::forget(permit);
                            patience = 1;
                        }
                        Ok(permit) => break permit.success(),
                        Err(rejected) => {
                            let wait = rejected.retry_after.expect("a time").as_duration();
                            // At least a millisecond, as a caller would.
                            let micros = (wait.as_micros() as u32).clamp(1_000, 1 << 20);
                            TRUTH.fetch_add(micros, Relaxed);
                            patience += 1;
                            assert!(patience < 10_000, "{lie}: wedged, {b:?}");
                        }
                    }
                }
                assert_eq!(b.state(), State::Closed, "{lie}");
            }
        }
    }
    let shows = |shows: Shows| *SHOWS.lock().unwrap() = shows;
    shows(|truth| truth as u32);
    recovers::<1_000_000>("the truth");
    recovers::<1_000>("a thousand times too fast");
    recovers::<1>("a million times too fast");
    recovers::<100_000_000>("a hundred times too slow");
    shows(|truth| (truth / 1_000) as u32);
    recovers::<1_000_000>("a thousand times too slow");
    shows(|truth| (truth as u32) & 0xFF_FFFF);
    recovers::<1_000_000>("24 bits that are not shifted");
    shows(|truth| (truth as u32) & 0x1_FFFF);
    recovers::<65_536>("17 bits that are not shifted, of which the timeout is a half");
    shows(|truth| (truth as u32).wrapping_neg());
    recovers::<1_000_000>("counting down");
    shows(|truth| (truth as u32).wrapping_mul(0x9E37_79B9));
    recovers::<1_000_000>("noise");
}

#[test]
fn the_largest_settings_work() {
    static WIDE: ManualClock = ManualClock::at(u32::MAX);
    static B: CircuitBreaker<Clock> = CircuitBreaker::new(
        &Config::new("b").error_threshold(4_096).recovery_timeout_ticks(1 << 31).max_probes(15),
        &WIDE,
    );
    for _ in 0..4_096 {
        assert_eq!(B.state(), State::Closed);
        assert_eq!(B.call(|| Err::<(), _>(7)), Err(mcb::Error::Inner(7)));
    }
    WIDE.advance_ticks((1 << 31) - 1);
    assert_eq!((B.state(), B.error_count()), (State::Open, 4_096));
    WIDE.advance_ticks(1);
    let probes: Vec<_> = (0..16).filter_map(|_| B.try_acquire().ok()).collect();
    assert_eq!(probes.len(), 15);
}

#[test]
fn a_panic_counts_through_call_and_call_mut() {
    static C: ManualClock = ManualClock::new();
    static CF: Config<Clock> = Config::new("b").error_threshold(3);
    let mut b = CircuitBreaker::try_new(&CF, &C).unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| b.call(|| -> Result<(), ()> { panic!() }))).is_err());
    assert!(
        catch_unwind(AssertUnwindSafe(|| b.call_mut(|| -> Result<(), ()> { panic!() }))).is_err()
    );
    assert_eq!((b.state(), b.error_count()), (State::Closed, 2));
    assert_eq!(b.call_mut(|| Err::<(), _>(1)), Err(mcb::Error::Inner(1)));
    assert_eq!(b.state(), State::Open);
}

#[test]
fn permits_kept_for_ever_never_wedge_it() {
    static C: ManualClock = ManualClock::at(u32::MAX - 5);
    static B: CircuitBreaker<Clock> = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).max_probes(3).recovery_timeout_ticks(10),
        &C,
    );
    let _ = B.call(|| Err::<(), _>(1));
    for _ in 0..200 {
        C.advance_ticks(10);
        let n = (0..20).filter(|_| B.try_acquire().map(core::mem::forget).is_ok()).count();
        assert!((1..=3).contains(&n), "{n}");
    }
    C.advance_ticks(10);
    assert!(B.call(|| Ok::<_, ()>(())).is_ok());
    assert_eq!(B.state(), State::Closed);
}

#[test]
fn a_clock_that_jumps_back_during_a_probe_only_delays() {
    static C: ManualClock = ManualClock::at(500_000);
    static B: CircuitBreaker<Clock> =
        CircuitBreaker::new(&Config::new("b").error_threshold(1).recovery_timeout_ticks(10), &C);
    let _ = B.call(|| Err::<(), _>(1));
    C.advance_ticks(10);
    core::mem::forget(B.try_acquire().unwrap());
    C.set(500_000 - 60_000);
    assert_eq!(B.try_acquire().unwrap_err().retry_after.map(mcb::Wait::ticks), Some(10));
    C.set(500_020);
    assert!(B.call(|| Ok::<_, ()>(())).is_ok());
}

#[test]
fn a_rejected_future_is_never_polled_and_a_dropped_one_ignored() {
    static C: ManualClock = ManualClock::new();
    static B: CircuitBreaker<Clock> = CircuitBreaker::new(&Config::new("b").error_threshold(1), &C);
    let mut cx = Context::from_waker(Waker::noop());
    {
        let mut f = pin!(B.call_async(core::future::pending::<Result<(), ()>>()));
        assert!(f.as_mut().poll(&mut cx).is_pending());
    }
    assert_eq!((B.state(), B.error_count()), (State::Closed, 0));
    let _ = B.call(|| Err::<(), _>(1));
    let mut polled = false;
    let mut f = Box::pin(B.call_async(core::future::poll_fn(|_| {
        polled = true;
        Poll::Ready(Ok::<_, ()>(()))
    })));
    let answer = f.as_mut().poll(&mut cx);
    drop(f);
    assert!(matches!(answer, Poll::Ready(Err(mcb::Error::Rejected(_)))));
    assert!(!polled);
}

#[test]
fn a_result_reaches_the_caller_though_the_breaker_was_forced_meanwhile() {
    static C: ManualClock = ManualClock::new();
    static B: CircuitBreaker<Clock> = CircuitBreaker::new(&Config::new("b").error_threshold(1), &C);
    assert_eq!(
        B.call(|| {
            B.force_open();
            Ok::<_, ()>(vec![1])
        }),
        Ok(vec![1])
    );
    B.reset();
    assert_eq!(
        B.call(|| {
            B.reset();
            Err::<(), _>(vec![1])
        }),
        Err(mcb::Error::Inner(vec![1]))
    );
    assert_eq!((B.state(), B.error_count()), (State::Closed, 0));
}

#[test]
fn success_count_is_zero_in_closed_however_many_errors() {
    static C: ManualClock = ManualClock::new();
    static B: CircuitBreaker<Clock> =
        CircuitBreaker::new(&Config::new("b").error_threshold(300), &C);
    for _ in 0..200 {
        let _ = B.call(|| Err::<(), _>(1));
    }
    assert_eq!((B.error_count(), B.success_count()), (200, 0));
}

#[test]
fn a_forced_open_breaker_is_listed_as_open() {
    static C: ManualClock = ManualClock::new();
    static B: CircuitBreaker<Clock> = CircuitBreaker::new(&Config::new("b"), &C);
    let r = Registry::<1>::new();
    r.register(&B).unwrap();
    B.force_open();
    assert_eq!(r.open_circuits().count(), 1);
}

#[test]
fn the_probe_timeout_has_a_limit_and_stays_whatever_is_set_after_it() {
    static C: ManualClock = ManualClock::new();
    static LONG: Config<Clock> = Config::new("b").probe_timeout_ticks((1 << 31) + 1);
    static B: CircuitBreaker<Clock> = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).probe_timeout_ticks(5).recovery_timeout_ticks(50),
        &C,
    );
    let refused = CircuitBreaker::try_new(&LONG, &C).unwrap_err();
    assert_eq!(refused.kind(), ConfigErrorKind::ProbeTimeout);
    let _ = B.call(|| Err::<(), _>(1));
    C.advance_ticks(50);
    let _p = B.try_acquire().unwrap();
    assert_eq!(B.try_acquire().unwrap_err().retry_after.map(mcb::Wait::ticks), Some(5));
}
