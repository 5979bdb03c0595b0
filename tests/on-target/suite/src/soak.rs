//! A long random history; what the breaker says of itself has to be true at every step.

use mcb::{CircuitBreaker, Config, ManualClock, Permit, State, Verdict, Wait};

use crate::random::Random;
use crate::{Failure, Machine, ensure};

const STEPS: u32 = 30_000;
const ERRORS: u16 = 4;
const SUCCESSES: u8 = 3;
const TIMEOUT: u32 = 50;
const PROBE_TIMEOUT: u32 = 20;
/// `error_count` counts the openings that followed the first one, up to this many.
const OPENINGS: u16 = 14;

static CLOCK: ManualClock = ManualClock::new();
static BREAKER: CircuitBreaker<&ManualClock> = CircuitBreaker::new(
    &Config::new("soak")
        .error_threshold(ERRORS)
        .recovery_threshold(SUCCESSES)
        .max_probes(2)
        .recovery_timeout_ticks(TIMEOUT)
        .probe_timeout_ticks(PROBE_TIMEOUT),
    &CLOCK,
);

/// Permits come and go in any order, probes are lost, time stands still, jumps and wraps; then the breaker recovers.
pub(crate) fn survives(_: &dyn Machine) -> Result<(), Failure> {
    // A wrap comes early in the run.
    CLOCK.set(0_u32.wrapping_sub(10_000));
    let mut random = Random::new(0x50A4);
    let mut held = [const { None }; 4];
    for _ in 0..STEPS {
        match random.below(16) {
            0 => BREAKER.reset(),
            1 => BREAKER.force_open(),
            2 => BREAKER.force_closed(),
            3 => CLOCK.advance_ticks(random.below(200)),
            4..8 => CLOCK.advance_ticks(random.below(8)),
            _ => {}
        }
        let place = &mut held[random.below(4) as usize];
        if let Some(permit) = place.take() {
            finish(permit, &mut random);
        } else {
            *place = acquire()?;
        }
        in_range()?;
    }
    drop(held);
    recovers()
}

/// Acquires if the breaker says that it may, and only then.
fn acquire() -> Result<Option<Permit<'static, &'static ManualClock>>, Failure> {
    let state = BREAKER.state();
    let left = BREAKER.retry_after();
    let acquired = BREAKER.try_acquire();
    ensure!(acquired.is_ok() == left.is_some_and(Wait::is_zero));
    ensure!(left.is_none() == (state == State::ForcedOpen));
    match acquired {
        Ok(permit) => {
            ensure!(permit.is_probe() == (state == State::HalfOpen));
            Ok(Some(permit))
        }
        Err(rejected) => {
            ensure!(rejected.retry_after == left);
            ensure!(left.is_none_or(|left| left.ticks() <= TIMEOUT));
            ensure!(matches!(state, State::Open | State::HalfOpen | State::ForcedOpen));
            Ok(None)
        }
    }
}

fn finish(permit: Permit<'static, &'static ManualClock>, random: &mut Random) {
    match random.below(8) {
        0..3 => permit.record(Verdict::Failure),
        3..6 => permit.record(Verdict::Success),
        6 => permit.record(Verdict::Ignore),
        // A probe that never comes back; its timeout has to end.
        _ => core::mem::forget(permit),
    }
}

fn in_range() -> Result<(), Failure> {
    let (errors, successes) = (BREAKER.error_count(), BREAKER.success_count());
    match BREAKER.state() {
        State::Closed => ensure!(errors < ERRORS),
        State::Open => ensure!((ERRORS..=ERRORS + OPENINGS).contains(&errors) && successes == 0),
        State::HalfOpen => ensure!(errors >= ERRORS && successes < u16::from(SUCCESSES)),
        _ => ensure!(errors == 0 && successes == 0),
    }
    Ok(())
}

/// Whatever the run left behind, waiting as long as the breaker says closes it again.
fn recovers() -> Result<(), Failure> {
    if matches!(BREAKER.state(), State::ForcedOpen | State::ForcedClosed) {
        BREAKER.reset();
    }
    for _ in 0..=SUCCESSES {
        CLOCK.advance_ticks(BREAKER.retry_after().map_or(0, Wait::ticks));
        ensure!(BREAKER.call(|| Ok::<(), ()>(())).is_ok());
    }
    ensure!(BREAKER.state() == State::Closed);
    ensure!(BREAKER.error_count() == 0);
    Ok(())
}
