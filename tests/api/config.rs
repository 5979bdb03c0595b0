//! Settings: their borders, and what a configuration keeps.

use core::time::Duration;

use mcb::{CircuitBreaker, Config, ConfigErrorKind, FnClock, ManualClock};

use super::Clock;

#[test]
fn settings_are_taken_to_their_borders_and_no_further() {
    use ConfigErrorKind::{
        ClockRate, ErrorThreshold, Id, MaxProbes, ProbeTimeout, RecoveryThreshold, RecoveryTimeout,
    };

    const LONGEST: u32 = 1 << 31;
    static CLOCK: ManualClock = ManualClock::new();
    fn check<C: mcb::Clock + 'static>(config: Config<C>, clock: C) -> Result<(), ConfigErrorKind> {
        let made = CircuitBreaker::try_new(Box::leak(Box::new(config)), clock);
        made.map(|_| ()).map_err(|error| error.kind())
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
        (good().id(""), Id),
        (good().error_threshold(5_000), ErrorThreshold),
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
    assert_eq!(check(Config::new("b"), still), Err(ClockRate));
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
fn a_configuration_shows_what_can_be_shown() {
    let text = format!("{:?}", Config::<Clock>::new("b").error_threshold(3));
    assert!(text.starts_with("Config { id: \"b\", limits: "), "{text}");
    assert!(text.contains("error_threshold: 3") && text.contains("EveryError"), "{text}");
}

/// Rules that hold anything are moved in, and go with the breaker.
#[cfg(feature = "std")]
#[test]
fn a_breaker_made_at_run_time_owns_rules_that_cannot_be_copied() {
    use mcb::{Rules, Verdict};
    use std::sync::Arc;

    struct Codes(Vec<u8>, #[allow(dead_code)] Arc<()>);
    impl<T> Rules<T, u8> for Codes {
        fn judge(&self, result: &Result<T, u8>) -> Verdict {
            match result {
                Err(code) if self.0.contains(code) => Verdict::Failure,
                Err(_) => Verdict::Ignore,
                Ok(_) => Verdict::Success,
            }
        }
    }
    let alive = Arc::new(());
    let rules = Codes(vec![7, 9], alive.clone());
    let config = Config::new("db").strategy(mcb::NetError).error_threshold(2).rules(rules);
    let db = CircuitBreaker::from_config(config, ManualClock::new()).unwrap();
    for code in [7, 8, 9] {
        let _ = db.call(|| Err::<(), _>(code));
    }
    assert_eq!(db.state(), mcb::State::Open);
    drop(db);
    assert_eq!(Arc::strong_count(&alive), 1);
}

#[cfg(feature = "uuid")]
#[test]
fn generated_ids_are_random_uuids() {
    let (a, b): (Config<&ManualClock>, Config<&ManualClock>) =
        (Config::generated(), Config::generated());
    assert_ne!(a.get_id(), b.get_id());
    assert_eq!(a.get_id().as_bytes()[14], b'4');
}
