//! A simulated I2C controller, and what hangs on its wires: a thermometer and a calendar.

use core::convert::Infallible;
use core::future::pending;

use embassy_time::Timer;
use embedded_hal_async::i2c::{ErrorType, I2c, Operation};

pub const THERMOMETER: u8 = 0x48;
pub const CALENDAR: u8 = 0x68;

pub struct Wire {
    /// Whether the thermometer has its supply.
    pub powered: bool,
    /// Whether the thermometer stretches the clock for ever once it is addressed.
    stretches: bool,
    /// Transfers that addressed the thermometer: what a rejected call must not cause.
    pub transfers: u32,
}

impl Wire {
    pub const fn new() -> Self {
        Wire { powered: true, stretches: false, transfers: 0 }
    }

    /// A dip in the supply of the thermometer, which it does not recover from by itself.
    pub fn brown_out(&mut self) {
        self.powered = false;
        self.stretches = true;
    }

    /// Pulls the reset pin of the thermometer, which helps when it has its supply.
    pub async fn reset_thermometer(&mut self) {
        Timer::after_millis(1).await;
        if self.powered {
            self.stretches = false;
        }
    }
}

impl ErrorType for Wire {
    type Error = Infallible;
}

impl I2c for Wire {
    /// Takes a millisecond; or never ends.
    async fn transaction(
        &mut self,
        address: u8,
        operations: &mut [Operation<'_>],
    ) -> Result<(), Infallible> {
        if address == THERMOMETER {
            self.transfers += 1;
            if self.stretches {
                pending::<()>().await;
            }
        }
        Timer::after_millis(1).await;
        for operation in operations {
            if let Operation::Read(bytes) = operation {
                bytes.fill(if address == THERMOMETER { 21 } else { 59 });
            }
        }
        Ok(())
    }
}
