//! Each clock: its rate, its wrap, and that time which stands still only delays recovery. `.ci/run lint` compiles this with
//! each feature alone.
#![cfg(not(loom))]

#[cfg(feature = "embassy-time")]
mod embassy_time;
#[cfg(feature = "embedded-time")]
mod embedded_time;
#[cfg(feature = "fugit")]
mod fugit;
mod hosted;
mod ticks;

/// What is asked of every clock: it shows itself, to `defmt` too, and many may read it.
fn is_a_clock<C: mcb::Clock + core::fmt::Debug + Format + Send + Sync>() {}

#[cfg(feature = "defmt")]
use defmt::Format;

#[cfg(not(feature = "defmt"))]
trait Format {}
#[cfg(not(feature = "defmt"))]
impl<C> Format for C {}
