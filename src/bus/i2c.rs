//! I²C.

use core::iter::once;

use embedded_hal::i2c::{AddressMode, ErrorType, I2c, Operation};

use super::inspect::{Inspect, Seen};
use super::{Guarded, Recovery, Select};
use crate::error::Error;
use crate::rules::Rules;

impl<B: ErrorType, K, P, I> ErrorType for Guarded<B, K, P, I> {
    type Error = Error<B::Error>;
}

impl<A, B, K, P, I> I2c<A> for Guarded<B, K, P, I>
where
    A: AddressMode + Copy,
    B: I2c<A>,
    K: Select<A>,
    K::Rules: Rules<(), B::Error>,
    P: Recovery<B, A>,
    I: Inspect<u8>,
{
    fn read(&mut self, address: A, read: &mut [u8]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate(&address, |bus| {
            let result = bus.read(address, read);
            Seen::new(result, look, once(&*read))
        })
    }

    fn write(&mut self, address: A, write: &[u8]) -> Result<(), Self::Error> {
        self.operate(&address, |bus| bus.write(address, write))
    }

    fn write_read(&mut self, address: A, write: &[u8], read: &mut [u8]) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate(&address, |bus| {
            let result = bus.write_read(address, write, read);
            Seen::new(result, look, once(&*read))
        })
    }

    fn transaction(
        &mut self,
        address: A,
        operations: &mut [Operation<'_>],
    ) -> Result<(), Self::Error> {
        let look = self.inspection;
        self.operate(&address, |bus| {
            let result = bus.transaction(address, operations);
            Seen::new(result, look, reads(operations))
        })
    }
}

/// What the operations of a transaction have read.
pub(super) fn reads<'a>(operations: &'a [Operation<'_>]) -> impl Iterator<Item = &'a [u8]> {
    operations.iter().filter_map(|operation| match operation {
        Operation::Read(read) => Some(&**read),
        Operation::Write(_) => None,
    })
}
