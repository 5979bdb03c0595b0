//! After power-on: one device is dead at boot and comes later, one after the other dies and returns, one does not return.

use core::sync::atomic::Ordering::Relaxed;

use embassy_executor::Spawner;
use embassy_time::Timer;
use mcb::State;

use super::{get, nothing_got_through, soon, until};
use crate::board::i2c::Plug;
use crate::board::{flash, radio as chip};
use crate::breakers::{
    CALENDAR, COMPASS, ERRORS, FLASH, FLASH_STATISTICS, LIMIT, OLDEST, RADIO, THERMOMETER,
};
use crate::bus::{plug, upset};
use crate::claims::{claim, end};
use crate::say::say;
use crate::tasks::{self, calendar, compass, log, radio, thermometer};

pub(super) async fn tell(spawner: Spawner) -> ! {
    say!("-- power is on; the compass is not plugged in");
    plug(Plug::Thermometer, true).await;
    plug(Plug::Calendar, true).await;
    tasks::spawn(spawner);
    dead_at_boot().await;
    dies_and_returns().await;
    hangs().await;
    flash_dies().await;
    never_returns().await
}

/// The compass: setting it up is the step before its first probe, and before each later one.
async fn dead_at_boot() {
    until(950).await;
    let there = [&thermometer::ANSWERS, &calendar::ANSWERS, &radio::ANSWERS, &log::ANSWERS];
    claim(there.iter().all(|of| get(&of.fresh) > 0), "what is there at boot is read and written");
    let (answers, steps) = (&compass::ANSWERS, get(&compass::ANSWERS.steps));
    claim(
        steps > 1 && get(&answers.rejected) > steps && answers.traffic() == steps,
        "what is not there costs one transfer of its set-up for each opening, and no more",
    );

    say!("-- the compass is plugged in");
    plug(Plug::Compass, true).await;
    until(1_800).await;
    claim(
        COMPASS.state() == State::Closed && get(&answers.fresh) > 0 && get(&answers.failed) == 0,
        "what comes later is set up by the step before a probe",
    );
}

/// The thermometer: its last value goes on, for as long as it is of use.
async fn dies_and_returns() {
    until(2_000).await;
    let answers = &thermometer::ANSWERS;
    let (traffic, steps) = (answers.traffic(), get(&answers.steps));
    say!("-- the thermometer is pulled out");
    plug(Plug::Thermometer, false).await;
    until(2_700).await;
    claim(THERMOMETER.state() == State::Open, "a device that dies opens its breaker");
    claim(
        get(&answers.last) > 0 && get(&answers.rejected) == 0,
        "its last good value takes its place, with its age",
    );
    until(4_700).await;
    claim(
        get(&answers.rejected) > 0 && u64::from(get(&answers.oldest)) <= OLDEST.as_millis() as u64,
        "a value that is too old is not given",
    );
    let cost = answers.traffic() - traffic;
    claim(
        cost == u32::from(ERRORS) + (get(&answers.steps) - steps) && cost <= 6,
        "an outage of 2.7 s costs three failures, and one transfer for each opening after that",
    );

    say!("-- the thermometer is plugged in");
    plug(Plug::Thermometer, true).await;
    let back = soon(|| THERMOMETER.state() == State::Closed).await;
    claim(back, "it closes by itself when the device is back, set up anew");
    let others = [&calendar::ANSWERS, &radio::ANSWERS, &log::ANSWERS];
    claim(others.iter().all(|of| get(&of.failed) == 0), "the others did not notice");
}

/// The bus: a time limit makes an error of a transfer that never ends.
async fn hangs() {
    until(6_500).await;
    let sensors = [&thermometer::ANSWERS, &calendar::ANSWERS, &compass::ANSWERS];
    let fresh = sensors.map(|of| get(&of.fresh));
    let quick = sensors.iter().all(|of| get(&of.slowest) < LIMIT.as_millis() as u32);
    say!("-- the bus hangs: the controller has lost its setting");
    upset().await;
    let opened = soon(|| THERMOMETER.state() == State::Open).await;
    claim(opened, "transfers that hang are failures");
    let stands = get(&thermometer::ANSWERS.fresh) == fresh[0];
    until(8_500).await;
    let back = sensors.iter().zip(fresh).all(|(of, before)| get(&of.fresh) > before);
    let closed = [&THERMOMETER, &CALENDAR, &COMPASS].iter().all(|of| of.state() == State::Closed);
    claim(stands && back && closed, "the step before a probe sets the bus up again");
    // Each may find the other two before it.
    let slowest = sensors.map(|of| get(&of.slowest)).into_iter().max().unwrap_or(0);
    say!("the slowest read took {slowest} ms");
    claim(
        quick && u128::from(slowest) <= 4 * LIMIT.as_millis(),
        "nobody waited for longer than a time limit for each who shares the bus",
    );
}

/// The flash: records wait in RAM.
async fn flash_dies() {
    until(9_000).await;
    let traffic = log::ANSWERS.traffic();
    say!("-- the flash does not write any more");
    flash::WRITES.store(false, Relaxed);
    until(10_500).await;
    claim(
        FLASH.state() == State::Open && log::ANSWERS.traffic() - traffic <= 5,
        "a flash that does not write is left alone, but for a probe now and then",
    );

    say!("-- the flash writes again");
    flash::WRITES.store(true, Relaxed);
    until(11_500).await;
    say!("{} records made, of which {} waited at a time", get(&log::MADE), get(&log::WAITED));
    claim(
        get(&log::WAITED) > 4 && get(&log::MADE) == get(&log::WRITTEN) && get(&log::LOST) == 0,
        "what waited is written, and nothing is lost",
    );
    claim(get(&log::WHOLE) == 1, "what is in flash is what was written");
    let counts = FLASH_STATISTICS.snapshot();
    say!(
        "{} operations on flash, {} failures, {} rejected, {} probes; open for {} ms",
        counts.calls(),
        counts.failures,
        counts.rejected,
        counts.probes(),
        counts.time_open
    );
    claim(
        (counts.openings, counts.reopenings, counts.closings) == (1, 1, 1)
            && counts.probes() == 2
            && counts.rejected == get(&log::ANSWERS.rejected)
            && (1_200..1_800).contains(&counts.time_open),
        "the statistics tell the same story",
    );
}

/// The radio: after some openings in a row it is left alone for good, and the watchdog with it.
async fn never_returns() -> ! {
    until(11_600).await;
    say!("-- the thermometer is pulled out");
    plug(Plug::Thermometer, false).await;
    until(12_000).await;
    let before = radio::ANSWERS.traffic();
    say!("-- the radio is gone, for good");
    chip::PRESENT.store(false, Relaxed);
    soon(|| RADIO.state() == State::LockedOut).await;
    let traffic = radio::ANSWERS.traffic();
    claim(
        traffic - before == u32::from(ERRORS) + 3,
        "an SPI chip that is gone is noticed by what is read, and locked out after four openings",
    );
    Timer::after_millis(300).await;
    claim(radio::ANSWERS.traffic() == traffic, "what is locked out gets no more traffic");
    claim(
        THERMOMETER.state() == State::Open,
        "an open breaker is no reason for a restart, a locked one is",
    );
    nothing_got_through();

    // It was fed for the last time before the lockout.
    Timer::after_millis(1_000).await;
    claim(false, "the watchdog resets the node");
    end()
}
