//! What is on the bus: a switch, a thermometer behind it, a calendar chip, and an address where nobody is.

use core::cell::RefCell;

use embedded_hal::i2c::I2c;
use embedded_hal_bus::i2c::RefCellDevice;
use lm3s6965evb::i2c::{BusError, I2c0, transactions};
use lm75::Lm75;
use lm75::ic::Lm75 as Lm75Chip;

use crate::breakers::{ABSENT, CALENDAR, THERMOMETER};

/// Addresses.
const SWITCH: u8 = 0x70;
const CALENDAR_CHIP: u8 = 0x68;
const NOBODY: u8 = 0x4A;
/// A byte of the calendar chip's memory.
const CELL: u8 = 0x10;

/// How a guarded call of the thermometer's driver ended.
pub(crate) type Reading = Result<f32, mcb::Error<lm75::Error<BusError>>>;
/// How a guarded use of the bus ended.
pub(crate) type Outcome<T> = Result<T, mcb::Error<BusError>>;

/// The devices. They share the bus; each has a breaker of its own.
pub(crate) struct Bench<'a> {
    switch: RefCellDevice<'a, I2c0>,
    calendar: RefCellDevice<'a, I2c0>,
    nobody: RefCellDevice<'a, I2c0>,
    thermometer: Lm75<RefCellDevice<'a, I2c0>, Lm75Chip>,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(bus: &'a RefCell<I2c0>) -> Self {
        Self {
            switch: RefCellDevice::new(bus),
            calendar: RefCellDevice::new(bus),
            nobody: RefCellDevice::new(bus),
            thermometer: Lm75::new(RefCellDevice::new(bus), lm75::Address::default()),
        }
    }

    /// Plugs the thermometer in, or out.
    pub(crate) fn connect(&mut self, on: bool) -> Result<(), BusError> {
        self.switch.write(SWITCH, &[u8::from(on)])
    }

    /// Degrees, through the published driver.
    pub(crate) fn temperature(&mut self) -> Reading {
        THERMOMETER.call(|| self.thermometer.read_temperature())
    }

    /// Writes to the calendar chip's memory, and reads it back.
    pub(crate) fn keep(&mut self, byte: u8) -> Outcome<u8> {
        CALENDAR.call(|| {
            let mut read = [0];
            self.calendar.write(CALENDAR_CHIP, &[CELL, byte])?;
            self.calendar.write_read(CALENDAR_CHIP, &[CELL], &mut read)?;
            Ok(read[0])
        })
    }

    /// Asks where nobody is.
    pub(crate) fn absent(&mut self) -> Outcome<u8> {
        ABSENT.call(|| {
            let mut read = [0];
            self.nobody.read(NOBODY, &mut read)?;
            Ok(read[0])
        })
    }
}

/// Runs `f`, and says how many transactions the bus saw meanwhile.
pub(crate) fn counted<R>(f: impl FnOnce() -> R) -> (R, u32) {
    let before = transactions();
    let result = f();
    (result, transactions() - before)
}
