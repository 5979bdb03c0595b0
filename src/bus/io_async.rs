//! Async byte streams, in both versions too.

/// The guards around async streams of one version.
macro_rules! streams {
    ($io_async:ident, $io:ident $(, $error:lifetime)?) => {
        mod $io_async {
            use core::iter::once;

            use $io::SeekFrom;
            use $io_async::{Read, Seek, Write};

            use crate::bus::inspect::{Inspect, Seen};
            use crate::bus::{AsyncRecovery, Guarded, Select};
            use crate::rules::Rules;

            impl<B, K, P, I> Read for Guarded<B, K, P, I>
            where
                B: Read $(<Error: $error>)?,
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
                B: Write $(<Error: $error>)?,
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
                B: Seek $(<Error: $error>)?,
                K: Select<()>,
                K::Rules: Rules<u64, B::Error>,
                P: AsyncRecovery<B, ()>,
            {
                async fn seek(&mut self, position: SeekFrom) -> Result<u64, Self::Error> {
                    self.operate_async((), async |stream| stream.seek(position).await).await
                }
            }
        }
    };
}

#[cfg(feature = "embedded-io-async")]
streams!(embedded_io_async, embedded_io, 'static);
#[cfg(feature = "embedded-io-async-06")]
streams!(embedded_io_async_06, embedded_io_06);
