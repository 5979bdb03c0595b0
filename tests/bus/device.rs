//! A device on every kind of bus, which notes what is asked of it and fails as it is told.

use embedded_hal::i2c::{self, NoAcknowledgeSource};
use embedded_hal::spi;
use embedded_io::SeekFrom;

/// Its error, of whatever kind each bus calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) i2c: i2c::ErrorKind,
    pub(crate) spi: spi::ErrorKind,
    pub(crate) io: embedded_io::ErrorKind,
}

impl i2c::Error for Fault {
    fn kind(&self) -> i2c::ErrorKind {
        self.i2c
    }
}

impl spi::Error for Fault {
    fn kind(&self) -> spi::ErrorKind {
        self.spi
    }
}

impl embedded_io::Error for Fault {
    fn kind(&self) -> embedded_io::ErrorKind {
        self.io
    }
}

impl core::fmt::Display for Fault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "no acknowledge")
    }
}

impl core::error::Error for Fault {}

pub(crate) const NACK: i2c::ErrorKind = i2c::ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address);

pub(crate) const FAULT: Fault =
    Fault { i2c: NACK, spi: spi::ErrorKind::ModeFault, io: embedded_io::ErrorKind::BrokenPipe };

/// What a device was asked for, in order: the traits' method and the address.
#[derive(Default)]
pub(crate) struct Device {
    pub(crate) asked: Vec<(&'static str, u16)>,
    /// What it fails with.
    pub(crate) fault: Option<Fault>,
    /// The only address that fails; every address if there is none.
    pub(crate) absent: Option<u16>,
    /// How many bytes a stream reads at a time.
    pub(crate) short: Option<usize>,
    /// How many polls an async operation stays pending.
    pub(crate) slow: u32,
}

impl Device {
    pub(crate) fn broken() -> Self {
        Device { fault: Some(FAULT), ..Device::default() }
    }

    fn ask(&mut self, method: &'static str, address: u16) -> Result<(), Fault> {
        self.asked.push((method, address));
        match self.fault {
            Some(fault) if self.absent.is_none_or(|absent| absent == address) => Err(fault),
            _ => Ok(()),
        }
    }

    async fn ask_slowly(&mut self, method: &'static str, address: u16) -> Result<(), Fault> {
        let result = self.ask(method, address);
        for _ in 0..self.slow {
            pending_once().await;
        }
        result
    }
}

async fn pending_once() {
    let mut polled = false;
    core::future::poll_fn(|_| {
        if core::mem::replace(&mut polled, true) {
            core::task::Poll::Ready(())
        } else {
            core::task::Poll::Pending
        }
    })
    .await;
}

impl i2c::ErrorType for Device {
    type Error = Fault;
}

macro_rules! i2c {
    ($address:ty) => {
        impl i2c::I2c<$address> for Device {
            fn read(&mut self, address: $address, _: &mut [u8]) -> Result<(), Fault> {
                self.ask("read", address.into())
            }
            fn write(&mut self, address: $address, _: &[u8]) -> Result<(), Fault> {
                self.ask("write", address.into())
            }
            fn write_read(
                &mut self,
                address: $address,
                _: &[u8],
                _: &mut [u8],
            ) -> Result<(), Fault> {
                self.ask("write_read", address.into())
            }
            fn transaction(
                &mut self,
                address: $address,
                _: &mut [i2c::Operation<'_>],
            ) -> Result<(), Fault> {
                self.ask("transaction", address.into())
            }
        }

        impl embedded_hal_async::i2c::I2c<$address> for Device {
            async fn read(&mut self, address: $address, _: &mut [u8]) -> Result<(), Fault> {
                self.ask_slowly("read", address.into()).await
            }
            async fn write(&mut self, address: $address, _: &[u8]) -> Result<(), Fault> {
                self.ask_slowly("write", address.into()).await
            }
            async fn write_read(
                &mut self,
                address: $address,
                _: &[u8],
                _: &mut [u8],
            ) -> Result<(), Fault> {
                self.ask_slowly("write_read", address.into()).await
            }
            async fn transaction(
                &mut self,
                address: $address,
                _: &mut [i2c::Operation<'_>],
            ) -> Result<(), Fault> {
                self.ask_slowly("transaction", address.into()).await
            }
        }
    };
}

i2c!(i2c::SevenBitAddress);
i2c!(i2c::TenBitAddress);

impl spi::ErrorType for Device {
    type Error = Fault;
}

impl<W: Copy + 'static> spi::SpiDevice<W> for Device {
    fn transaction(&mut self, _: &mut [spi::Operation<'_, W>]) -> Result<(), Fault> {
        self.ask("transaction", 0)
    }
    fn read(&mut self, _: &mut [W]) -> Result<(), Fault> {
        self.ask("read", 0)
    }
    fn write(&mut self, _: &[W]) -> Result<(), Fault> {
        self.ask("write", 0)
    }
    fn transfer(&mut self, _: &mut [W], _: &[W]) -> Result<(), Fault> {
        self.ask("transfer", 0)
    }
    fn transfer_in_place(&mut self, _: &mut [W]) -> Result<(), Fault> {
        self.ask("transfer_in_place", 0)
    }
}

impl<W: Copy + 'static> embedded_hal_async::spi::SpiDevice<W> for Device {
    async fn transaction(&mut self, _: &mut [spi::Operation<'_, W>]) -> Result<(), Fault> {
        self.ask_slowly("transaction", 0).await
    }
    async fn read(&mut self, _: &mut [W]) -> Result<(), Fault> {
        self.ask_slowly("read", 0).await
    }
    async fn write(&mut self, _: &[W]) -> Result<(), Fault> {
        self.ask_slowly("write", 0).await
    }
    async fn transfer(&mut self, _: &mut [W], _: &[W]) -> Result<(), Fault> {
        self.ask_slowly("transfer", 0).await
    }
    async fn transfer_in_place(&mut self, _: &mut [W]) -> Result<(), Fault> {
        self.ask_slowly("transfer_in_place", 0).await
    }
}

/// `SpiBus` has method names of `SpiDevice`; a type of its own keeps calls unambiguous.
#[derive(Default)]
pub(crate) struct Bus(pub(crate) Device);

impl spi::ErrorType for Bus {
    type Error = Fault;
}

impl<W: Copy + 'static> spi::SpiBus<W> for Bus {
    fn read(&mut self, _: &mut [W]) -> Result<(), Fault> {
        self.0.ask("read", 0)
    }
    fn write(&mut self, _: &[W]) -> Result<(), Fault> {
        self.0.ask("write", 0)
    }
    fn transfer(&mut self, _: &mut [W], _: &[W]) -> Result<(), Fault> {
        self.0.ask("transfer", 0)
    }
    fn transfer_in_place(&mut self, _: &mut [W]) -> Result<(), Fault> {
        self.0.ask("transfer_in_place", 0)
    }
    fn flush(&mut self) -> Result<(), Fault> {
        self.0.ask("flush", 0)
    }
}

impl<W: Copy + 'static> embedded_hal_async::spi::SpiBus<W> for Bus {
    async fn read(&mut self, _: &mut [W]) -> Result<(), Fault> {
        self.0.ask_slowly("read", 0).await
    }
    async fn write(&mut self, _: &[W]) -> Result<(), Fault> {
        self.0.ask_slowly("write", 0).await
    }
    async fn transfer(&mut self, _: &mut [W], _: &[W]) -> Result<(), Fault> {
        self.0.ask_slowly("transfer", 0).await
    }
    async fn transfer_in_place(&mut self, _: &mut [W]) -> Result<(), Fault> {
        self.0.ask_slowly("transfer_in_place", 0).await
    }
    async fn flush(&mut self) -> Result<(), Fault> {
        self.0.ask_slowly("flush", 0).await
    }
}

/// A stream, with a type of its own for the same reason.
#[derive(Default)]
pub(crate) struct Stream(pub(crate) Device);

impl Stream {
    fn took(&self, length: usize) -> usize {
        self.0.short.unwrap_or(length).min(length)
    }
}

impl embedded_io::ErrorType for Stream {
    type Error = Fault;
}

impl embedded_io::Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        self.0.ask("read", 0)?;
        Ok(self.took(buffer.len()))
    }
}

impl embedded_io::Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> Result<usize, Fault> {
        self.0.ask("write", 0)?;
        Ok(self.took(buffer.len()))
    }
    fn flush(&mut self) -> Result<(), Fault> {
        self.0.ask("flush", 0)
    }
}

impl embedded_io::Seek for Stream {
    fn seek(&mut self, _: SeekFrom) -> Result<u64, Fault> {
        self.0.ask("seek", 0)?;
        Ok(7)
    }
}

impl embedded_io::ReadReady for Stream {
    fn read_ready(&mut self) -> Result<bool, Fault> {
        self.0.ask("read_ready", 0)?;
        Ok(true)
    }
}

impl embedded_io::WriteReady for Stream {
    fn write_ready(&mut self) -> Result<bool, Fault> {
        self.0.ask("write_ready", 0)?;
        Ok(false)
    }
}

impl embedded_io_async::Read for Stream {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        self.0.ask_slowly("read", 0).await?;
        Ok(self.took(buffer.len()))
    }
}

impl embedded_io_async::Write for Stream {
    async fn write(&mut self, buffer: &[u8]) -> Result<usize, Fault> {
        self.0.ask_slowly("write", 0).await?;
        Ok(self.took(buffer.len()))
    }
    async fn flush(&mut self) -> Result<(), Fault> {
        self.0.ask_slowly("flush", 0).await
    }
}

impl embedded_io_async::Seek for Stream {
    async fn seek(&mut self, _: SeekFrom) -> Result<u64, Fault> {
        self.0.ask_slowly("seek", 0).await?;
        Ok(7)
    }
}
