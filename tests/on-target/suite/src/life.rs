//! The life of a breaker, on its own clock.

use core::time::Duration;

use mcb::{CircuitBreaker, Config, Error, ManualClock, State};

use crate::{Failure, Machine, ensure};

const TIMEOUT: Duration = Duration::from_millis(100);
const BEFORE_TIMEOUT: Duration = Duration::from_millis(99);
const MILLISECOND: Duration = Duration::from_millis(1);

/// From closed to open and back.
pub(crate) fn recovers(_: &dyn Machine) -> Result<(), Failure> {
    static CLOCK: ManualClock = ManualClock::new();
    static BREAKER: CircuitBreaker<&ManualClock> = CircuitBreaker::new(
        &Config::new("recovers").error_threshold(3).recovery_threshold(2).recovery_timeout(TIMEOUT),
        &CLOCK,
    );

    ensure!(BREAKER.state() == State::Closed);
    ensure!(succeed(&BREAKER));
    ensure!(fail(&BREAKER) && fail(&BREAKER));
    ensure!(BREAKER.error_count() == 2);
    ensure!(BREAKER.state() == State::Closed);
    ensure!(fail(&BREAKER));
    ensure!(BREAKER.state() == State::Open);
    ensure!(BREAKER.error_count() == 3);

    CLOCK.advance(BEFORE_TIMEOUT);
    ensure!(BREAKER.state() == State::Open);
    ensure!(rejects(&BREAKER, MILLISECOND));
    CLOCK.advance(MILLISECOND);
    ensure!(BREAKER.state() == State::HalfOpen);

    let probe = BREAKER.try_acquire();
    ensure!(probe.as_ref().is_ok_and(mcb::Permit::is_probe));
    ensure!(rejects(&BREAKER, TIMEOUT));
    if let Ok(permit) = probe {
        permit.success();
    }
    ensure!(BREAKER.state() == State::HalfOpen);
    ensure!(BREAKER.success_count() == 1);
    ensure!(succeed(&BREAKER));
    ensure!(BREAKER.state() == State::Closed);
    ensure!(BREAKER.error_count() == 0);
    Ok(())
}

/// A failed probe opens again, for a whole timeout.
pub(crate) fn reopens(_: &dyn Machine) -> Result<(), Failure> {
    static CLOCK: ManualClock = ManualClock::new();
    static BREAKER: CircuitBreaker<&ManualClock> =
        CircuitBreaker::new(&Config::new("reopens").error_threshold(1).recovery_timeout(TIMEOUT), &CLOCK);

    ensure!(fail(&BREAKER));
    CLOCK.advance(TIMEOUT);
    ensure!(BREAKER.state() == State::HalfOpen);
    ensure!(fail(&BREAKER));
    ensure!(BREAKER.state() == State::Open);
    ensure!(rejects(&BREAKER, TIMEOUT));
    CLOCK.advance(BEFORE_TIMEOUT);
    ensure!(rejects(&BREAKER, MILLISECOND));
    CLOCK.advance(MILLISECOND);
    ensure!(succeed(&BREAKER));
    ensure!(BREAKER.state() == State::Closed);
    Ok(())
}

type Breaker = CircuitBreaker<&'static ManualClock>;

fn succeed(breaker: &Breaker) -> bool {
    breaker.call(|| Ok::<u8, u8>(1)).is_ok()
}

fn fail(breaker: &Breaker) -> bool {
    matches!(breaker.call(|| Err::<u8, u8>(2)), Err(Error::Inner(2)))
}

/// Whether a call is rejected unseen, with `wait` as the time left.
fn rejects(breaker: &Breaker, wait: Duration) -> bool {
    let mut called = false;
    let result = breaker.call(|| {
        called = true;
        Ok::<u8, u8>(1)
    });
    let Err(Error::Rejected(rejected)) = result else {
        return false;
    };
    !called && rejected.retry_after.is_some_and(|left| left.as_duration() == wait)
}
