//! Each clock: its rate, its wrap, and that time which stands still only delays recovery.
#![cfg(not(loom))]

#[cfg(feature = "embassy-time")]
mod embassy_time;
#[cfg(feature = "embedded-time")]
mod embedded_time;
#[cfg(feature = "fugit")]
mod fugit;
mod hosted;
mod ticks;
