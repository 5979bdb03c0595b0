//! SPI.

use embedded_hal::spi::{ErrorType, Operation, SpiBus, SpiDevice};

use super::{Guarded, Recovery, Select};
use crate::error::Error;
use crate::rules::Rules;

impl<B: ErrorType, K, P> ErrorType for Guarded<B, K, P> {
    type Error = Error<B::Error>;
}

impl<W, B, K, P> SpiDevice<W> for Guarded<B, K, P>
where
    W: Copy + 'static,
    B: SpiDevice<W>,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: Recovery<B, ()>,
{
    fn transaction(&mut self, operations: &mut [Operation<'_, W>]) -> Result<(), Self::Error> {
        self.operate(&(), |bus| bus.transaction(operations))
    }

    fn read(&mut self, buffer: &mut [W]) -> Result<(), Self::Error> {
        self.operate(&(), |bus| bus.read(buffer))
    }

    fn write(&mut self, buffer: &[W]) -> Result<(), Self::Error> {
        self.operate(&(), |bus| bus.write(buffer))
    }

    fn transfer(&mut self, read: &mut [W], write: &[W]) -> Result<(), Self::Error> {
        self.operate(&(), |bus| bus.transfer(read, write))
    }

    fn transfer_in_place(&mut self, buffer: &mut [W]) -> Result<(), Self::Error> {
        self.operate(&(), |bus| bus.transfer_in_place(buffer))
    }
}

impl<W, B, K, P> SpiBus<W> for Guarded<B, K, P>
where
    W: Copy + 'static,
    B: SpiBus<W>,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: Recovery<B, ()>,
{
    fn read(&mut self, words: &mut [W]) -> Result<(), Self::Error> {
        self.operate(&(), |bus| bus.read(words))
    }

    fn write(&mut self, words: &[W]) -> Result<(), Self::Error> {
        self.operate(&(), |bus| bus.write(words))
    }

    fn transfer(&mut self, read: &mut [W], write: &[W]) -> Result<(), Self::Error> {
        self.operate(&(), |bus| bus.transfer(read, write))
    }

    fn transfer_in_place(&mut self, words: &mut [W]) -> Result<(), Self::Error> {
        self.operate(&(), |bus| bus.transfer_in_place(words))
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        self.operate(&(), B::flush)
    }
}
