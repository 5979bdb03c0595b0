//! Async byte streams.

use embedded_io::SeekFrom;
use embedded_io_async::{Read, Seek, Write};

use super::{AsyncRecovery, Guarded, Select};
use crate::rules::Rules;

impl<B, K, P> Read for Guarded<B, K, P>
where
    B: Read<Error: 'static>,
    K: Select<()>,
    K::Rules: Rules<usize, B::Error>,
    P: AsyncRecovery<B, ()>,
{
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        self.operate_async((), async |stream| stream.read(buffer).await).await
    }
}

impl<B, K, P> Write for Guarded<B, K, P>
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

impl<B, K, P> Seek for Guarded<B, K, P>
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
