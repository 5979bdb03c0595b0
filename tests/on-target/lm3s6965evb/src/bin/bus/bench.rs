//! What is on the bus: a switch, a thermometer behind it, a calendar chip, and an address where nobody is.

use core::cell::RefCell;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use embedded_hal::i2c::I2c;
use embedded_hal_bus::i2c::RefCellDevice;
use lm3s6965evb::i2c::{self, BusError, I2c0, transactions};
use lm75::Lm75;
use lm75::ic::Lm75 as Lm75Chip;
use mcb::bus::Guarded;

use crate::breakers::{ABSENT, Breaker, CALENDAR, THERMOMETER};

/// Addresses.
const SWITCH: u8 = 0x70;
const THERMOMETER_CHIP: u8 = 0x48;
const CALENDAR_CHIP: u8 = 0x68;
const NOBODY: u8 = 0x4A;
/// A byte of the calendar chip's memory.
const CELL: u8 = 0x10;
/// The thermometer's configuration register: comparator mode, no shutdown.
const SET_UP: [u8; 2] = [1, 0];

/// Whether setting the controller up again is to fail.
pub(crate) static RECOVERY_FAILS: AtomicBool = AtomicBool::new(false);
/// How often a recovery step ran.
pub(crate) static RECOVERIES: AtomicU32 = AtomicU32::new(0);

/// How a reading through the thermometer's driver ended: the driver knows the guard's error as the bus's.
pub(crate) type Reading = Result<f32, lm75::Error<mcb::Error<BusError>>>;
/// How a guarded use of the bus ended.
pub(crate) type Outcome<T> = Result<T, mcb::Error<BusError>>;

/// One device's share of the bus.
type Handle<'a> = RefCellDevice<'a, I2c0>;
/// A share with a breaker around it, and a recovery step.
type Device<'a> = Guarded<Handle<'a>, &'static Breaker, fn(&mut Handle<'a>) -> Result<(), BusError>>;

/// The devices. They share the bus; each has a breaker of its own.
pub(crate) struct Bench<'a> {
    switch: Handle<'a>,
    calendar: Device<'a>,
    nobody: Guarded<Handle<'a>, &'static Breaker>,
    thermometer: Lm75<Device<'a>, Lm75Chip>,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(bus: &'a RefCell<I2c0>) -> Self {
        let handle = || RefCellDevice::new(bus);
        let thermometer = Guarded::new(handle(), &THERMOMETER).recovery_by(set_up as fn(&mut Handle<'a>) -> _);
        Self {
            switch: handle(),
            calendar: Guarded::new(handle(), &CALENDAR).recovery_by(restart as fn(&mut Handle<'a>) -> _),
            nobody: Guarded::new(handle(), &ABSENT),
            thermometer: Lm75::new(thermometer, lm75::Address::default()),
        }
    }

    /// Plugs the thermometer in, or out.
    pub(crate) fn connect(&mut self, on: bool) -> Result<(), BusError> {
        self.switch.write(SWITCH, &[u8::from(on)])
    }

    /// Degrees, through the published driver.
    pub(crate) fn temperature(&mut self) -> Reading {
        self.thermometer.read_temperature()
    }

    /// Writes to the calendar chip's memory, and reads it back.
    pub(crate) fn keep(&mut self, byte: u8) -> Outcome<u8> {
        let mut read = [0];
        self.calendar.write(CALENDAR_CHIP, &[CELL, byte])?;
        self.calendar.write_read(CALENDAR_CHIP, &[CELL], &mut read)?;
        Ok(read[0])
    }

    /// Asks where nobody is.
    pub(crate) fn absent(&mut self) -> Outcome<u8> {
        let mut read = [0];
        self.nobody.read(NOBODY, &mut read)?;
        Ok(read[0])
    }
}

/// A thermometer that was unplugged has forgotten how it was set up.
fn set_up(bus: &mut Handle<'_>) -> Result<(), BusError> {
    recovering();
    bus.write(THERMOMETER_CHIP, &SET_UP)
}

/// A controller that hangs works again after it was set up anew.
fn restart(_: &mut Handle<'_>) -> Result<(), BusError> {
    recovering();
    if RECOVERY_FAILS.load(Relaxed) {
        return Err(BusError::Timeout);
    }
    i2c::init();
    Ok(())
}

fn recovering() {
    RECOVERIES.store(RECOVERIES.load(Relaxed) + 1, Relaxed);
}

/// Runs `f`, and says how many transactions the bus saw meanwhile.
pub(crate) fn counted<R>(f: impl FnOnce() -> R) -> (R, u32) {
    let before = transactions();
    let result = f();
    (result, transactions() - before)
}
