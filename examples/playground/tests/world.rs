//! What the page shows happens in the world behind it.

use std::time::Duration;

use mcb::State;
use playground::{End, Event, Traffic, World};

const HEALTHY: Traffic = Traffic { rate: 5.0, failures: 0.0, latency: 100.0, dropped: 0.0 };
const DOWN: Traffic = Traffic { failures: 1.0, ..HEALTHY };
const SETTINGS: &str = "[circuits.db]\nerror_threshold = 3\nrecovery_timeout = '10s'\n";

fn world(toml: &str, traffic: Traffic) -> World {
    World::new(toml, None, traffic, 1).unwrap()
}

fn states(world: &mut World) -> Vec<State> {
    let changed = |event| match event {
        Event::Changed { change, .. } => Some(change.to),
        _ => None,
    };
    world.events().into_iter().filter_map(changed).collect()
}

#[test]
fn an_outage_opens_it_and_its_end_closes_it() {
    let mut world = world(SETTINGS, DOWN);
    world.advance(5_000);
    assert_eq!(world.breaker().state(), State::Open);
    world.set_traffic(HEALTHY);
    world.advance(10_000);
    assert_eq!(states(&mut world), [State::Open, State::HalfOpen, State::Closed]);
}

#[test]
fn callers_come_as_often_as_told() {
    let mut world = world(SETTINGS, HEALTHY);
    world.advance(100_000);
    let admitted = |event: &Event| matches!(event, Event::Admitted { .. });
    let calls = world.events().iter().filter(|event| admitted(event)).count();
    assert!((430..=570).contains(&calls), "{calls} in 100 s at 5 a second");
}

#[test]
fn the_same_happens_from_the_same_seed_in_steps_of_any_length() {
    let flaky = Traffic { failures: 0.4, dropped: 0.1, ..HEALTHY };
    let (mut one, mut other) = (world(SETTINGS, flaky), world(SETTINGS, flaky));
    one.advance(60_000);
    (0..60_000 / 16).for_each(|_| other.advance(16));
    let events = one.events();
    assert!(events.len() > 100);
    assert_eq!(events, other.events());
}

#[test]
fn a_success_that_is_too_slow_is_told_as_such() {
    let mut world = world(&format!("{SETTINGS}slow_call = '1ms'\n"), HEALTHY);
    world.advance(2_000);
    let slow = |event: &Event| matches!(event, Event::Ended { end: End::Slow, .. });
    assert_eq!(world.events().iter().filter(|event| slow(event)).count(), 3);
    assert_eq!(world.breaker().state(), State::Open);
}

#[test]
fn other_settings_leave_the_state_as_it_is() {
    let mut world = world(SETTINGS, DOWN);
    world.advance(5_000);
    world.reconfigure("[circuits.db]\nrecovery_timeout = '60s'\n", None).unwrap();
    assert_eq!(world.breaker().state(), State::Open);
    world.advance(20_000);
    assert_eq!(states(&mut world).last(), Some(&State::Open));
}

#[test]
fn a_recovery_may_end_in_a_slow_start() {
    let mut world = World::new(SETTINGS, Some(Duration::from_secs(20)), DOWN, 1).unwrap();
    world.advance(5_000);
    world.set_traffic(HEALTHY);
    world.advance(60_000);
    let expected = [State::Open, State::HalfOpen, State::SlowStart, State::Closed];
    assert_eq!(states(&mut world), expected);
}

#[test]
fn what_is_refused_is_told_in_the_words_of_the_library() {
    let refused = World::new("[circuits.db]\nmax_probes = 16", None, HEALTHY, 1).unwrap_err();
    assert_eq!(refused, "circuit db: max_probes is 16, must be a whole number from 1 to 15");
}
