//! Out of a sleep of a known length: it is taken off from what was left of an opening.

use core::sync::atomic::Ordering::Relaxed;
use core::time::Duration;

use embassy_executor::Spawner;
use mcb::{Slept, State, Wait};

use super::{nothing_got_through, second, sleep, until};
use crate::board::i2c::Plug;
use crate::board::radio as chip;
use crate::breakers::{CALENDAR, RADIO, THERMOMETER};
use crate::bus::plug;
use crate::claims::claim;
use crate::retained::Kept;
use crate::say::say;
use crate::snapshots;
use crate::tasks::{self, radio, thermometer};

/// How long the node sleeps then, in seconds.
pub(super) const ASLEEP: u32 = 20;

pub(super) async fn tell(spawner: Spawner, before: &Kept) -> ! {
    say!("-- the node wakes up; still no radio, and no thermometer");
    chip::PRESENT.store(false, Relaxed);
    plug(Plug::Calendar, true).await;
    plug(Plug::Compass, true).await;
    claim(before.boot == 2 && before.asleep, "the node was asleep, and its RAM was kept");

    let slept = snapshots::slept(before).await;
    let known =
        matches!(slept, Slept::For(time) if (1..=second::ASLEEP.into()).contains(&time.as_secs()));
    claim(known, "the calendar tells for how long, less what it may be wrong by");
    let kept = snapshots::read(before, 0).expect("a snapshot of the thermometer");
    snapshots::restore(before, slept);
    let left = THERMOMETER.retry_after().map_or(0, Wait::as_millis);
    say!("thermometer  {left} ms are left of its opening, of {} ms", kept.ticks_left());
    let off = Duration::from_millis(u64::from(kept.ticks_left().saturating_sub(left)));
    claim(
        THERMOMETER.state() == State::Open
            && matches!(slept, Slept::For(time) if off.abs_diff(time) < Duration::from_millis(20)),
        "that time is taken off from what was left of an opening",
    );
    claim(RADIO.state() == State::LockedOut, "what was locked out sleeps on");

    tasks::spawn(spawner);
    until(u64::from(left).saturating_sub(50)).await;
    let untouched = thermometer::ANSWERS.traffic() == 0;
    until(u64::from(left) + 300).await;
    claim(
        untouched && thermometer::ANSWERS.traffic() == 1,
        "the probe comes when the rest is over",
    );
    claim(radio::ANSWERS.traffic() == 0, "the radio gets no traffic");

    say!("-- the calendar is pulled out");
    plug(Plug::Calendar, false).await;
    until(u64::from(left) + 1_500).await;
    claim(CALENDAR.state() == State::Open, "its breaker opens");
    nothing_got_through();
    sleep(ASLEEP)
}
