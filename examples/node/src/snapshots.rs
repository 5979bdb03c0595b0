//! The breakers' states, written down and taken over.

use core::time::Duration;

use mcb::{CircuitBreaker, EmbassyTime, Slept, Snapshot, State, Strategy};

use crate::breakers::{CALENDAR, COMPASS, COUNT, FLASH, RADIO, THERMOMETER};
use crate::retained::Kept;
use crate::say::say;
use crate::tasks::calendar::{self, TimeOfDay};

/// What all of them are now.
pub fn take() -> [[u8; Snapshot::SIZE]; COUNT] {
    [
        THERMOMETER.snapshot(),
        CALENDAR.snapshot(),
        COMPASS.snapshot(),
        RADIO.snapshot(),
        FLASH.snapshot(),
    ]
    .map(|snapshot| snapshot.to_bytes())
}

/// One of those that were written down.
pub fn read(kept: &Kept, place: usize) -> Option<Snapshot> {
    Snapshot::from_bytes(&kept.snapshots[place]).ok()
}

/// How long it is since that was written down, as far as the calendar can be asked.
///
/// It counts seconds, and the one that it tells may have just begun. A sleep that is told too short makes an opening
/// longer, which is the harmless side.
pub async fn slept(kept: &Kept) -> Slept {
    let now = calendar::ask().await.ok();
    let slept = match kept.time_of_day.zip(now) {
        Some((before, TimeOfDay(now))) => {
            Slept::For(Duration::from_secs(now.saturating_sub(before + 1).into()))
        }
        None => Slept::Unknown,
    };
    say!("since the last snapshot by the calendar: {slept:?}");
    slept
}

/// Takes over what was written down.
pub fn restore(kept: &Kept, slept: Slept) {
    one(&THERMOMETER, read(kept, 0), slept);
    one(&CALENDAR, read(kept, 1), slept);
    one(&COMPASS, read(kept, 2), slept);
    one(&RADIO, read(kept, 3), slept);
    one(&FLASH, read(kept, 4), slept);
}

/// One that was closed is not restored. Its driver has forgotten that the device was set up, and a breaker that starts by
/// probing does that first.
fn one<S: Strategy, R>(
    breaker: &CircuitBreaker<EmbassyTime, S, R>,
    snapshot: Option<Snapshot>,
    slept: Slept,
) {
    match snapshot {
        None => say!("{:<12} no snapshot", breaker.id()),
        Some(snapshot) if snapshot.state() == State::Closed => {}
        Some(snapshot) => {
            if let Err(error) = breaker.restore(&snapshot, slept) {
                say!("{:<12} {error}", breaker.id());
            }
        }
    }
}
