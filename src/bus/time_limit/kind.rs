//! What kind of error a limit that has passed is to a driver.

use crate::time_limit::TimedError;

macro_rules! kind {
    ($($module:ident)::+, $error:ident, $kind:ident::$passed:ident $(, $more:lifetime)?) => {
        impl<E: $($module)::+::$error $(+ $more)?> $($module)::+::$error for TimedError<E> {
            fn kind(&self) -> $($module)::+::$kind {
                self.inner().map_or($($module)::+::$kind::$passed, E::kind)
            }
        }
    };
}

kind!(embedded_hal::digital, Error, ErrorKind::Other);
kind!(embedded_hal::i2c, Error, ErrorKind::Other);
kind!(embedded_hal::spi, Error, ErrorKind::Other);
#[cfg(feature = "embedded-io")]
kind!(embedded_io, Error, ErrorKind::TimedOut, 'static);
#[cfg(feature = "embedded-io-06")]
kind!(embedded_io_06, Error, ErrorKind::TimedOut);
#[cfg(feature = "embedded-storage")]
kind!(embedded_storage::nor_flash, NorFlashError, NorFlashErrorKind::Other);
