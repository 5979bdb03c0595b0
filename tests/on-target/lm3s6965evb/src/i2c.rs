//! The LM3S6965's I²C controller 0 as a blocking `embedded-hal` master.
//!
//! Two departures from the data sheet are owed to QEMU's model of the controller, and marked so.

use core::sync::atomic::{AtomicU32, Ordering};

use embedded_hal::i2c::{Error, ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation};

use crate::register::{RCGC1, Register};

const I2C0_CLOCK: u32 = 1 << 12;

const MSA: Register = Register::at(0x4002_0000);
const MCS: Register = Register::at(0x4002_0004);
const MDR: Register = Register::at(0x4002_0008);
const MTPR: Register = Register::at(0x4002_000C);
const MRIS: Register = Register::at(0x4002_0014);
const MICR: Register = Register::at(0x4002_001C);
const MCR: Register = Register::at(0x4002_0020);

/// What is written to MCS.
mod command {
    pub(super) const RUN: u32 = 1 << 0;
    pub(super) const START: u32 = 1 << 1;
    pub(super) const STOP: u32 = 1 << 2;
    pub(super) const ACK: u32 = 1 << 3;
}

/// What is read from MCS.
mod status {
    pub(super) const ERROR: u32 = 1 << 1;
    pub(super) const NO_ACK_DATA: u32 = 1 << 3;
}

const MASTER_ENABLE: u32 = 1 << 4;
const READ: u32 = 1;
/// 100 kHz from the 12.5 MHz that the chip starts with.
const PERIOD: u32 = 6;
/// A byte takes about 90 µs on the wire; after so many polls nothing will come any more.
const POLLS: u32 = 1_000;

/// START conditions since power-on: what the bus has seen of this master.
static STARTS: AtomicU32 = AtomicU32::new(0);

/// How many transactions have been started on the bus.
#[must_use]
pub fn transactions() -> u32 {
    STARTS.load(Ordering::Relaxed)
}

/// What went wrong on the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusError {
    /// Nobody acknowledged.
    NoAcknowledge(NoAcknowledgeSource),
    /// The controller did not finish within `POLLS`.
    Timeout,
}

impl Error for BusError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoAcknowledge(source) => ErrorKind::NoAcknowledge(*source),
            Self::Timeout => ErrorKind::Other,
        }
    }
}

/// The controller. There is one; whoever holds this has it.
#[derive(Debug)]
pub struct I2c0(());

impl I2c0 {
    /// Takes the controller and sets it up. To be called once.
    #[must_use]
    pub fn take() -> Self {
        init();
        Self(())
    }

    fn write(&mut self, address: u8, bytes: &[u8]) -> Result<(), BusError> {
        let Some((last, head)) = bytes.split_last() else {
            // The controller cannot send an address alone; nothing to send is nothing to do.
            return Ok(());
        };
        MSA.write(u32::from(address) << 1);
        let mut start = start();
        for byte in head {
            MDR.write((*byte).into());
            run(command::RUN | core::mem::take(&mut start))?;
        }
        MDR.write((*last).into());
        run(command::RUN | command::STOP | start)
    }

    fn read(&mut self, address: u8, bytes: &mut [u8]) -> Result<(), BusError> {
        let Some((last, head)) = bytes.split_last_mut() else {
            return Ok(());
        };
        MSA.write(u32::from(address) << 1 | READ);
        let mut start = start();
        for byte in head {
            run(command::RUN | command::ACK | core::mem::take(&mut start))?;
            *byte = received();
        }
        run(command::RUN | command::STOP | start)?;
        *last = received();
        Ok(())
    }
}

/// Sets the controller up, also after it has hung. Not during a transaction.
pub fn init() {
    RCGC1.set(I2C0_CLOCK);
    MCR.write(MASTER_ENABLE);
    MTPR.write(PERIOD);
}

/// Takes the controller's enable bit away, as a brown-out would: every transaction hangs until [`init`].
///
/// QEMU's model keeps the error bit of the transaction before, so that one should have succeeded.
pub fn upset() {
    MCR.write(0);
}

/// Counts a START condition, and returns the command for it.
fn start() -> u32 {
    STARTS.store(transactions() + 1, Ordering::Relaxed);
    command::START
}

fn received() -> u8 {
    MDR.read().to_le_bytes()[0]
}

/// Has the controller do one step, and waits for its end.
fn run(command: u32) -> Result<(), BusError> {
    MICR.write(1);
    MCS.write(command);
    for _ in 0..POLLS {
        let status = MCS.read();
        if status & status::ERROR != 0 {
            return Err(failed(status));
        }
        // Not BUSY: a controller that was disabled is never busy, and has done nothing.
        if MRIS.read() != 0 {
            return Ok(());
        }
    }
    Err(BusError::Timeout)
}

/// Releases the bus, and says who did not acknowledge.
///
/// QEMU's model shows an absent device as a lost arbitration; this bus has no other master that could win one.
fn failed(status: u32) -> BusError {
    MCS.write(command::STOP);
    BusError::NoAcknowledge(if status & status::NO_ACK_DATA != 0 {
        NoAcknowledgeSource::Data
    } else {
        NoAcknowledgeSource::Address
    })
}

impl ErrorType for I2c0 {
    type Error = BusError;
}

impl I2c for I2c0 {
    /// Each operation ends with a STOP: QEMU's model has no repeated START, and reads wrong data after one. A chip
    /// would keep the bus between the operations of a transaction.
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), BusError> {
        operations.iter_mut().try_for_each(|operation| match operation {
            Operation::Read(bytes) => self.read(address, bytes),
            Operation::Write(bytes) => self.write(address, bytes),
        })
    }
}
