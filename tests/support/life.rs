//! A breaker that goes through everything that an observer can be told of.

use core::time::Duration;

use mcb::observe::Told;
use mcb::strategy::SlowStart;
use mcb::{
    Circuit, CircuitBreaker, Config, Consecutive, ManualClock, Observer, Recovery, Slept, State,
};

pub(crate) type Clock = &'static ManualClock;
type Breaker<O> = CircuitBreaker<Clock, SlowStart<Told<Consecutive, O>>>;

pub(crate) fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

pub(crate) fn fail<O: Observer + Sync>(b: &Breaker<O>) {
    let _ = b.call(|| Err::<(), _>("down"));
}

pub(crate) fn succeed<O: Observer + Sync>(b: &Breaker<O>) {
    let _ = b.call(|| Ok::<_, &str>(()));
}

/// Opens after two errors for 1.5 s, starts slowly for 1.6 s, and is locked out by the third opening in a row.
pub(crate) fn breaker<O: Observer + Sync>(
    id: &'static str,
    observer: &'static O,
    clock: Clock,
) -> Breaker<O> {
    static RECOVERY: Recovery<Clock> = Recovery::new().lockout(3);
    let config = Config::new(id).error_threshold(2).recovery_timeout_ticks(1_500);
    let config =
        config.recovery(&RECOVERY).observer(observer).slow_start(Duration::from_millis(1_600));
    CircuitBreaker::try_new(leak(config), clock).unwrap()
}

/// After each step its name and the breaker.
pub(crate) fn live<O: Observer + Sync>(
    id: &'static str,
    observer: &'static O,
    clock: Clock,
    mut after: impl FnMut(&str, &dyn Circuit),
) {
    let b = breaker(id, observer, clock);
    after("made", &b);
    succeed(&b);
    after("success", &b);
    drop(b.try_acquire().unwrap());
    after("ignored", &b);
    fail(&b);
    after("failure", &b);
    fail(&b);
    after("opens", &b);
    let open = b.snapshot();
    (0..5).for_each(|_| succeed(&b));
    after("five rejected", &b);
    clock.advance_ticks(1_500);
    fail(&b);
    after("reopens", &b);
    clock.advance_ticks(1_500);
    drop(b.try_acquire().unwrap());
    after("probe ignored", &b);
    succeed(&b);
    after("probe succeeds", &b);
    clock.advance_ticks(1_600);
    assert_eq!(b.state(), State::Closed);
    succeed(&b);
    after("closes", &b);
    b.force_open();
    after("forced open", &b);
    clock.advance_ticks(250);
    succeed(&b);
    after("rejected by hand", &b);
    b.force_closed();
    after("forced closed", &b);
    b.reset();
    after("reset", &b);
    b.trip();
    after("tripped", &b);
    b.reset();
    after("reset again", &b);
    fail(&b);
    fail(&b);
    clock.advance_ticks(1_500);
    fail(&b);
    clock.advance_ticks(1_500);
    fail(&b);
    after("locked out", &b);
    b.reset();
    after("reset at last", &b);
    b.restore(&open, Slept::Unknown).unwrap();
    after("restored", &b);
}
