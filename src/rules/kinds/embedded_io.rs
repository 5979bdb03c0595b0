//! The kinds of embedded-io's errors, in both of its versions that are in use.

use super::Kind;

#[cfg(feature = "embedded-io")]
impl<E: embedded_io::Error> Kind<E> for embedded_io::ErrorKind {
    #[inline]
    fn includes(&self, error: &E) -> bool {
        error.kind() == *self
    }
}

#[cfg(feature = "embedded-io-06")]
impl<E: embedded_io_06::Error> Kind<E> for embedded_io_06::ErrorKind {
    #[inline]
    fn includes(&self, error: &E) -> bool {
        error.kind() == *self
    }
}
