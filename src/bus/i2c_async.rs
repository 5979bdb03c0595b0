//! Async I²C.

use core::iter::once;

use embedded_hal::i2c::AddressMode;
use embedded_hal_async::i2c::{I2c, Operation};

use super::i2c::reads;
use super::inspect::{Inspect, Seen};
use super::{AsyncRecovery, Guarded, Select};
use crate::rules::Rules;

impl<A, B, K, P, I> I2c<A> for Guarded<B, K, P, I>
where
    A: AddressMode + Copy,
    B: I2c<A>,
    K: Select<A>,
    K::Rules: Rules<(), B::Error>,
    P: AsyncRecovery<B, A>,
    I: Inspect<u8>,
{
    async fn read(&mut self, address: A, read: &mut [u8]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate_async(address, async move |bus| {
            let result = bus.read(address, read).await;
            Seen::new(result, look, once(&*read))
        })
        .await
    }

    async fn write(&mut self, address: A, write: &[u8]) -> Result<(), Self::Error> {
        self.operate_async(address, async move |bus| bus.write(address, write).await).await
    }

    async fn write_read(
        &mut self,
        address: A,
        write: &[u8],
        read: &mut [u8],
    ) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate_async(address, async move |bus| {
            let result = bus.write_read(address, write, read).await;
            Seen::new(result, look, once(&*read))
        })
        .await
    }

    async fn transaction(
        &mut self,
        address: A,
        operations: &mut [Operation<'_>],
    ) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate_async(address, async move |bus| {
            let result = bus.transaction(address, operations).await;
            Seen::new(result, look, reads(operations))
        })
        .await
    }
}
