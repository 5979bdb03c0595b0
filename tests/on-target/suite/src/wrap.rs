//! The 32-bit tick wraps while the breaker is open, and while a probe is out; a stamp may be a moment newer than now.

use mcb::{CircuitBreaker, Config, ManualClock, State};

use crate::{Failure, Machine, ensure};

const TIMEOUT: u32 = 1_000;

/// Opens at every distance from the wrap that matters, and recovers each time after exactly the timeout.
pub(crate) fn recovers(_: &dyn Machine) -> Result<(), Failure> {
    static CLOCK: ManualClock = ManualClock::new();
    static BREAKER: CircuitBreaker<&ManualClock> =
        CircuitBreaker::new(&Config::new("wrap").error_threshold(1).recovery_timeout_ticks(TIMEOUT), &CLOCK);

    for before_wrap in [TIMEOUT + 1, TIMEOUT, TIMEOUT - 1, TIMEOUT / 2, 1, 0] {
        CLOCK.set(0_u32.wrapping_sub(before_wrap));
        ensure!(BREAKER.call(|| Err::<(), ()>(())).is_err());
        ensure!(BREAKER.state() == State::Open);

        CLOCK.advance_ticks(TIMEOUT - 1);
        ensure!(BREAKER.retry_after().is_some_and(|left| left.ticks() == 1));
        ensure!(BREAKER.try_acquire().is_err());

        CLOCK.advance_ticks(1);
        ensure!(BREAKER.state() == State::HalfOpen);
        let lost = BREAKER.try_acquire();
        ensure!(lost.is_ok());
        // The probe's result never comes; its timeout ends across the wrap too.
        core::mem::forget(lost);
        ensure!(BREAKER.try_acquire().is_err());
        CLOCK.advance_ticks(TIMEOUT);
        ensure!(BREAKER.call(|| Ok::<(), ()>(())).is_ok());
        ensure!(BREAKER.state() == State::Closed);
    }
    Ok(())
}

/// An interrupt stamped the opening after this reader had sampled its clock.
pub(crate) fn newer_stamp(_: &dyn Machine) -> Result<(), Failure> {
    static CLOCK: ManualClock = ManualClock::new();
    static BREAKER: CircuitBreaker<&ManualClock> =
        CircuitBreaker::new(&Config::new("newer").error_threshold(1).recovery_timeout_ticks(TIMEOUT), &CLOCK);

    for stamp in [5, 1, 0, 0_u32.wrapping_sub(1)] {
        BREAKER.reset();
        CLOCK.set(stamp);
        ensure!(BREAKER.call(|| Err::<(), ()>(())).is_err());
        CLOCK.set(stamp.wrapping_sub(1));
        ensure!(BREAKER.state() == State::Open);
        ensure!(BREAKER.try_acquire().is_err());
        ensure!(BREAKER.retry_after().is_some_and(|left| left.ticks() == TIMEOUT));
    }
    Ok(())
}
