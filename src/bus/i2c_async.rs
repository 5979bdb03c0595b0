//! Async I²C.

use embedded_hal::i2c::AddressMode;
use embedded_hal_async::i2c::{I2c, Operation};

use super::{AsyncRecovery, Guarded, Select};
use crate::rules::Rules;

impl<A, B, K, P> I2c<A> for Guarded<B, K, P>
where
    A: AddressMode + Copy,
    B: I2c<A>,
    K: Select<A>,
    K::Rules: Rules<(), B::Error>,
    P: AsyncRecovery<B, A>,
{
    async fn read(&mut self, address: A, read: &mut [u8]) -> Result<(), Self::Error> {
        self.operate_async(address, async |bus| bus.read(address, read).await).await
    }

    async fn write(&mut self, address: A, write: &[u8]) -> Result<(), Self::Error> {
        self.operate_async(address, async |bus| bus.write(address, write).await).await
    }

    async fn write_read(
        &mut self,
        address: A,
        write: &[u8],
        read: &mut [u8],
    ) -> Result<(), Self::Error> {
        self.operate_async(address, async |bus| bus.write_read(address, write, read).await).await
    }

    async fn transaction(
        &mut self,
        address: A,
        operations: &mut [Operation<'_>],
    ) -> Result<(), Self::Error> {
        self.operate_async(address, async |bus| bus.transaction(address, operations).await).await
    }
}
