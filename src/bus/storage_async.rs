//! Async flash and other storage.

use core::iter::once;

use embedded_storage_async::nor_flash::{MultiwriteNorFlash, NorFlash, ReadNorFlash};
use embedded_storage_async::{ReadStorage, Storage};

use super::inspect::{Inspect, Seen};
use super::{AsyncRecovery, Guarded, Select};
use crate::error::Error;
use crate::rules::Rules;

impl<B, K, P, I> ReadNorFlash for Guarded<B, K, P, I>
where
    B: ReadNorFlash,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: AsyncRecovery<B, ()>,
    I: Inspect<u8>,
{
    const READ_SIZE: usize = B::READ_SIZE;

    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate_async((), async move |flash| {
            let result = flash.read(offset, bytes).await;
            Seen::new(result, look, once(&*bytes))
        })
        .await
    }

    fn capacity(&self) -> usize {
        self.bus.capacity()
    }
}

impl<B, K, P, I> NorFlash for Guarded<B, K, P, I>
where
    B: NorFlash,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: AsyncRecovery<B, ()>,
    I: Inspect<u8>,
{
    const WRITE_SIZE: usize = B::WRITE_SIZE;
    const ERASE_SIZE: usize = B::ERASE_SIZE;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        self.operate_async((), async |flash| flash.erase(from, to).await).await
    }

    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        self.operate_async((), async |flash| flash.write(offset, bytes).await).await
    }
}

impl<B, K, P, I> MultiwriteNorFlash for Guarded<B, K, P, I>
where
    B: MultiwriteNorFlash,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: AsyncRecovery<B, ()>,
    I: Inspect<u8>,
{
}

impl<B, K, P, I> ReadStorage for Guarded<B, K, P, I>
where
    B: ReadStorage,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: AsyncRecovery<B, ()>,
    I: Inspect<u8>,
{
    type Error = Error<B::Error>;

    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate_async((), async move |storage| {
            let result = storage.read(offset, bytes).await;
            Seen::new(result, look, once(&*bytes))
        })
        .await
    }

    fn capacity(&self) -> usize {
        self.bus.capacity()
    }
}

impl<B, K, P, I> Storage for Guarded<B, K, P, I>
where
    B: Storage,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: AsyncRecovery<B, ()>,
    I: Inspect<u8>,
{
    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        self.operate_async((), async |storage| storage.write(offset, bytes).await).await
    }
}
