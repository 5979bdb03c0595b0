//! I²C.

use embedded_hal::i2c::{AddressMode, ErrorType, I2c, Operation};

use super::{Guarded, Recovery, Select};
use crate::error::Error;
use crate::rules::Rules;

impl<B: ErrorType, K, P> ErrorType for Guarded<B, K, P> {
    type Error = Error<B::Error>;
}

impl<A, B, K, P> I2c<A> for Guarded<B, K, P>
where
    A: AddressMode + Copy,
    B: I2c<A>,
    K: Select<A>,
    K::Rules: Rules<(), B::Error>,
    P: Recovery<B, A>,
{
    fn read(&mut self, address: A, read: &mut [u8]) -> Result<(), Self::Error> {
        self.operate(&address, |bus| bus.read(address, read))
    }

    fn write(&mut self, address: A, write: &[u8]) -> Result<(), Self::Error> {
        self.operate(&address, |bus| bus.write(address, write))
    }

    fn write_read(&mut self, address: A, write: &[u8], read: &mut [u8]) -> Result<(), Self::Error> {
        self.operate(&address, |bus| bus.write_read(address, write, read))
    }

    fn transaction(
        &mut self,
        address: A,
        operations: &mut [Operation<'_>],
    ) -> Result<(), Self::Error> {
        self.operate(&address, |bus| bus.transaction(address, operations))
    }
}
