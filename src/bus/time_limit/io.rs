//! Byte streams, in both versions.

/// The streams of one version, as in the guards.
macro_rules! streams {
    ($io_async:ident, $io:ident $(, $error:lifetime)?) => {
        mod $io_async {
            use embedded_hal_async::delay::DelayNs;
            use $io::{ErrorType, ReadReady, SeekFrom, WriteReady};
            use $io_async::{Read, Seek, Write};

            use crate::bus::TimeLimit;
            use crate::bus::time_limit::limited;
            use crate::time_limit::TimedError;

            impl<B: ErrorType $(<Error: $error>)?, D> ErrorType for TimeLimit<B, D> {
                type Error = TimedError<B::Error>;
            }

            impl<B: Read $(<Error: $error>)?, D: DelayNs> Read for TimeLimit<B, D> {
                async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
                    limited!(self.read(buffer))
                }
            }

            impl<B: Write $(<Error: $error>)?, D: DelayNs> Write for TimeLimit<B, D> {
                async fn write(&mut self, buffer: &[u8]) -> Result<usize, Self::Error> {
                    limited!(self.write(buffer))
                }

                async fn flush(&mut self) -> Result<(), Self::Error> {
                    limited!(self.flush())
                }
            }

            impl<B: Seek $(<Error: $error>)?, D: DelayNs> Seek for TimeLimit<B, D> {
                async fn seek(&mut self, position: SeekFrom) -> Result<u64, Self::Error> {
                    limited!(self.seek(position))
                }
            }

            impl<B: ReadReady $(<Error: $error>)?, D> ReadReady for TimeLimit<B, D> {
                fn read_ready(&mut self) -> Result<bool, Self::Error> {
                    self.bus.read_ready().map_err(TimedError::Inner)
                }
            }

            impl<B: WriteReady $(<Error: $error>)?, D> WriteReady for TimeLimit<B, D> {
                fn write_ready(&mut self) -> Result<bool, Self::Error> {
                    self.bus.write_ready().map_err(TimedError::Inner)
                }
            }
        }
    };
}

#[cfg(feature = "embedded-io-async")]
streams!(embedded_io_async, embedded_io, 'static);
#[cfg(feature = "embedded-io-async-06")]
streams!(embedded_io_async_06, embedded_io_06);
