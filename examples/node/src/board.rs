//! What is on the board: a chip's peripherals, sensors that QEMU has, a radio and a flash that are simulated.

pub mod flash;
pub mod i2c;
pub mod radio;
mod register;
pub mod watchdog;
