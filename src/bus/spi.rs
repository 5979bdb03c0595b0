//! SPI.

use core::iter::once;

use embedded_hal::spi::{ErrorType, Operation, SpiBus, SpiDevice};

use super::inspect::{Inspect, Seen};
use super::{Guarded, Recovery, Select};
use crate::error::Error;
use crate::rules::Rules;

impl<B: ErrorType, K, P, I> ErrorType for Guarded<B, K, P, I> {
    type Error = Error<B::Error>;
}

impl<W, B, K, P, I> SpiDevice<W> for Guarded<B, K, P, I>
where
    W: Copy + 'static,
    B: SpiDevice<W>,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: Recovery<B, ()>,
    I: Inspect<W>,
{
    fn transaction(&mut self, operations: &mut [Operation<'_, W>]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate(&(), |bus| {
            let result = bus.transaction(operations);
            Seen::new(result, look, reads(operations))
        })
    }

    fn read(&mut self, buffer: &mut [W]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate(&(), |bus| {
            let result = bus.read(buffer);
            Seen::new(result, look, once(&*buffer))
        })
    }

    fn write(&mut self, buffer: &[W]) -> Result<(), Self::Error> {
        self.operate(&(), |bus| bus.write(buffer))
    }

    fn transfer(&mut self, read: &mut [W], write: &[W]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate(&(), |bus| {
            let result = bus.transfer(read, write);
            Seen::new(result, look, once(&*read))
        })
    }

    fn transfer_in_place(&mut self, buffer: &mut [W]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate(&(), |bus| {
            let result = bus.transfer_in_place(buffer);
            Seen::new(result, look, once(&*buffer))
        })
    }
}

impl<W, B, K, P, I> SpiBus<W> for Guarded<B, K, P, I>
where
    W: Copy + 'static,
    B: SpiBus<W>,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: Recovery<B, ()>,
    I: Inspect<W>,
{
    fn read(&mut self, words: &mut [W]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate(&(), |bus| {
            let result = bus.read(words);
            Seen::new(result, look, once(&*words))
        })
    }

    fn write(&mut self, words: &[W]) -> Result<(), Self::Error> {
        self.operate(&(), |bus| bus.write(words))
    }

    fn transfer(&mut self, read: &mut [W], write: &[W]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate(&(), |bus| {
            let result = bus.transfer(read, write);
            Seen::new(result, look, once(&*read))
        })
    }

    fn transfer_in_place(&mut self, words: &mut [W]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate(&(), |bus| {
            let result = bus.transfer_in_place(words);
            Seen::new(result, look, once(&*words))
        })
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        self.operate(&(), B::flush)
    }
}

/// What the operations of a transaction have read.
pub(super) fn reads<'a, W: Copy + 'static>(
    operations: &'a [Operation<'_, W>],
) -> impl Iterator<Item = &'a [W]> {
    operations.iter().filter_map(|operation| match operation {
        Operation::Read(read) | Operation::Transfer(read, _) | Operation::TransferInPlace(read) => {
            Some(&**read)
        }
        Operation::Write(_) | Operation::DelayNs(_) => None,
    })
}
