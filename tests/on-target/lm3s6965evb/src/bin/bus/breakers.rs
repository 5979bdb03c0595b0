//! A breaker for each device on the bus, and the registry that tells of them.

use core::time::Duration;

use mcb::{CircuitBreaker, Config, Observer, Registry, Transition};
use semihosting::println;

use crate::clock::Milliseconds;

pub(crate) type Breaker = CircuitBreaker<Milliseconds>;

pub(crate) const ERRORS: u16 = 3;
pub(crate) const TIMEOUT: u32 = 50;

pub(crate) static THERMOMETER: Breaker = breaker(&config("thermometer"));
pub(crate) static CALENDAR: Breaker = breaker(&config("calendar"));
pub(crate) static ABSENT: Breaker = breaker(&config("absent"));

pub(crate) static REGISTRY: Registry<3> = Registry::new();

const fn config(id: &'static str) -> Config<Milliseconds> {
    Config::new(id).error_threshold(ERRORS).recovery_timeout(Duration::from_millis(TIMEOUT as u64)).hooks(&Printer)
}

const fn breaker(config: &'static Config<Milliseconds>) -> Breaker {
    CircuitBreaker::new(config, Milliseconds)
}

/// Prints what moves.
struct Printer;

impl Observer for Printer {
    fn on_transition(&self, change: &Transition) {
        println!("        {}: {:?} to {:?}", change.id, change.from, change.to);
    }
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
