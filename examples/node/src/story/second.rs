//! After a reset by the watchdog: the breakers are what they were, less the time that the reset took.

use core::sync::atomic::Ordering::Relaxed;

use embassy_executor::Spawner;
use mcb::{Slept, State, Wait};

use super::{get, nothing_got_through, sleep, until};
use crate::board::i2c::Plug;
use crate::board::radio as chip;
use crate::breakers::{CALENDAR, COMPASS, RADIO, THERMOMETER};
use crate::bus::plug;
use crate::claims::claim;
use crate::retained::Kept;
use crate::say::say;
use crate::snapshots;
use crate::tasks::{self, compass, keeper, radio, thermometer};

/// How long the node sleeps then, in seconds.
pub(super) const ASLEEP: u32 = 2;

pub(super) async fn tell(spawner: Spawner, before: &Kept) -> ! {
    say!("-- a reset; still no radio, and no thermometer");
    // The world outside is as it was.
    chip::PRESENT.store(false, Relaxed);
    plug(Plug::Calendar, true).await;
    plug(Plug::Compass, true).await;
    claim(before.boot == 1 && before.restarts == 1, "the watchdog has reset the node, once");

    let slept = snapshots::slept(before).await;
    claim(matches!(slept, Slept::For(_)), "the calendar tells how long that took");
    let kept = snapshots::read(before, 0).expect("a snapshot of the thermometer");
    snapshots::restore(before, slept);
    claim(
        RADIO.state() == State::LockedOut && RADIO.retry_after().is_none(),
        "what was locked out is locked out after the reset",
    );
    let left = THERMOMETER.retry_after().map_or(0, Wait::as_millis);
    say!("thermometer  {left} ms are left of its opening, {} openings in a row", kept.openings());
    claim(
        THERMOMETER.state() == State::Open && left > 100 && left <= kept.ticks_left(),
        "what was open waits for the rest of its time",
    );
    claim(
        CALENDAR.state() == State::Closed && COMPASS.state() == State::HalfOpen,
        "what was closed begins as after power-on, so that the compass is set up",
    );

    tasks::spawn(spawner);
    until(u64::from(left).saturating_sub(50)).await;
    let untouched = thermometer::ANSWERS.traffic() == 0;
    until(u64::from(left) + 300).await;
    claim(
        untouched && thermometer::ANSWERS.traffic() == 1,
        "its first probe comes when that time is over, and not before",
    );
    claim(
        THERMOMETER.state() == State::Open
            && THERMOMETER.retry_after().is_some_and(|wait| wait.as_millis() > left),
        "that probe fails, and the next opening is longer than any before the reset",
    );
    until(2_500).await;
    claim(get(&compass::ANSWERS.fresh) > 5, "the compass was set up and is read");
    claim(
        radio::ANSWERS.traffic() == 0 && get(&radio::ANSWERS.rejected) == 1,
        "the radio gets no traffic, and its task sleeps",
    );
    claim(get(&keeper::FED) > 20, "the watchdog is fed again: a second restart would not help");

    nothing_got_through();
    sleep(ASLEEP)
}
