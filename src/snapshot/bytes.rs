//! Sixteen bytes.
//!
//! ```text
//! 0        version, 1
//! 1        state in the lower half, openings in a row in the upper
//! 2..6     ticks since the last opening; all ones before the first
//! 6..10    ticks that the opening lasts which is under way; else 0
//! 10..14   what stands for the configuration
//! 14..16   CRC-16/CCITT of the rest
//! ```
//!
//! Numbers are little-endian.

use super::{Snapshot, SnapshotError};
use crate::machine::{Phase, Saved};

/// Of the bytes and of the values.
pub(super) const VERSION: u8 = 1;

const NEVER: u32 = u32::MAX;

impl Snapshot {
    /// As bytes, for memory that outlives a reset.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::SIZE] {
        let Saved { phase, level, age, lasts } = self.saved;
        let ([a, b, c, d], [e, f, g, h]) =
            (age.unwrap_or(NEVER).to_le_bytes(), lasts.to_le_bytes());
        let [i, j, k, l] = self.configuration.to_le_bytes();
        let state = level << 4 | phase as u8;
        let [m, n] = check(&[VERSION, state, a, b, c, d, e, f, g, h, i, j, k, l]).to_le_bytes();
        [VERSION, state, a, b, c, d, e, f, g, h, i, j, k, l, m, n]
    }

    /// From the bytes that [`to_bytes`](Self::to_bytes) gave. Of which breaker they are is
    /// [`restore`](crate::CircuitBreaker::restore)'s to ask.
    ///
    /// # Errors
    ///
    /// [`SnapshotError`] for more or fewer bytes, for bytes of which any bit is another (and for most that are no
    /// snapshot at all: memory that was never written, all zeros, all ones), and for those of another version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Snapshot, SnapshotError> {
        let &[version, state, a, b, c, d, e, f, g, h, i, j, k, l, m, n] = bytes else {
            return Err(SnapshotError::Length);
        };
        let told = check(&[version, state, a, b, c, d, e, f, g, h, i, j, k, l]);
        if told != u16::from_le_bytes([m, n]) {
            return Err(SnapshotError::Damaged);
        }
        if version != VERSION {
            return Err(SnapshotError::Version);
        }
        let phase = match state & 0xF {
            0 => Phase::Closed,
            1 => Phase::Open,
            2 => Phase::Untried,
            3 => Phase::ForcedClosed,
            4 => Phase::ForcedOpen,
            5 => Phase::LockedOut,
            _ => return Err(SnapshotError::Value),
        };
        let age = Some(u32::from_le_bytes([a, b, c, d])).filter(|&age| age != NEVER);
        let lasts = u32::from_le_bytes([e, f, g, h]);
        let saved = Saved { phase, level: state >> 4, age, lasts };
        Snapshot::checked(saved, u32::from_le_bytes([i, j, k, l]))
    }

    /// From values that may have been anything.
    pub(super) fn checked(saved: Saved, configuration: u32) -> Result<Snapshot, SnapshotError> {
        if !saved.is_possible() {
            return Err(SnapshotError::Value);
        }
        Ok(Snapshot { saved, configuration })
    }
}

/// CRC-16/CCITT, from all ones: it sees every change of one bit and of two, and every burst of up to 16.
fn check(bytes: &[u8; 14]) -> u16 {
    let mut check = 0xFFFF;
    for byte in bytes {
        check ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            let carry = check >> 15;
            check = check << 1 ^ carry * 0x1021;
        }
    }
    check
}
