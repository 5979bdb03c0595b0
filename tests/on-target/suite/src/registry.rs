//! Breakers are found by their names.

use mcb::{CircuitBreaker, Config, ManualClock, Registry, State};

use crate::{Failure, Machine, ensure};

/// Two of three fit; the open one is listed, and can be reset through the registry.
pub(crate) fn finds_and_lists(_: &dyn Machine) -> Result<(), Failure> {
    static CLOCK: ManualClock = ManualClock::new();
    static LEFT: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("left").error_threshold(1), &CLOCK);
    static RIGHT: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("right"), &CLOCK);
    static THIRD: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("third"), &CLOCK);
    static REGISTRY: Registry<2> = Registry::new();

    ensure!(REGISTRY.register(&LEFT).is_ok());
    ensure!(REGISTRY.register(&RIGHT).is_ok());
    ensure!(REGISTRY.register(&THIRD).is_err());
    ensure!(REGISTRY.circuits().count() == 2);
    ensure!(REGISTRY.open_circuits().count() == 0);
    ensure!(REGISTRY.get("third").is_none());

    ensure!(LEFT.call(|| Err::<(), ()>(())).is_err());
    ensure!(REGISTRY.open_circuits().map(|circuit| circuit.id()).eq(["left"]));

    ensure!(REGISTRY.get("left").is_some_and(|left| left.state() == State::Open));
    if let Some(left) = REGISTRY.get("left") {
        left.reset();
    }
    ensure!(LEFT.state() == State::Closed);
    ensure!(REGISTRY.open_circuits().count() == 0);
    Ok(())
}
