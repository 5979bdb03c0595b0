//! Buses and a stream that read the same byte again and again, as a line without a device does.

use core::convert::Infallible;

use embedded_hal::{i2c, spi};
use embedded_io::SeekFrom;

/// A bus whose errors are `Infallible`: each read is of one byte, again and again.
#[derive(Clone, Copy)]
pub(crate) struct Line(pub(crate) u8);

/// A healthy line: bytes that differ.
pub(crate) const BUSY: Line = Line(0x5A);
pub(crate) const LOW: Line = Line(0x00);
pub(crate) const HIGH: Line = Line(0xFF);

impl Line {
    fn fill(self, buffer: &mut [u8]) {
        buffer.fill(self.0);
        if self.0 == BUSY.0 {
            buffer.iter_mut().take(1).for_each(|first| *first = 0x00);
        }
    }
}

impl i2c::ErrorType for Line {
    type Error = Infallible;
}

/// What an operation of a transaction does to what it reads.
pub(crate) fn run_i2c(line: Line, operations: &mut [i2c::Operation<'_>]) {
    for operation in operations {
        if let i2c::Operation::Read(read) = operation {
            line.fill(read);
        }
    }
}

fn run_spi(line: Line, operations: &mut [spi::Operation<'_, u8>]) {
    for operation in operations {
        match operation {
            spi::Operation::Read(read)
            | spi::Operation::Transfer(read, _)
            | spi::Operation::TransferInPlace(read) => line.fill(read),
            _ => {}
        }
    }
}

impl i2c::I2c for Line {
    fn transaction(
        &mut self,
        _: u8,
        operations: &mut [i2c::Operation<'_>],
    ) -> Result<(), Infallible> {
        run_i2c(*self, operations);
        Ok(())
    }
}

impl embedded_hal_async::i2c::I2c for Line {
    async fn transaction(
        &mut self,
        _: u8,
        operations: &mut [i2c::Operation<'_>],
    ) -> Result<(), Infallible> {
        run_i2c(*self, operations);
        Ok(())
    }
}

impl spi::ErrorType for Line {
    type Error = Infallible;
}

impl spi::SpiDevice for Line {
    fn transaction(&mut self, operations: &mut [spi::Operation<'_, u8>]) -> Result<(), Infallible> {
        run_spi(*self, operations);
        Ok(())
    }
}

impl embedded_hal_async::spi::SpiDevice for Line {
    async fn transaction(
        &mut self,
        operations: &mut [spi::Operation<'_, u8>],
    ) -> Result<(), Infallible> {
        run_spi(*self, operations);
        Ok(())
    }
}

/// `SpiBus` has method names of `SpiDevice`, and a stream some of both.
pub(crate) struct Bare(pub(crate) Line);

impl spi::ErrorType for Bare {
    type Error = Infallible;
}

impl spi::SpiBus for Bare {
    fn read(&mut self, words: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(words);
        Ok(())
    }
    fn write(&mut self, _: &[u8]) -> Result<(), Infallible> {
        Ok(())
    }
    fn transfer(&mut self, read: &mut [u8], _: &[u8]) -> Result<(), Infallible> {
        self.0.fill(read);
        Ok(())
    }
    fn transfer_in_place(&mut self, words: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(words);
        Ok(())
    }
    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl embedded_hal_async::spi::SpiBus for Bare {
    async fn read(&mut self, words: &mut [u8]) -> Result<(), Infallible> {
        spi::SpiBus::read(self, words)
    }
    async fn write(&mut self, _: &[u8]) -> Result<(), Infallible> {
        Ok(())
    }
    async fn transfer(&mut self, read: &mut [u8], write: &[u8]) -> Result<(), Infallible> {
        spi::SpiBus::transfer(self, read, write)
    }
    async fn transfer_in_place(&mut self, words: &mut [u8]) -> Result<(), Infallible> {
        spi::SpiBus::transfer_in_place(self, words)
    }
    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A stream that says it has read `told` bytes.
pub(crate) struct Stream {
    pub(crate) line: Line,
    pub(crate) told: usize,
}

impl embedded_io::ErrorType for Stream {
    type Error = Infallible;
}

impl embedded_io::Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        self.line.fill(buffer);
        Ok(self.told)
    }
}

impl embedded_io_async::Read for Stream {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        embedded_io::Read::read(self, buffer)
    }
}

impl embedded_io::Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> Result<usize, Infallible> {
        Ok(buffer.len())
    }
    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl embedded_io::Seek for Stream {
    fn seek(&mut self, _: SeekFrom) -> Result<u64, Infallible> {
        Ok(0)
    }
}
