//! SPI.

use embedded_hal::spi::ErrorType;
use embedded_hal_async::delay::DelayNs;
use embedded_hal_async::spi::{Operation, SpiBus, SpiDevice};

use super::{TimeLimit, limited};
use crate::time_limit::TimedError;

impl<B: ErrorType, D> ErrorType for TimeLimit<B, D> {
    type Error = TimedError<B::Error>;
}

impl<W: Copy + 'static, B: SpiDevice<W>, D: DelayNs> SpiDevice<W> for TimeLimit<B, D> {
    async fn transaction(
        &mut self,
        operations: &mut [Operation<'_, W>],
    ) -> Result<(), Self::Error> {
        limited!(self.transaction(operations))
    }

    async fn read(&mut self, buffer: &mut [W]) -> Result<(), Self::Error> {
        limited!(self.read(buffer))
    }

    async fn write(&mut self, buffer: &[W]) -> Result<(), Self::Error> {
        limited!(self.write(buffer))
    }

    async fn transfer(&mut self, read: &mut [W], write: &[W]) -> Result<(), Self::Error> {
        limited!(self.transfer(read, write))
    }

    async fn transfer_in_place(&mut self, buffer: &mut [W]) -> Result<(), Self::Error> {
        limited!(self.transfer_in_place(buffer))
    }
}

impl<W: Copy + 'static, B: SpiBus<W>, D: DelayNs> SpiBus<W> for TimeLimit<B, D> {
    async fn read(&mut self, words: &mut [W]) -> Result<(), Self::Error> {
        limited!(self.read(words))
    }

    async fn write(&mut self, words: &[W]) -> Result<(), Self::Error> {
        limited!(self.write(words))
    }

    async fn transfer(&mut self, read: &mut [W], write: &[W]) -> Result<(), Self::Error> {
        limited!(self.transfer(read, write))
    }

    async fn transfer_in_place(&mut self, words: &mut [W]) -> Result<(), Self::Error> {
        limited!(self.transfer_in_place(words))
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        limited!(self.flush())
    }
}
