//! What happens on the bus, and what everybody must see of it.

use core::sync::atomic::Ordering::Relaxed;

use embedded_hal::i2c::NoAcknowledgeSource;
use lm3s6965evb::i2c::{self, BusError};
use mcb::{Clock as _, Error, State};
use suite::{Failure, ensure};

use crate::bench::{Bench, Outcome, RECOVERIES, RECOVERY_FAILS, Reading, counted};
use crate::breakers::{CALENDAR, ERRORS, REGISTRY, THERMOMETER, TIMEOUT};
use crate::clock::{Milliseconds, wait};

type Scene = fn(&mut Bench<'_>) -> Result<(), Failure>;

pub(crate) const SCENES: [(&str, Scene); 6] = [
    ("bus: the driver reads through the breaker", reads),
    ("bus: a sensor that is unplugged opens its breaker", unplugged),
    ("bus: plugged in again, one probe closes it", plugged_in),
    ("bus: an address that was never there", never_there),
    ("bus: a controller that hangs, and its recovery", hangs),
    ("bus: a recovery step that fails", recovery_fails),
];

/// What the thermometer is set to.
const DEGREES: f32 = 21.5;
const NOBODY_ANSWERED: BusError = BusError::NoAcknowledge(NoAcknowledgeSource::Address);

fn reads(bench: &mut Bench<'_>) -> Result<(), Failure> {
    ensure!(bench.connect(true).is_ok());
    ensure!(is_warm(&bench.temperature()));
    ensure!(bench.keep(0x5A) == Ok(0x5A));
    ensure!(REGISTRY.open_circuits().count() == 0);
    Ok(())
}

fn unplugged(bench: &mut Bench<'_>) -> Result<(), Failure> {
    ensure!(bench.connect(false).is_ok());
    for _ in 0..ERRORS {
        ensure!(THERMOMETER.state() == State::Closed);
        let (reading, transactions) = counted(|| bench.temperature());
        ensure!(matches!(reading, Err(lm75::Error::I2C(Error::Inner(NOBODY_ANSWERED)))));
        ensure!(transactions == 1);
    }
    ensure!(REGISTRY.open_circuits().map(|circuit| circuit.id()).eq(["thermometer"]));

    // Rejected calls leave the bus alone, and the other device is served.
    let (rejected, transactions) = counted(|| (0..100).all(|_| is_unread(&bench.temperature())));
    ensure!(rejected && transactions == 0);
    ensure!(bench.keep(0xA5) == Ok(0xA5));

    // Still unplugged: the set-up fails, which is a failed probe, and as long again.
    wait(TIMEOUT);
    ensure!(THERMOMETER.state() == State::HalfOpen);
    let recoveries = RECOVERIES.load(Relaxed);
    let (reading, transactions) = counted(|| bench.temperature());
    ensure!(is_unread(&reading) && transactions == 1);
    ensure!(RECOVERIES.load(Relaxed) == recoveries + 1);
    ensure!(THERMOMETER.state() == State::Open);
    ensure!(is_unread(&bench.temperature()));
    Ok(())
}

fn plugged_in(bench: &mut Bench<'_>) -> Result<(), Failure> {
    ensure!(bench.connect(true).is_ok());
    // It works again, but nobody knows yet.
    ensure!(is_unread(&bench.temperature()));
    wait(TIMEOUT);
    // The set-up, and the probe, which is a write and a read to this driver.
    let (reading, probe) = counted(|| bench.temperature());
    ensure!(is_warm(&reading));
    ensure!(THERMOMETER.state() == State::Closed);
    let (reading, healthy) = counted(|| bench.temperature());
    ensure!(is_warm(&reading));
    ensure!(probe == healthy + 1);
    Ok(())
}

/// A main loop asks every 5 ms for a quarter of a second; the bus sees no more of it than a probe each timeout.
fn never_there(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let mut asked = 0;
    for round in 0..50_u8 {
        let (answer, transactions) = counted(|| bench.absent());
        asked += transactions;
        ensure!(is_rejected(&answer) || answer == Err(Error::Inner(NOBODY_ANSWERED)));
        ensure!(bench.keep(round) == Ok(round));
        ensure!(is_warm(&bench.temperature()));
        wait(4);
    }
    ensure!(asked > u32::from(ERRORS));
    ensure!(asked <= u32::from(ERRORS) + 300 / TIMEOUT);
    ensure!(REGISTRY.get("absent").is_some_and(|circuit| circuit.error_count() >= ERRORS));
    ensure!(THERMOMETER.state() == State::Closed && CALENDAR.state() == State::Closed);
    Ok(())
}

fn hangs(bench: &mut Bench<'_>) -> Result<(), Failure> {
    i2c::upset();
    let start = Milliseconds.now();
    for _ in 0..ERRORS {
        ensure!(bench.keep(1) == Err(Error::Inner(BusError::Timeout)));
    }
    ensure!(CALENDAR.state() == State::Open);
    let hung = Milliseconds.now().wrapping_sub(start);
    ensure!(hung > 0);

    // From here on the firmware is as fast as with no bus at all.
    let start = Milliseconds.now();
    ensure!((0..100).all(|_| is_rejected(&bench.keep(1))));
    ensure!(Milliseconds.now().wrapping_sub(start) <= 5 * hung);

    wait(TIMEOUT);
    let recoveries = RECOVERIES.load(Relaxed);
    ensure!(bench.keep(2) == Ok(2));
    ensure!(RECOVERIES.load(Relaxed) == recoveries + 1);
    ensure!(CALENDAR.state() == State::Closed);
    ensure!(is_warm(&bench.temperature()));
    Ok(())
}

fn recovery_fails(bench: &mut Bench<'_>) -> Result<(), Failure> {
    i2c::upset();
    RECOVERY_FAILS.store(true, Relaxed);
    for _ in 0..ERRORS {
        ensure!(bench.keep(1) == Err(Error::Inner(BusError::Timeout)));
    }
    for _ in 0..5 {
        wait(TIMEOUT);
        ensure!(CALENDAR.state() == State::HalfOpen);
        let (answer, transactions) = counted(|| bench.keep(1));
        ensure!(is_rejected(&answer) && transactions == 0);
        ensure!(CALENDAR.state() == State::Open);
    }
    ensure!(CALENDAR.error_count() == ERRORS + 5);

    RECOVERY_FAILS.store(false, Relaxed);
    wait(TIMEOUT);
    ensure!(bench.keep(3) == Ok(3));
    ensure!(is_warm(&bench.temperature()));
    Ok(())
}

fn is_warm(reading: &Reading) -> bool {
    reading.as_ref().is_ok_and(|degrees| (degrees - DEGREES).abs() < 0.1)
}

fn is_unread(reading: &Reading) -> bool {
    matches!(reading, Err(lm75::Error::I2C(Error::Rejected(_))))
}

fn is_rejected<T>(answer: &Outcome<T>) -> bool {
    matches!(answer, Err(Error::Rejected(_)))
}
