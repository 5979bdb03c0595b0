//! Async SPI.

use core::iter::once;

use embedded_hal_async::spi::{Operation, SpiBus, SpiDevice};

use super::inspect::{Inspect, Seen};
use super::spi::reads;
use super::{AsyncRecovery, Guarded, Select};
use crate::rules::Rules;

impl<W, B, K, P, I> SpiDevice<W> for Guarded<B, K, P, I>
where
    W: Copy + 'static,
    B: SpiDevice<W>,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: AsyncRecovery<B, ()>,
    I: Inspect<W>,
{
    async fn transaction(
        &mut self,
        operations: &mut [Operation<'_, W>],
    ) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate_async((), async move |bus| {
            let result = bus.transaction(operations).await;
            Seen::new(result, look, reads(operations))
        })
        .await
    }

    async fn read(&mut self, buffer: &mut [W]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate_async((), async move |bus| {
            let result = bus.read(buffer).await;
            Seen::new(result, look, once(&*buffer))
        })
        .await
    }

    async fn write(&mut self, buffer: &[W]) -> Result<(), Self::Error> {
        self.operate_async((), async |bus| bus.write(buffer).await).await
    }

    async fn transfer(&mut self, read: &mut [W], write: &[W]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate_async((), async move |bus| {
            let result = bus.transfer(read, write).await;
            Seen::new(result, look, once(&*read))
        })
        .await
    }

    async fn transfer_in_place(&mut self, buffer: &mut [W]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate_async((), async move |bus| {
            let result = bus.transfer_in_place(buffer).await;
            Seen::new(result, look, once(&*buffer))
        })
        .await
    }
}

impl<W, B, K, P, I> SpiBus<W> for Guarded<B, K, P, I>
where
    W: Copy + 'static,
    B: SpiBus<W>,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: AsyncRecovery<B, ()>,
    I: Inspect<W>,
{
    async fn read(&mut self, words: &mut [W]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate_async((), async move |bus| {
            let result = bus.read(words).await;
            Seen::new(result, look, once(&*words))
        })
        .await
    }

    async fn write(&mut self, words: &[W]) -> Result<(), Self::Error> {
        self.operate_async((), async |bus| bus.write(words).await).await
    }

    async fn transfer(&mut self, read: &mut [W], write: &[W]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate_async((), async move |bus| {
            let result = bus.transfer(read, write).await;
            Seen::new(result, look, once(&*read))
        })
        .await
    }

    async fn transfer_in_place(&mut self, words: &mut [W]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate_async((), async move |bus| {
            let result = bus.transfer_in_place(words).await;
            Seen::new(result, look, once(&*words))
        })
        .await
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        self.operate_async((), async |bus| bus.flush().await).await
    }
}
