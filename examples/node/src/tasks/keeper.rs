//! Writes down what has to outlive a reset, and feeds the watchdog while nothing that is vital is locked out.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use embassy_time::{Duration, Ticker};
use mcb::watchdog;

use crate::board::watchdog::Watchdog;
use crate::breakers::{VITAL, VITAL_AFTER_A_RESTART};
use crate::retained;
use crate::say::say;
use crate::snapshots;

use super::calendar;

pub static FED: AtomicU32 = AtomicU32::new(0);

/// After so many milliseconds without food the watchdog resets the chip.
const HUNGRY: u32 = 600;

#[embassy_executor::task]
pub async fn run() {
    let mut watchdog = Watchdog::start(HUNGRY);
    let restarts = retained::now().restarts;
    let vital = if restarts == 0 { &VITAL } else { &VITAL_AFTER_A_RESTART };
    let mut told = false;
    let mut ticker = Ticker::every(Duration::from_millis(100));
    loop {
        write_down();
        match watchdog::feed(vital, || watchdog.feed()) {
            Ok(()) => {
                FED.fetch_add(1, Relaxed);
            }
            Err(withheld) if !told => {
                say!("{withheld}");
                // Before the reset, since after it nobody knows.
                retained::update(|kept| kept.restarts = restarts + 1);
                told = true;
            }
            Err(_) => {}
        }
        ticker.next().await;
    }
}

/// All that is known now.
pub fn write_down() {
    let (time, snapshots) = (calendar::time_of_day(), snapshots::take());
    retained::update(|kept| {
        kept.time_of_day = time;
        kept.snapshots = snapshots;
    });
}
