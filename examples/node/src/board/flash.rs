//! A simulated chip of NOR flash. Once it has lost its supply, it refuses to write.

use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use embassy_time::Timer;
use embedded_storage_async::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
};

/// Whether it writes: no part of the node, but of what happens to it.
pub static WRITES: AtomicBool = AtomicBool::new(true);
/// Operations so far.
pub static OPERATIONS: AtomicU32 = AtomicU32::new(0);

const CAPACITY: usize = 512;

/// The chip.
pub struct Flash {
    cells: [u8; CAPACITY],
}

/// What it says when something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlashError {
    /// The caller's mistake.
    Asked(NorFlashErrorKind),
    /// The chip stayed busy.
    Busy,
}

impl NorFlashError for FlashError {
    fn kind(&self) -> NorFlashErrorKind {
        match self {
            FlashError::Asked(kind) => *kind,
            FlashError::Busy => NorFlashErrorKind::Other,
        }
    }
}

impl Flash {
    pub const fn new() -> Self {
        Flash { cells: [0xFF; CAPACITY] }
    }

    async fn busy(&self) -> Result<(), FlashError> {
        OPERATIONS.fetch_add(1, Relaxed);
        Timer::after_millis(2).await;
        if WRITES.load(Relaxed) { Ok(()) } else { Err(FlashError::Busy) }
    }
}

/// Whether these cells exist, and begin and end where they may.
fn placed(offset: u32, length: usize, size: usize) -> Result<(), FlashError> {
    let offset = offset as usize;
    if !offset.is_multiple_of(size) || !length.is_multiple_of(size) {
        return Err(FlashError::Asked(NorFlashErrorKind::NotAligned));
    }
    if offset > CAPACITY || length > CAPACITY - offset {
        return Err(FlashError::Asked(NorFlashErrorKind::OutOfBounds));
    }
    Ok(())
}

impl ErrorType for Flash {
    type Error = FlashError;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), FlashError> {
        placed(offset, bytes.len(), Self::READ_SIZE)?;
        OPERATIONS.fetch_add(1, Relaxed);
        let offset = offset as usize;
        bytes.copy_from_slice(&self.cells[offset..offset + bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        CAPACITY
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 256;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), FlashError> {
        placed(from, to.saturating_sub(from) as usize, Self::ERASE_SIZE)?;
        self.busy().await?;
        self.cells[from as usize..to as usize].fill(0xFF);
        Ok(())
    }

    /// Writing clears bits, as such cells do.
    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashError> {
        placed(offset, bytes.len(), Self::WRITE_SIZE)?;
        self.busy().await?;
        for (cell, byte) in self.cells[offset as usize..].iter_mut().zip(bytes) {
            *cell &= byte;
        }
        Ok(())
    }
}
