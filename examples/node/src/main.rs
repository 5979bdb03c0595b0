//! A node with three sensors, a radio and a flash, of which one after the other dies; and what it is after a reset.

#![no_std]
#![no_main]

mod board;
mod breakers;
mod bus;
mod claims;
mod retained;
mod say;
mod snapshots;
mod story;
mod tasks;
mod telling;
mod time;

use embassy_executor::Spawner;

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    let before = retained::wake();
    time::start(cortex_m::Peripherals::take().expect("taken once").SYST);
    story::tell(spawner, before).await
}
