//! What happens to the node, and what it must come to: four starts, by power, by its watchdog, out of a sleep of a
//! known length, and out of one that nobody knows the length of.

mod first;
mod fourth;
mod second;
mod third;

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use embassy_executor::Spawner;
use embassy_time::{Instant, Timer};

use crate::board::watchdog;
use crate::bus::Handle;
use crate::claims::claim;
use crate::retained::{self, Kept};
use crate::say::say;
use crate::tasks::{calendar, compass, keeper, log, radio, thermometer};
use crate::telling::Answers;

/// Tells the part of this start.
pub async fn tell(spawner: Spawner, before: Option<Kept>) -> ! {
    Handle.set_up().await;
    match before {
        None => first::tell(spawner).await,
        Some(kept) if kept.boot == 1 => second::tell(spawner, &kept).await,
        Some(kept) if kept.boot == 2 => third::tell(spawner, &kept).await,
        Some(kept) => fourth::tell(spawner, &kept).await,
    }
}

/// Goes on when this start is so many milliseconds old.
async fn until(milliseconds: u64) {
    Timer::at(Instant::from_millis(milliseconds)).await;
}

/// Goes on when `holds`, looking often; `false` if it does not within a while.
async fn soon(mut holds: impl FnMut() -> bool) -> bool {
    for _ in 0..600 {
        if holds() {
            return true;
        }
        Timer::after_millis(5).await;
    }
    false
}

/// The node goes to sleep: it writes down what it knows, and its next start is a reset.
fn sleep(seconds: u32) -> ! {
    keeper::write_down();
    retained::update(|kept| kept.asleep = true);
    say!("-- the node goes to sleep for {seconds} s, and nothing but its RAM is kept");
    watchdog::sleep(seconds * 1_000)
}

fn all() -> [&'static Answers; 5] {
    [&thermometer::ANSWERS, &calendar::ANSWERS, &compass::ANSWERS, &radio::ANSWERS, &log::ANSWERS]
}

fn get(count: &AtomicU32) -> u32 {
    count.load(Relaxed)
}

/// What holds in every start.
fn nothing_got_through() {
    let rejected: u32 = all().map(|of| get(&of.rejected) + get(&of.last)).iter().sum();
    let loose: u32 = all().map(|of| get(&of.loose)).iter().sum();
    claim(rejected > 10 && loose == 0, "no rejected call has reached a device, or its bus");
}
