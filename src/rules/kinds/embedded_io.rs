//! The kinds of embedded-io's errors.

use super::Kind;

impl<E: embedded_io::Error> Kind<E> for embedded_io::ErrorKind {
    #[inline]
    fn includes(&self, error: &E) -> bool {
        error.kind() == *self
    }
}
