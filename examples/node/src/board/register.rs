//! Access to memory-mapped registers.

use core::ptr::{read_volatile, with_exposed_provenance_mut, write_volatile};

/// A 32-bit register of the chip.
#[derive(Clone, Copy)]
pub(super) struct Register(usize);

impl Register {
    /// `address` must be a register's, from the data sheet.
    pub(super) const fn at(address: usize) -> Self {
        Register(address)
    }

    pub(super) fn read(self) -> u32 {
        // SAFETY: the address is that of a readable register (`at`); a volatile read of it is always defined.
        unsafe { read_volatile(with_exposed_provenance_mut(self.0)) }
    }

    pub(super) fn write(self, value: u32) {
        // SAFETY: the address is that of a register (`at`), which is not memory that Rust knows of.
        unsafe { write_volatile(with_exposed_provenance_mut(self.0), value) }
    }

    pub(super) fn set(self, bits: u32) {
        self.write(self.read() | bits);
    }
}
