//! States, changes and causes.

use mcb::{Cause, Reason, State, Transition};

#[test]
fn states_have_names_that_can_be_padded() {
    let states = [
        (State::Closed, "closed"),
        (State::Open, "open"),
        (State::HalfOpen, "half-open"),
        (State::ForcedOpen, "forced-open"),
        (State::ForcedClosed, "forced-closed"),
    ];
    for (state, name) in states {
        assert_eq!((state.as_str(), state.to_string()), (name, name.to_string()));
        assert_eq!(format!("{state:>15}").len(), 15);
    }
}

#[test]
fn causes_have_names_that_can_be_padded() {
    let causes = [
        (Cause::Error, "error"),
        (Cause::Output, "output"),
        (Cause::Reported, "reported"),
        (Cause::Panic, "panic"),
        (Cause::Dropped, "dropped"),
        (Cause::Recovery, "recovery"),
    ];
    for (cause, name) in causes {
        assert_eq!((cause.as_str(), cause.to_string()), (name, name.to_string()));
        assert_eq!(format!("{cause:<10}").len(), 10);
    }
}

#[test]
fn a_test_of_an_observer_can_make_a_change() {
    let reason = Reason::Failure(Cause::Error);
    let change = Transition::new("imu", State::Closed, State::Open, reason, 3);
    let Transition { id, from, to, reason: told, error_count, .. } = change;
    assert_eq!((id, from, to), ("imu", State::Closed, State::Open));
    assert_eq!((told, error_count), (reason, 3));
}
