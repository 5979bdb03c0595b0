//! Byte streams: the traits of embedded-io in both of its versions that are in use.

/// The guards around streams of one version; from 0.7 on its errors are `'static`.
macro_rules! streams {
    ($io:ident $(, $error:lifetime)?) => {
        mod $io {
            use core::iter::once;

            use $io::{ErrorType, Read, ReadReady, Seek, SeekFrom, Write, WriteReady};

            use crate::bus::inspect::{Inspect, Seen};
            use crate::bus::{Guarded, Recovery, Select};
            use crate::error::Error;
            use crate::rules::Rules;

            impl<B: ErrorType $(<Error: $error>)?, K, P, I> ErrorType for Guarded<B, K, P, I> {
                type Error = Error<B::Error>;
            }

            /// Rules judge the number of bytes: `EveryError.detect_error(is_short)` counts reads that are too short.
            /// For a stream that is written too, see the [module](crate::bus#streams).
            impl<B, K, P, I> Read for Guarded<B, K, P, I>
            where
                B: Read $(<Error: $error>)?,
                K: Select<()>,
                K::Rules: Rules<usize, B::Error>,
                P: Recovery<B, ()>,
                I: Inspect<u8>,
            {
                fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
                    let look = self.inspection;
                    self.operate(&(), |stream| {
                        let result = stream.read(buffer);
                        let read = buffer.get(..*result.as_ref().unwrap_or(&0));
                        Seen::new(result, look, once(read.unwrap_or_default()))
                    })
                }
            }

            /// Rules judge the number of bytes of a write, and `()` of a flush.
            impl<B, K, P, I> Write for Guarded<B, K, P, I>
            where
                B: Write $(<Error: $error>)?,
                K: Select<()>,
                K::Rules: Rules<usize, B::Error> + Rules<(), B::Error>,
                P: Recovery<B, ()>,
            {
                fn write(&mut self, buffer: &[u8]) -> Result<usize, Self::Error> {
                    self.operate(&(), |stream| stream.write(buffer))
                }

                fn flush(&mut self) -> Result<(), Self::Error> {
                    self.operate(&(), B::flush)
                }
            }

            impl<B, K, P, I> Seek for Guarded<B, K, P, I>
            where
                B: Seek $(<Error: $error>)?,
                K: Select<()>,
                K::Rules: Rules<u64, B::Error>,
                P: Recovery<B, ()>,
            {
                fn seek(&mut self, position: SeekFrom) -> Result<u64, Self::Error> {
                    self.operate(&(), |stream| stream.seek(position))
                }
            }

            /// Passes by the breaker: a flag says nothing about the device, and a driver that polls it between its
            /// reads would clear the count of their errors.
            impl<B, K, P, I> ReadReady for Guarded<B, K, P, I>
            where
                B: ReadReady $(<Error: $error>)?,
            {
                fn read_ready(&mut self) -> Result<bool, Self::Error> {
                    self.bus.read_ready().map_err(Error::Inner)
                }
            }

            /// Passes by the breaker, as [`ReadReady`] does.
            impl<B, K, P, I> WriteReady for Guarded<B, K, P, I>
            where
                B: WriteReady $(<Error: $error>)?,
            {
                fn write_ready(&mut self) -> Result<bool, Self::Error> {
                    self.bus.write_ready().map_err(Error::Inner)
                }
            }
        }
    };
}

#[cfg(feature = "embedded-io")]
streams!(embedded_io, 'static);
#[cfg(feature = "embedded-io-06")]
streams!(embedded_io_06);
