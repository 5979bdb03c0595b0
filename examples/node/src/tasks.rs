//! A task for each device, and one for the watchdog.

pub mod calendar;
pub mod compass;
pub mod keeper;
pub mod log;
pub mod radio;
pub mod thermometer;

use embassy_executor::Spawner;

/// Begins each of them. To be called once.
pub fn spawn(spawner: Spawner) {
    // Each is spawned once, so there is room.
    spawner.spawn(thermometer::run().expect("room for one"));
    spawner.spawn(calendar::run().expect("room for one"));
    spawner.spawn(compass::run().expect("room for one"));
    spawner.spawn(radio::run().expect("room for one"));
    spawner.spawn(log::run().expect("room for one"));
    spawner.spawn(keeper::run().expect("room for one"));
}
