//! The small parts by themselves: messages, accessors, lists, and the borders of settings.
#![cfg(not(loom))]

use core::time::Duration;

use mcb::{
    Circuit, CircuitBreaker, Config, ConfigError, Consecutive, Error, EveryError, FnClock, Lists,
    ManualClock, NetError, Registry, RegistryError, Rejected, Rules, State, Verdict, View, Wait,
};

type Clock = &'static ManualClock;
type Breaker<S = Consecutive> = CircuitBreaker<Clock, S>;

fn fails(breaker: &Breaker) {
    assert_eq!(breaker.call(|| Err::<(), _>(7)), Err(Error::Inner(7)));
}

#[test]
fn a_wait_reads_as_seconds_and_rounds_up() {
    for (ticks, hz, text) in [
        (0, 1_000, "0 s"),
        (30_000, 1_000, "30 s"),
        (1_500, 1_000, "1.5 s"),
        (1_250, 1_000, "1.25 s"),
        (1_050, 1_000, "1.05 s"),
        (61_234, 1_000, "61.234 s"),
        (1_001, 1_000_000, "0.002 s"),
        (1, 32_768, "0.001 s"),
    ] {
        assert_eq!(Wait::new(ticks, hz).to_string(), text);
    }
    let third = Wait::new(1, 3);
    assert_eq!((third.ticks(), third.hz()), (1, 3));
    assert_eq!(third.as_duration(), Duration::from_nanos(333_333_334));
    assert_eq!(Wait::new(u32::MAX, 1).as_duration(), Duration::from_secs(u64::from(u32::MAX)));
    assert_eq!(Wait::new(5, 0).as_duration(), Duration::ZERO);
    assert!(Wait::new(0, 7).is_zero() && !third.is_zero());
}

#[test]
fn a_rejection_tells_when_and_why() {
    let rejected =
        |wait, error_count| Rejected { id: "imu", retry_after: wait, error_count }.to_string();
    let (zero, some) = (Some(Wait::new(0, 1_000)), Some(Wait::new(1_500, 1_000)));
    assert_eq!(rejected(some, 3), "circuit imu is open, retry in 1.5 s (3 errors)");
    assert_eq!(rejected(some, 1), "circuit imu is open, retry in 1.5 s (1 error)");
    assert_eq!(rejected(zero, 2), "circuit imu is open, retry now (2 errors)");
    assert_eq!(rejected(None, 2), "circuit imu is forced open");
}

#[derive(Debug)]
struct Caused(core::fmt::Error);
impl core::fmt::Display for Caused {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("caused")
    }
}
impl std::error::Error for Caused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn an_error_gives_what_is_in_it() {
    use std::error::Error as _;

    let rejected = Rejected { id: "imu", retry_after: None, error_count: 3 };
    let outer: Error<u8> = Error::Rejected(rejected);
    let inner: Error<u8> = Error::Inner(7);
    assert!(outer.is_rejected() && !inner.is_rejected());
    assert_eq!((outer.rejected(), inner.rejected()), (Some(&rejected), None));
    assert_eq!((outer.inner(), inner.inner()), (None, Some(&7)));
    assert_eq!((outer.into_inner(), inner.into_inner()), (None, Some(7)));
    assert_eq!((outer.into_result(), inner.into_result()), (Err(rejected), Ok(7)));
    assert_eq!(outer.map_inner(|_| "x"), Error::Rejected(rejected));
    assert_eq!(inner.map_inner(|code| code + 1), Error::Inner(8));
    assert_eq!(outer.to_string(), "circuit imu is forced open");
    assert_eq!(inner.to_string(), "7");

    // Transparent: the source is the inner error's own.
    let inner: Error<Error<core::fmt::Error>> = Error::Inner(Error::Inner(core::fmt::Error));
    assert!(inner.source().is_none());
    let caused = Error::Inner(Caused(core::fmt::Error));
    assert!(caused.source().is_some_and(<dyn std::error::Error>::is::<core::fmt::Error>));
    assert!(Error::<Caused>::Rejected(rejected).source().is_none());
}

#[test]
fn states_have_names_that_can_be_padded() {
    let states = [
        (State::Closed, "closed"),
        (State::Open, "open"),
        (State::HalfOpen, "half-open"),
        (State::ForcedOpen, "forced open"),
        (State::ForcedClosed, "forced closed"),
    ];
    for (state, name) in states {
        assert_eq!((state.as_str(), state.to_string()), (name, name.to_string()));
        assert_eq!(format!("{state:>15}").len(), 15);
    }
}

#[test]
fn settings_are_taken_to_their_borders_and_no_further() {
    use ConfigError::{
        ErrorThreshold, MaxProbes, ProbeTimeout, RecoveryThreshold, RecoveryTimeout,
    };

    const LONGEST: u32 = 1 << 31;
    static CLOCK: ManualClock = ManualClock::new();
    fn check<C: mcb::Clock + 'static>(config: Config<C>, clock: C) -> Result<(), ConfigError> {
        CircuitBreaker::try_new(Box::leak(Box::new(config)), clock).map(|_| ())
    }
    let good = || Config::<Clock>::new("b");
    for config in [
        good().error_threshold(1),
        good().error_threshold(4_096),
        good().recovery_threshold(32),
        good().max_probes(15),
        good().recovery_timeout_ticks(1),
        good().recovery_timeout_ticks(LONGEST),
        good().probe_timeout_ticks(1),
        good().probe_timeout_ticks(LONGEST),
        good().recovery_timeout(Duration::from_millis(u64::from(LONGEST))),
    ] {
        assert_eq!(check(config, &CLOCK), Ok(()), "{config:?}");
    }
    for (config, error) in [
        (good().error_threshold(5_000), ErrorThreshold { max: 4_096 }),
        (good().recovery_threshold(200), RecoveryThreshold),
        (good().max_probes(200), MaxProbes),
        (good().recovery_timeout_ticks(u32::MAX).probe_timeout_ticks(1), RecoveryTimeout),
        (good().probe_timeout_ticks(u32::MAX), ProbeTimeout),
        (good().probe_timeout_ticks(LONGEST + 1), ProbeTimeout),
        (good().recovery_timeout(Duration::MAX), RecoveryTimeout),
        (good().probe_timeout(Duration::MAX), ProbeTimeout),
        (good().recovery_timeout(Duration::from_millis(1 << 32)), RecoveryTimeout),
        (good().recovery_timeout(Duration::ZERO), RecoveryTimeout),
    ] {
        assert_eq!(check(config, &CLOCK), Err(error), "{config:?}");
    }
    let still = FnClock::<u32, 0>::new(|| 0);
    assert_eq!(check(Config::new("b"), still), Err(ConfigError::ClockRate));
    assert_eq!(ErrorThreshold { max: 99 }.to_string(), "error_threshold must be 1 to 99");
}

#[test]
fn a_configuration_keeps_its_id_when_it_is_copied_or_renamed() {
    static CLOCK: ManualClock = ManualClock::new();
    static CONFIG: Config<Clock> = Config::new("a").id("b");
    #[allow(clippy::clone_on_copy)]
    let copy = CONFIG.clone();
    assert_eq!((CONFIG.get_id(), copy.get_id()), ("b", "b"));
    assert_eq!(CircuitBreaker::try_new(&CONFIG, &CLOCK).unwrap().id(), "b");
}

#[test]
fn a_circuit_is_the_breaker_behind_it() {
    static CLOCK: ManualClock = ManualClock::new();
    static B: Breaker =
        Breaker::new(&Config::new("b").error_threshold(3).recovery_threshold(3), &CLOCK);
    fn agree() -> State {
        let circuit: &dyn Circuit = &B;
        assert_eq!(circuit.id(), "b");
        assert_eq!(circuit.state(), B.state());
        assert_eq!(circuit.error_count(), B.error_count());
        assert_eq!(circuit.success_count(), B.success_count());
        assert_eq!(circuit.retry_after(), B.retry_after());
        circuit.state()
    }
    let circuit: &dyn Circuit = &B;
    assert_eq!((agree(), B.error_count()), (State::Closed, 0));
    for errors in 1..=3 {
        fails(&B);
        agree();
        assert_eq!(B.error_count(), errors);
    }
    assert_eq!((agree(), B.retry_after()), (State::Open, Some(Wait::new(30_000, 1_000))));
    CLOCK.advance_ticks(30_000);
    for successes in 1..=2 {
        assert_eq!(B.call(|| Ok::<_, ()>(1)), Ok(1));
        assert_eq!((agree(), B.success_count()), (State::HalfOpen, successes));
    }
    circuit.force_open();
    assert_eq!((agree(), B.retry_after()), (State::ForcedOpen, None));
    circuit.force_closed();
    assert_eq!(agree(), State::ForcedClosed);
    circuit.reset();
    assert_eq!(agree(), State::Closed);
}

#[test]
fn a_permit_knows_whether_it_is_a_probe() {
    static CLOCK: ManualClock = ManualClock::new();
    static B: Breaker = Breaker::new(&Config::new("b").error_threshold(1), &CLOCK);
    let permit = B.try_acquire().unwrap();
    assert!(!permit.is_probe());
    permit.failure();
    CLOCK.advance_ticks(30_000);
    assert!(B.try_acquire().unwrap().is_probe());
}

#[test]
fn registries_and_views_find_by_id_and_list_in_order() {
    static CLOCK: ManualClock = ManualClock::new();
    static A: Breaker = Breaker::new(&Config::new("a"), &CLOCK);
    static B: Breaker<NetError> = Breaker::new(&Config::new("b").strategy(NetError), &CLOCK);
    static C: Breaker = Breaker::new(&Config::new("c"), &CLOCK);
    static VIEW: View = View::new(&[&A, &B, &C]);
    let registry = Registry::<3>::default();
    for circuit in VIEW.circuits() {
        registry.register(circuit).unwrap();
    }
    let ids = |circuits: &mut dyn Iterator<Item = &'static (dyn Circuit + Sync)>| -> String {
        circuits.map(Circuit::id).collect()
    };
    assert_eq!(ids(&mut registry.circuits()), "abc");
    assert_eq!(ids(&mut registry.iter()), "abc");
    assert_eq!(ids(&mut (&registry).into_iter()), "abc");
    assert_eq!(ids(&mut VIEW.circuits()), "abc");
    A.force_open();
    C.force_open();
    assert_eq!(ids(&mut registry.open_circuits()), "ac");
    assert_eq!(ids(&mut VIEW.open_circuits()), "ac");
    for id in ["a", "b", "c"] {
        assert_eq!(registry.get(id).map(Circuit::id), Some(id));
        assert_eq!(VIEW.get(id).map(Circuit::id), Some(id));
    }
    assert!(registry.get("d").is_none() && VIEW.get("d").is_none());
    let (duplicate, full) =
        (RegistryError::Duplicate { id: "a" }, RegistryError::Full { id: "d", capacity: 3 });
    assert_eq!(duplicate.to_string(), "circuit a is registered already");
    assert_eq!(full.to_string(), "no place for circuit d: the registry holds at most 3");
}

fn even(code: &u8) -> bool {
    code & 1 == 0
}
fn large(code: &u8) -> bool {
    *code >= 100
}

#[test]
fn the_whitelist_wins_and_an_empty_blacklist_means_all() {
    use Verdict::{Failure, Ignore, Success};

    fn verdicts(rules: &impl Rules<u8, u8>) -> [Verdict; 5] {
        [Ok(200), Err(1), Err(2), Err(101), Err(102)].map(|result| rules.judge(&result))
    }
    let none = Lists::<u8, 0, 0>::default();
    assert_eq!(verdicts(&none), [Success, Failure, Failure, Failure, Failure]);
    let black = Lists::new().blacklist([even]);
    assert_eq!(verdicts(&black), [Success, Ignore, Failure, Ignore, Failure]);
    let white = Lists::new().whitelist([large]);
    assert_eq!(verdicts(&white), [Success, Failure, Failure, Ignore, Ignore]);
    let both = black.whitelist([large]);
    assert_eq!(verdicts(&both), [Success, Ignore, Failure, Ignore, Ignore]);
    assert_eq!(verdicts(&both.detect_error(large)), [Failure, Ignore, Failure, Ignore, Ignore]);
    assert_eq!(verdicts(&EveryError.detect_error(even))[..2], [Failure, Failure]);
    assert_eq!(EveryError.detect_error(even).judge(&Ok::<_, u8>(1)), Success);
    assert_eq!(EveryError.judge(&Ok::<_, u8>(1)), Success);
}

#[cfg(feature = "std")]
#[test]
fn kinds_of_io_errors_are_listed_like_predicates() {
    use std::io::{
        self,
        ErrorKind::{NotFound, TimedOut, WouldBlock},
    };

    let rules = mcb::Kinds::new().blacklist([TimedOut, WouldBlock]).whitelist([WouldBlock]);
    let verdict = |kind| Rules::<u8, io::Error>::judge(&rules, &Err(io::Error::from(kind)));
    assert_eq!([TimedOut, WouldBlock, NotFound].map(verdict), {
        [Verdict::Failure, Verdict::Ignore, Verdict::Ignore]
    });
    assert_eq!(rules.detect_error(large).judge(&Ok::<_, io::Error>(100)), Verdict::Failure);
}

#[cfg(feature = "std")]
#[test]
fn clocks_are_read_through_references_and_shares() {
    use mcb::Clock as _;

    let clock = std::sync::Arc::new(ManualClock::at(9));
    assert_eq!((clock.now(), (&&*clock).now()), (9, 9));
    assert_eq!(mcb::Clock::now(&clock), 9);
    assert_eq!(FnClock::<u64, 5>::new(|| 1 << 40).now(), 1 << 40);
}
