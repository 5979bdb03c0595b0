//! Byte streams.

use embedded_io::{ErrorType, Read, ReadReady, Seek, SeekFrom, Write, WriteReady};

use super::{Guarded, Recovery, Select};
use crate::error::Error;
use crate::rules::Rules;

impl<B: ErrorType<Error: 'static>, K, P> ErrorType for Guarded<B, K, P> {
    type Error = Error<B::Error>;
}

/// Rules judge the number of bytes: `EveryError.detect_error(is_short)` counts reads that are too short.
/// For a stream that is written too, see the [module](super#streams).
impl<B, K, P> Read for Guarded<B, K, P>
where
    B: Read<Error: 'static>,
    K: Select<()>,
    K::Rules: Rules<usize, B::Error>,
    P: Recovery<B, ()>,
{
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        self.operate(&(), |stream| stream.read(buffer))
    }
}

/// Rules judge the number of bytes of a write, and `()` of a flush.
impl<B, K, P> Write for Guarded<B, K, P>
where
    B: Write<Error: 'static>,
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

impl<B, K, P> Seek for Guarded<B, K, P>
where
    B: Seek<Error: 'static>,
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
impl<B: ReadReady<Error: 'static>, K, P> ReadReady for Guarded<B, K, P> {
    fn read_ready(&mut self) -> Result<bool, Self::Error> {
        self.bus.read_ready().map_err(Error::Inner)
    }
}

/// Passes by the breaker, as [`ReadReady`] does.
impl<B: WriteReady<Error: 'static>, K, P> WriteReady for Guarded<B, K, P> {
    fn write_ready(&mut self) -> Result<bool, Self::Error> {
        self.bus.write_ready().map_err(Error::Inner)
    }
}
