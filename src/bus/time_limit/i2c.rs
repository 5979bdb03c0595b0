//! I²C.

use embedded_hal::i2c::{AddressMode, ErrorType};
use embedded_hal_async::delay::DelayNs;
use embedded_hal_async::i2c::{I2c, Operation};

use super::{TimeLimit, limited};
use crate::time_limit::TimedError;

impl<B: ErrorType, D> ErrorType for TimeLimit<B, D> {
    type Error = TimedError<B::Error>;
}

impl<A: AddressMode, B: I2c<A>, D: DelayNs> I2c<A> for TimeLimit<B, D> {
    async fn read(&mut self, address: A, read: &mut [u8]) -> Result<(), Self::Error> {
        limited!(self.read(address, read))
    }

    async fn write(&mut self, address: A, write: &[u8]) -> Result<(), Self::Error> {
        limited!(self.write(address, write))
    }

    async fn write_read(
        &mut self,
        address: A,
        write: &[u8],
        read: &mut [u8],
    ) -> Result<(), Self::Error> {
        limited!(self.write_read(address, write, read))
    }

    async fn transaction(
        &mut self,
        address: A,
        operations: &mut [Operation<'_>],
    ) -> Result<(), Self::Error> {
        limited!(self.transaction(address, operations))
    }
}
