use embedded_io::{
    Error as StreamError, ErrorKind, ErrorType, Read, ReadReady, Seek, SeekFrom, Write, WriteReady,
};

use super::{Guard, Recovery, Select};
use crate::error::Error;
use crate::rules::Rules;

/// A rejection is of the kind `NotConnected`: unlike `Interrupted` or `TimedOut` it invites nobody to
/// try again at once.
impl<E: StreamError> StreamError for Error<E> {
    fn kind(&self) -> ErrorKind {
        match self {
            Error::Rejected(_) => ErrorKind::NotConnected,
            Error::Inner(error) => error.kind(),
        }
    }
}

impl<B: ErrorType, K, P> ErrorType for Guard<B, K, P> {
    type Error = Error<B::Error>;
}

/// Rules judge the number of bytes: `EveryError.detect_error(is_short)` counts reads that are too short.
/// For a stream that is written too, see the [module](super#streams).
impl<B, K, P> Read for Guard<B, K, P>
where
    B: Read,
    K: Select<()>,
    K::Rules: Rules<usize, B::Error>,
    P: Recovery<B, ()>,
{
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        self.operate(&(), |stream| stream.read(buffer))
    }
}

/// Rules judge the number of bytes of a write, and `()` of a flush.
impl<B, K, P> Write for Guard<B, K, P>
where
    B: Write,
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

impl<B, K, P> Seek for Guard<B, K, P>
where
    B: Seek,
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
impl<B: ReadReady, K, P> ReadReady for Guard<B, K, P> {
    fn read_ready(&mut self) -> Result<bool, Self::Error> {
        self.bus.read_ready().map_err(Error::Inner)
    }
}

/// Passes by the breaker, as [`ReadReady`] does.
impl<B: WriteReady, K, P> WriteReady for Guard<B, K, P> {
    fn write_ready(&mut self) -> Result<bool, Self::Error> {
        self.bus.write_ready().map_err(Error::Inner)
    }
}
