//! Flash and other storage.

use core::iter::once;

use embedded_storage::nor_flash::{ErrorType, MultiwriteNorFlash, NorFlash, ReadNorFlash};
use embedded_storage::{ReadStorage, Storage};

use super::inspect::{Inspect, Seen};
use super::{Guarded, Recovery, Select};
use crate::error::Error;
use crate::rules::Rules;

impl<B: ErrorType, K, P, I> ErrorType for Guarded<B, K, P, I> {
    type Error = Error<B::Error>;
}

/// Its capacity is told past the breaker. For a look at what is read, see the [module](crate::bus#flash).
impl<B, K, P, I> ReadNorFlash for Guarded<B, K, P, I>
where
    B: ReadNorFlash,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: Recovery<B, ()>,
    I: Inspect<u8>,
{
    const READ_SIZE: usize = B::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate(&(), |flash| {
            let result = flash.read(offset, bytes);
            Seen::new(result, look, once(&*bytes))
        })
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
    I: Inspect<u8>,
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
    I: Inspect<u8>,
{
}

impl<B, K, P, I> ReadStorage for Guarded<B, K, P, I>
where
    B: ReadStorage,
    K: Select<()>,
    K::Rules: Rules<(), B::Error>,
    P: Recovery<B, ()>,
    I: Inspect<u8>,
{
    type Error = Error<B::Error>;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate(&(), |storage| {
            let result = storage.read(offset, bytes);
            Seen::new(result, look, once(&*bytes))
        })
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
    I: Inspect<u8>,
{
    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        self.operate(&(), |storage| storage.write(offset, bytes))
    }
}
