//! The parts of the LM3S6965 that the firmware here uses.

#![no_std]

pub mod i2c;
mod register;
pub mod timer;
