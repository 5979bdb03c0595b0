//! The LM3S6965's I²C controller 0 as an async `embedded-hal` master, and the switch by which the sensors are plugged in.
//!
//! Two departures from the data sheet are owed to QEMU's model of the controller, and marked so.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use embassy_time::Timer;
use embedded_hal_async::i2c::{
    Error, ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation, SevenBitAddress,
};

use super::register::Register;

const I2C0_CLOCK: u32 = 1 << 12;

/// Run-mode clock gating control 1: which peripherals are clocked.
const RCGC1: Register = Register::at(0x400F_E104);
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

/// The switch's address. A bit for each sensor connects it.
const SWITCH: SevenBitAddress = 0x70;

/// A sensor's place at the switch.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Plug {
    Thermometer = 1 << 0,
    Calendar = 1 << 1,
    Compass = 1 << 2,
}

/// The transactions of each address: what the bus has seen of this master.
static TRANSACTIONS: [AtomicU32; 128] = [const { AtomicU32::new(0) }; 128];

/// How many transactions an address has seen.
pub fn transactions(address: SevenBitAddress) -> u32 {
    TRANSACTIONS[usize::from(address)].load(Relaxed)
}

/// What went wrong on the bus: nobody acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAcknowledge(NoAcknowledgeSource);

impl Error for NoAcknowledge {
    fn kind(&self) -> ErrorKind {
        ErrorKind::NoAcknowledge(self.0)
    }
}

/// The controller. There is one, in a `static`; it is dead until it was [set up](Self::set_up).
pub struct I2c0 {
    plugged: u8,
    control: Register,
}

impl I2c0 {
    pub const fn new() -> Self {
        I2c0 { plugged: 0, control: MCR }
    }

    /// Sets the controller up, also after it has hung.
    pub fn set_up(&mut self) {
        RCGC1.set(I2C0_CLOCK);
        self.control.write(MASTER_ENABLE);
        MTPR.write(PERIOD);
    }

    /// Takes the controller's enable bit away, as a dip in the supply may: every transaction hangs until
    /// [`set_up`](Self::set_up).
    ///
    /// QEMU's model keeps the error bit of the transaction before, so that one should have succeeded.
    pub fn upset(&mut self) {
        self.control.write(0);
    }

    /// Plugs a sensor in, or out. It is no part of the node that is shown, but of what happens to it.
    pub async fn plug(&mut self, sensor: Plug, into: bool) {
        let bit = sensor as u8;
        self.plugged = if into { self.plugged | bit } else { self.plugged & !bit };
        let plugged = self.plugged;
        self.transaction(SWITCH, &mut [Operation::Write(&[plugged])])
            .await
            .expect("the switch is always there");
    }

    async fn write(&mut self, address: u8, bytes: &[u8]) -> Result<(), NoAcknowledge> {
        let Some((last, head)) = bytes.split_last() else {
            // The controller cannot send an address alone; nothing to send is nothing to do.
            return Ok(());
        };
        MSA.write(u32::from(address) << 1);
        let mut start = command::START;
        for byte in head {
            MDR.write((*byte).into());
            run(command::RUN | core::mem::take(&mut start)).await?;
        }
        MDR.write((*last).into());
        run(command::RUN | command::STOP | start).await
    }

    async fn read(&mut self, address: u8, bytes: &mut [u8]) -> Result<(), NoAcknowledge> {
        let Some((last, head)) = bytes.split_last_mut() else {
            return Ok(());
        };
        MSA.write(u32::from(address) << 1 | READ);
        let mut start = command::START;
        for byte in head {
            run(command::RUN | command::ACK | core::mem::take(&mut start)).await?;
            *byte = received();
        }
        run(command::RUN | command::STOP | start).await?;
        *last = received();
        Ok(())
    }
}

fn received() -> u8 {
    MDR.read().to_le_bytes()[0]
}

/// Has the controller do one step, and waits for its end, for ever if need be: how long that may be is not the driver's
/// to say, but the time limit's around it.
async fn run(command: u32) -> Result<(), NoAcknowledge> {
    MICR.write(1);
    MCS.write(command);
    loop {
        let status = MCS.read();
        if status & status::ERROR != 0 {
            return Err(failed(status));
        }
        // Not BUSY: a controller that was disabled is never busy, and has done nothing.
        if MRIS.read() != 0 {
            return Ok(());
        }
        // A driver for a chip would wait for the interrupt.
        Timer::after_millis(1).await;
    }
}

/// Releases the bus, and says who did not acknowledge.
///
/// QEMU's model shows an absent device as a lost arbitration; this bus has no other master that could win one.
fn failed(status: u32) -> NoAcknowledge {
    MCS.write(command::STOP);
    NoAcknowledge(if status & status::NO_ACK_DATA != 0 {
        NoAcknowledgeSource::Data
    } else {
        NoAcknowledgeSource::Address
    })
}

impl ErrorType for I2c0 {
    type Error = NoAcknowledge;
}

impl I2c for I2c0 {
    /// Each operation ends with a STOP: QEMU's model has no repeated START, and reads wrong data after one. A chip
    /// would keep the bus between the operations of a transaction.
    async fn transaction(
        &mut self,
        address: u8,
        operations: &mut [Operation<'_>],
    ) -> Result<(), NoAcknowledge> {
        TRANSACTIONS[usize::from(address)].fetch_add(1, Relaxed);
        for operation in operations {
            match operation {
                Operation::Read(bytes) => self.read(address, bytes).await?,
                Operation::Write(bytes) => self.write(address, bytes).await?,
            }
        }
        Ok(())
    }
}
