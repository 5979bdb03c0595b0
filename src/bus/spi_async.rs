//! Async SPI.

use embedded_hal_async::spi::{Operation, SpiBus, SpiDevice};

use super::{AsyncRecovery, Guarded, Select};
use crate::rules::Rules;

impl<W, B, K, P> SpiDevice<W> for Guarded<B, K, P>
where
    W: Copy + 'static,
    B: SpiDevice<W>,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: AsyncRecovery<B, ()>,
{
    async fn transaction(
        &mut self,
        operations: &mut [Operation<'_, W>],
    ) -> Result<(), Self::Error> {
        self.operate_async((), async |bus| bus.transaction(operations).await).await
    }

    async fn read(&mut self, buffer: &mut [W]) -> Result<(), Self::Error> {
        self.operate_async((), async |bus| bus.read(buffer).await).await
    }

    async fn write(&mut self, buffer: &[W]) -> Result<(), Self::Error> {
        self.operate_async((), async |bus| bus.write(buffer).await).await
    }

    async fn transfer(&mut self, read: &mut [W], write: &[W]) -> Result<(), Self::Error> {
        self.operate_async((), async |bus| bus.transfer(read, write).await).await
    }

    async fn transfer_in_place(&mut self, buffer: &mut [W]) -> Result<(), Self::Error> {
        self.operate_async((), async |bus| bus.transfer_in_place(buffer).await).await
    }
}

impl<W, B, K, P> SpiBus<W> for Guarded<B, K, P>
where
    W: Copy + 'static,
    B: SpiBus<W>,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: AsyncRecovery<B, ()>,
{
    async fn read(&mut self, words: &mut [W]) -> Result<(), Self::Error> {
        self.operate_async((), async |bus| bus.read(words).await).await
    }

    async fn write(&mut self, words: &[W]) -> Result<(), Self::Error> {
        self.operate_async((), async |bus| bus.write(words).await).await
    }

    async fn transfer(&mut self, read: &mut [W], write: &[W]) -> Result<(), Self::Error> {
        self.operate_async((), async |bus| bus.transfer(read, write).await).await
    }

    async fn transfer_in_place(&mut self, words: &mut [W]) -> Result<(), Self::Error> {
        self.operate_async((), async |bus| bus.transfer_in_place(words).await).await
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        self.operate_async((), async |bus| bus.flush().await).await
    }
}
