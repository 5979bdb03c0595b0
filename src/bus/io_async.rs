//! Async byte streams.

use core::iter::once;

use embedded_io::SeekFrom;
use embedded_io_async::{Read, Seek, Write};

use super::inspect::{Inspect, Seen};
use super::{AsyncRecovery, Guarded, Select};
use crate::rules::Rules;

impl<B, K, P, I> Read for Guarded<B, K, P, I>
where
    B: Read<Error: 'static>,
    K: Select<()>,
    K::Rules: Rules<usize, B::Error>,
    P: AsyncRecovery<B, ()>,
    I: Inspect<u8>,
{
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        let look = self.inspection;
        self.operate_async((), async move |stream| {
            let result = stream.read(buffer).await;
            let read = buffer.get(..*result.as_ref().unwrap_or(&0));
            Seen::new(result, look, once(read.unwrap_or_default()))
        })
        .await
    }
}

impl<B, K, P, I> Write for Guarded<B, K, P, I>
where
    B: Write<Error: 'static>,
    K: Select<()>,
    K::Rules: Rules<usize, B::Error> + Rules<(), B::Error>,
    P: AsyncRecovery<B, ()>,
{
    async fn write(&mut self, buffer: &[u8]) -> Result<usize, Self::Error> {
        self.operate_async((), async |stream| stream.write(buffer).await).await
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        self.operate_async((), async |stream| stream.flush().await).await
    }
}

impl<B, K, P, I> Seek for Guarded<B, K, P, I>
where
    B: Seek<Error: 'static>,
    K: Select<()>,
    K::Rules: Rules<u64, B::Error>,
    P: AsyncRecovery<B, ()>,
{
    async fn seek(&mut self, position: SeekFrom) -> Result<u64, Self::Error> {
        self.operate_async((), async |stream| stream.seek(position).await).await
    }
}
