//! A breaker for each device on the bus, and the registry that tells of them.

use core::time::Duration;

use mcb::{CircuitBreaker, Config, Consecutive, EveryError, Hooked, Hooks, Registry};
use semihosting::println;

use crate::clock::Milliseconds;

pub(crate) type Breaker = CircuitBreaker<Milliseconds, Consecutive, Hooked<EveryError, Hooks>>;

pub(crate) const ERRORS: u16 = 3;
pub(crate) const TIMEOUT: u32 = 50;

pub(crate) static THERMOMETER: Breaker = breaker(&config("thermometer"));
pub(crate) static CALENDAR: Breaker = breaker(&config("calendar"));
pub(crate) static ABSENT: Breaker = breaker(&config("absent"));

pub(crate) static REGISTRY: Registry<3> = Registry::new();

const fn config(name: &'static str) -> Config<Milliseconds, Consecutive, Hooked<EveryError, Hooks>> {
    Config::new(name).error_threshold(ERRORS).recovery_timeout(Duration::from_millis(TIMEOUT as u64)).hooks(
        Hooks::new().on_transition(|circuit, moved| {
            println!("        {}: {:?} to {:?}", circuit.id(), moved.from, moved.to);
        }),
    )
}

const fn breaker(config: &'static Config<Milliseconds, Consecutive, Hooked<EveryError, Hooks>>) -> Breaker {
    CircuitBreaker::new(config, Milliseconds)
}

pub(crate) fn register() {
    for breaker in [&THERMOMETER, &CALENDAR, &ABSENT] {
        // There is room for three, and their names differ.
        let _ = REGISTRY.register(breaker);
    }
}

pub(crate) fn print() {
    for circuit in REGISTRY.circuits() {
        println!("        {}: {:?}, {} errors", circuit.id(), circuit.state(), circuit.error_count());
    }
}
