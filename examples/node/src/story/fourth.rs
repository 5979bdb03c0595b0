//! Out of a deep sleep of a length that nobody knows: what was left of an opening is left from now on.

use core::sync::atomic::Ordering::Relaxed;

use embassy_executor::Spawner;
use mcb::{Slept, Snapshot, State, Wait};

use super::third::ASLEEP;
use super::{get, nothing_got_through, soon, until};
use crate::board::i2c::Plug;
use crate::board::radio as chip;
use crate::breakers::{ALL, CALENDAR, RADIO, THERMOMETER};
use crate::bus::plug;
use crate::claims::{claim, end};
use crate::retained::Kept;
use crate::say::say;
use crate::snapshots;
use crate::tasks::{self, calendar, radio};

pub(super) async fn tell(spawner: Spawner, before: &Kept) -> ! {
    say!("-- the node wakes up; no radio, no thermometer, no calendar");
    chip::PRESENT.store(false, Relaxed);
    plug(Plug::Compass, true).await;
    claim(before.boot == 3 && before.asleep, "the node was asleep, and its RAM was kept");

    let slept = snapshots::slept(before).await;
    claim(slept == Slept::Unknown, "nobody knows for how long");
    let kept = snapshots::read(before, 0).expect("a snapshot of the thermometer");
    snapshots::restore(before, slept);
    let left = THERMOMETER.retry_after().map_or(0, Wait::as_millis);
    say!("thermometer  {left} ms are left of its opening, {} openings in a row", kept.openings());
    claim(
        THERMOMETER.state() == State::Open && left.abs_diff(kept.ticks_left()) <= 2,
        "a sleep of unknown length shortens no opening",
    );
    claim(
        RADIO.state() == State::LockedOut && CALENDAR.state() == State::Open,
        "the other breakers are what they were, too",
    );
    refused(before);

    tasks::spawn(spawner);
    until(1_500).await;
    claim(radio::ANSWERS.traffic() == 0, "the radio is still left alone");

    say!("-- somebody plugs everything in, changes the radio and resets its breaker");
    plug(Plug::Thermometer, true).await;
    plug(Plug::Calendar, true).await;
    chip::PRESENT.store(true, Relaxed);
    RADIO.reset();
    radio::SEEN_TO.signal(());
    soon(|| CALENDAR.state() == State::Closed && calendar::time_of_day().is_some()).await;
    let time = calendar::time_of_day().unwrap_or(0);
    say!("{time} s since power-on by the calendar");
    claim(time > ASLEEP + 15, "the sleep was longer than what was left of any opening");
    until(7_000).await;
    claim(ALL.open_circuits().count() == 0, "all are closed");
    claim(get(&radio::ANSWERS.fresh) > 10, "the radio sends");
    nothing_got_through();
    end()
}

/// A snapshot is of one breaker, and whole.
fn refused(before: &Kept) {
    let bytes = before.snapshots[0];
    let damaged = (0..128).all(|bit| {
        let mut bytes = bytes;
        bytes[bit / 8] ^= 1 << (bit % 8);
        Snapshot::from_bytes(&bytes).is_err()
    });
    claim(damaged, "a snapshot with any bit flipped is refused");
    let foreign = Snapshot::from_bytes(&bytes).is_ok_and(|snapshot| {
        RADIO.restore(&snapshot, Slept::Unknown).is_err() && RADIO.state() == State::LockedOut
    });
    claim(foreign, "so is another breaker's, and nothing changes");
}
