//! Flash and other storage. Their sizes are those of the chip.

use embedded_hal_async::delay::DelayNs;
use embedded_storage::nor_flash::ErrorType;
use embedded_storage_async::nor_flash::{MultiwriteNorFlash, NorFlash, ReadNorFlash};
use embedded_storage_async::{ReadStorage, Storage};

use super::{TimeLimit, limited};
use crate::time_limit::TimedError;

impl<B: ErrorType, D> ErrorType for TimeLimit<B, D> {
    type Error = TimedError<B::Error>;
}

impl<B: ReadNorFlash, D: DelayNs> ReadNorFlash for TimeLimit<B, D> {
    const READ_SIZE: usize = B::READ_SIZE;

    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        limited!(self.read(offset, bytes))
    }

    fn capacity(&self) -> usize {
        self.bus.capacity()
    }
}

impl<B: NorFlash, D: DelayNs> NorFlash for TimeLimit<B, D> {
    const WRITE_SIZE: usize = B::WRITE_SIZE;
    const ERASE_SIZE: usize = B::ERASE_SIZE;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        limited!(self.erase(from, to))
    }

    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        limited!(self.write(offset, bytes))
    }
}

impl<B: MultiwriteNorFlash, D: DelayNs> MultiwriteNorFlash for TimeLimit<B, D> {}

impl<B: ReadStorage, D: DelayNs> ReadStorage for TimeLimit<B, D> {
    type Error = TimedError<B::Error>;

    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        limited!(self.read(offset, bytes))
    }

    fn capacity(&self) -> usize {
        self.bus.capacity()
    }
}

impl<B: Storage, D: DelayNs> Storage for TimeLimit<B, D> {
    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        limited!(self.write(offset, bytes))
    }
}
