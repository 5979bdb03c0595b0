//! What kind of error a rejection is to a driver: none that it would take for a reason to try again.

use crate::error::Error;

/// A rejection is of the kind `Other`: nobody refused to acknowledge, and nobody should try again at
/// once.
#[cfg(feature = "embedded-hal")]
impl<E: embedded_hal::i2c::Error> embedded_hal::i2c::Error for Error<E> {
    fn kind(&self) -> embedded_hal::i2c::ErrorKind {
        self.inner().map_or(embedded_hal::i2c::ErrorKind::Other, E::kind)
    }
}

/// A rejection is of the kind `Other`.
#[cfg(feature = "embedded-hal")]
impl<E: embedded_hal::spi::Error> embedded_hal::spi::Error for Error<E> {
    fn kind(&self) -> embedded_hal::spi::ErrorKind {
        self.inner().map_or(embedded_hal::spi::ErrorKind::Other, E::kind)
    }
}

/// A rejection is of the kind `NotConnected`: unlike `Interrupted` or `TimedOut` it invites nobody to
/// try again at once.
#[cfg(feature = "embedded-io")]
impl<E: embedded_io::Error + 'static> embedded_io::Error for Error<E> {
    fn kind(&self) -> embedded_io::ErrorKind {
        self.inner().map_or(embedded_io::ErrorKind::NotConnected, E::kind)
    }
}

/// A rejection is of the kind `NotConnected`, as for embedded-io 0.7.
#[cfg(feature = "embedded-io-06")]
impl<E: embedded_io_06::Error> embedded_io_06::Error for Error<E> {
    fn kind(&self) -> embedded_io_06::ErrorKind {
        self.inner().map_or(embedded_io_06::ErrorKind::NotConnected, E::kind)
    }
}

/// A rejection is of the kind `Other`.
#[cfg(feature = "embedded-storage")]
impl<E: embedded_storage::nor_flash::NorFlashError> embedded_storage::nor_flash::NorFlashError
    for Error<E>
{
    fn kind(&self) -> embedded_storage::nor_flash::NorFlashErrorKind {
        self.inner().map_or(embedded_storage::nor_flash::NorFlashErrorKind::Other, E::kind)
    }
}
