//! One I²C bus for several tasks.

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::mutex::Mutex;
use embassy_time::Delay;
use embedded_hal_async::i2c::{ErrorType, I2c, Operation};
use mcb::TimedError;
use mcb::bus::TimeLimit;

use crate::board::i2c::{I2c0, NoAcknowledge, Plug};
use crate::breakers::LIMIT;

/// The time limit stands inside the lock, so that waiting for the bus is not held against a device, and inside the guards,
/// so that a transfer that hangs is an error like any other.
static BUS: Mutex<CriticalSectionRawMutex, TimeLimit<I2c0, Delay>> =
    Mutex::new(TimeLimit::new(I2c0::new(), Delay, LIMIT));

pub type BusError = TimedError<NoAcknowledge>;

/// A task's handle to the bus. A transaction waits until the others have finished theirs.
pub struct Handle;

impl Handle {
    /// Sets the controller up anew: what every recovery step of a device does first, since a hanging bus and a dead
    /// device look the same from the bus's end.
    pub async fn set_up(&mut self) {
        BUS.lock().await.bus().set_up();
    }
}

impl ErrorType for Handle {
    type Error = BusError;
}

impl I2c for Handle {
    async fn transaction(
        &mut self,
        address: u8,
        operations: &mut [Operation<'_>],
    ) -> Result<(), BusError> {
        BUS.lock().await.transaction(address, operations).await
    }
}

/// Plugs a sensor in, or out: no part of the node, but of what happens to it.
pub async fn plug(sensor: Plug, into: bool) {
    BUS.lock().await.bus().plug(sensor, into).await;
}

/// Has the controller hang from now on.
pub async fn upset() {
    BUS.lock().await.bus().upset();
}
