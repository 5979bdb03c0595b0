//! The kinds of embedded-hal's errors.

use embedded_hal::{digital, i2c, spi};

use super::Kind;

/// `NoAcknowledge(Unknown)` includes every NACK, whatever its source; `NoAcknowledge(Address)` and
/// `NoAcknowledge(Data)` only those whose source the bus's driver told.
impl<E: i2c::Error> Kind<E> for i2c::ErrorKind {
    #[inline]
    fn includes(&self, error: &E) -> bool {
        use i2c::ErrorKind::NoAcknowledge;
        use i2c::NoAcknowledgeSource::Unknown;
        match (*self, error.kind()) {
            (NoAcknowledge(Unknown), NoAcknowledge(_)) => true,
            (own, kind) => own == kind,
        }
    }
}

impl<E: spi::Error> Kind<E> for spi::ErrorKind {
    #[inline]
    fn includes(&self, error: &E) -> bool {
        error.kind() == *self
    }
}

impl<E: digital::Error> Kind<E> for digital::ErrorKind {
    #[inline]
    fn includes(&self, error: &E) -> bool {
        error.kind() == *self
    }
}
