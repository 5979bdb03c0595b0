//! The kinds of embedded-storage's errors.

use embedded_storage::nor_flash::{NorFlashError, NorFlashErrorKind};

use super::Kind;

impl<E: NorFlashError> Kind<E> for NorFlashErrorKind {
    #[inline]
    fn includes(&self, error: &E) -> bool {
        error.kind() == *self
    }
}
