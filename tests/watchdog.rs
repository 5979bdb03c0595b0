//! A watchdog that is fed while the circuits can recover by themselves.
#![cfg(not(loom))]

use core::cell::Cell;

use mcb::watchdog::{Withheld, feed, feed_while};
use mcb::{Circuit, CircuitBreaker, Config, ManualClock, Recovery, Registry, State, View};

type Breaker = CircuitBreaker<&'static ManualClock>;

fn breaker(config: &'static Config<&'static ManualClock>) -> &'static Breaker {
    let clock = Box::leak(Box::new(ManualClock::new()));
    Box::leak(Box::new(CircuitBreaker::try_new(config, clock).unwrap()))
}

/// Two circuits that open at the first error.
fn circuits() -> [&'static Breaker; 2] {
    static IMU: Config<&ManualClock> = Config::new("imu").error_threshold(1);
    static RADIO: Config<&ManualClock> = Config::new("radio").error_threshold(1);
    [breaker(&IMU), breaker(&RADIO)]
}

#[test]
fn whatever_recovers_or_was_forced_by_hand_is_fed() {
    let [imu, radio] = circuits();
    let list: [&(dyn Circuit + Sync); 2] = [imu, radio];
    let view = View::new(&list);
    let count = Cell::new(0);
    let feed = || feed(&view, || count.set(count.get() + 1));
    assert_eq!(feed(), Ok(()));
    imu.try_acquire().unwrap().failure();
    assert_eq!((imu.state(), feed()), (State::Open, Ok(())));
    radio.force_open();
    assert_eq!(feed(), Ok(()));
    radio.force_closed();
    assert_eq!(feed(), Ok(()));
    assert_eq!(count.get(), 4);
}

#[test]
fn one_that_is_locked_out_is_told_until_somebody_resets_it() {
    static MODEM: Config<&ManualClock> = Config::new("modem")
        .error_threshold(1)
        .recovery_timeout_ticks(100)
        .recovery(&Recovery::new().lockout(2));
    let clock: &ManualClock = Box::leak(Box::new(ManualClock::new()));
    let modem = CircuitBreaker::try_new(&MODEM, clock).unwrap();
    let [imu, _] = circuits();
    let list: [&(dyn Circuit + Sync); 2] = [imu, &modem];
    let view = View::new(&list);
    modem.try_acquire().unwrap().failure();
    assert_eq!(feed(&view, || "fed"), Ok("fed")); // open, and about to probe
    clock.advance_ticks(100);
    modem.try_acquire().unwrap().failure();
    let withheld = feed(&view, || -> u8 { panic!("not fed") }).unwrap_err();
    assert_eq!(withheld, Withheld::new("modem", State::LockedOut));
    clock.advance_ticks(1 << 20);
    assert!(feed(&view, || "fed").is_err());
    modem.reset();
    assert_eq!(feed(&view, || "fed"), Ok("fed"));
}

#[test]
fn it_is_withheld_by_the_first_that_the_condition_does_not_hold_for() {
    let [imu, radio] = circuits();
    let list: [&(dyn Circuit + Sync); 2] = [imu, radio];
    let view = View::new(&list);
    let not_forced = |state| state != State::ForcedOpen;
    let feed = || feed_while(&view, not_forced, || "fed");
    assert_eq!(feed(), Ok("fed"));
    radio.force_open();
    assert_eq!(feed(), Err(Withheld::new("radio", State::ForcedOpen)));
    imu.force_open();
    let withheld = feed().unwrap_err();
    assert_eq!((withheld.id, withheld.state), ("imu", State::ForcedOpen));
    assert_eq!(withheld.to_string(), "watchdog not fed: circuit imu is forced-open");
    let untouched = feed_while(&view, not_forced, || -> u8 { panic!("not fed") });
    assert!(untouched.is_err());
    imu.reset();
    radio.reset();
    assert_eq!(feed(), Ok("fed"));
}

#[test]
fn a_registry_names_the_circuits_too_and_an_empty_one_is_fed() {
    let [imu, radio] = circuits();
    let registry = Registry::<2>::new();
    assert_eq!(feed(&registry, || 7), Ok(7));
    assert_eq!(feed_while(&registry, |_| false, || 7), Ok(7));
    registry.register(imu).unwrap();
    registry.register(radio).unwrap();
    assert_eq!(feed(&registry, || 7), Ok(7));
    let state = radio.state();
    assert_eq!(feed_while(&registry, |_| false, || 7), Err(Withheld::new("imu", state)));
}

#[test]
fn a_view_is_walked_by_a_for_loop() {
    let [imu, radio] = circuits();
    let list: [&(dyn Circuit + Sync); 2] = [imu, radio];
    let mut ids = Vec::new();
    for circuit in &View::new(&list) {
        ids.push(circuit.id());
    }
    assert_eq!(ids, ["imu", "radio"]);
    assert!(View::new(&list).iter().map(|circuit| circuit.id()).eq(ids));
}
