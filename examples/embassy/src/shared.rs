//! One bus for several tasks.

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::mutex::Mutex;
use embedded_hal_async::i2c::{ErrorType, I2c, Operation};

/// A task's handle to the bus. A transaction waits until the others have finished theirs.
pub struct Handle<B: 'static>(pub &'static Mutex<CriticalSectionRawMutex, B>);

impl<B: ErrorType> ErrorType for Handle<B> {
    type Error = B::Error;
}

impl<B: I2c> I2c for Handle<B> {
    async fn transaction(
        &mut self,
        address: u8,
        operations: &mut [Operation<'_>],
    ) -> Result<(), Self::Error> {
        self.0.lock().await.transaction(address, operations).await
    }
}
