//! The view without type parameters.

use mcb::{Circuit, Config, ManualClock, State, Wait};

use super::{Breaker, fails};

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
fn one_that_threads_may_share_has_the_same_methods_and_looks_the_same() {
    static CLOCK: ManualClock = ManualClock::new();
    static B: Breaker = Breaker::new(&Config::new("b"), &CLOCK);
    let plain: &dyn Circuit = &B;
    let shared: &(dyn Circuit + Sync) = &B;
    let sent: &(dyn Circuit + Send + Sync) = &B;
    assert_eq!((plain.id(), shared.id(), sent.id()), ("b", "b", "b"));
    std::thread::scope(|scope| {
        scope.spawn(|| shared.force_open());
    });
    assert_eq!((shared.state(), sent.state()), (State::ForcedOpen, State::ForcedOpen));
    let text = "Circuit { id: \"b\", state: ForcedOpen, error_count: 0, success_count: 0 }";
    assert_eq!(format!("{plain:?}"), text);
    assert_eq!(format!("{shared:?}"), text);
    assert_eq!(format!("{sent:?}"), text);
    assert_eq!(format!("{B:?}"), text);
}
