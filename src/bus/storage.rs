//! Flash and other storage.

use embedded_storage::nor_flash::{ErrorType, MultiwriteNorFlash, NorFlash, ReadNorFlash};
use embedded_storage::{ReadStorage, Storage};

use super::{Guarded, Recovery, Select};
use crate::error::Error;
use crate::rules::Rules;

impl<B: ErrorType, K, P, I> ErrorType for Guarded<B, K, P, I> {
    type Error = Error<B::Error>;
}

/// What is read is not inspected: erased flash reads 0xFF. Its capacity is told past the breaker.
impl<B, K, P, I> ReadNorFlash for Guarded<B, K, P, I>
where
    B: ReadNorFlash,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: Recovery<B, ()>,
{
    const READ_SIZE: usize = B::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        self.operate(&(), |flash| flash.read(offset, bytes))
    }

    fn capacity(&self) -> usize {
        self.bus.capacity()
    }
}

impl<B, K, P, I> NorFlash for Guarded<B, K, P, I>
where
    B: NorFlash,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: Recovery<B, ()>,
{
    const WRITE_SIZE: usize = B::WRITE_SIZE;
    const ERASE_SIZE: usize = B::ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        self.operate(&(), |flash| flash.erase(from, to))
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        self.operate(&(), |flash| flash.write(offset, bytes))
    }
}

impl<B, K, P, I> MultiwriteNorFlash for Guarded<B, K, P, I>
where
    B: MultiwriteNorFlash,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: Recovery<B, ()>,
{
}

impl<B, K, P, I> ReadStorage for Guarded<B, K, P, I>
where
    B: ReadStorage,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: Recovery<B, ()>,
{
    type Error = Error<B::Error>;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        self.operate(&(), |storage| storage.read(offset, bytes))
    }

    fn capacity(&self) -> usize {
        self.bus.capacity()
    }
}

impl<B, K, P, I> Storage for Guarded<B, K, P, I>
where
    B: Storage,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: Recovery<B, ()>,
{
    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        self.operate(&(), |storage| storage.write(offset, bytes))
    }
}
