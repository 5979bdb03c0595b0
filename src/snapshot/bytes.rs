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
        let mut bytes = [0; Self::SIZE];
        (bytes[0], bytes[1]) = (VERSION, level << 4 | phase as u8);
        put::<2>(&mut bytes, age.unwrap_or(NEVER));
        put::<6>(&mut bytes, lasts);
        put::<10>(&mut bytes, self.configuration);
        [bytes[14], bytes[15]] = check(&bytes).to_le_bytes();
        bytes
    }

    /// From the bytes that [`to_bytes`](Self::to_bytes) gave. Of which breaker they are is
    /// [`restore`](crate::CircuitBreaker::restore)'s to ask.
    ///
    /// # Errors
    ///
    /// [`SnapshotError`] for more or fewer bytes, for bytes of which any bit is another (and for most that are no
    /// snapshot at all: memory that was never written, all zeros, all ones), and for those of another version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Snapshot, SnapshotError> {
        let bytes: &Bytes = bytes.try_into().map_err(|_| SnapshotError::Length)?;
        if check(bytes).to_le_bytes() != [bytes[14], bytes[15]] {
            return Err(SnapshotError::Damaged);
        }
        let &[version, state, ..] = bytes;
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
        let age = Some(get::<2>(bytes)).filter(|&age| age != NEVER);
        let saved = Saved { phase, level: state >> 4, age, lasts: get::<6>(bytes) };
        Snapshot::checked(saved, get::<10>(bytes))
    }

    /// From values that may have been anything.
    pub(super) fn checked(saved: Saved, configuration: u32) -> Result<Snapshot, SnapshotError> {
        if !saved.is_possible() {
            return Err(SnapshotError::Value);
        }
        Ok(Snapshot { saved, configuration })
    }
}

type Bytes = [u8; Snapshot::SIZE];

fn put<const AT: usize>(bytes: &mut Bytes, number: u32) {
    [bytes[AT], bytes[AT + 1], bytes[AT + 2], bytes[AT + 3]] = number.to_le_bytes();
}

fn get<const AT: usize>(bytes: &Bytes) -> u32 {
    u32::from_le_bytes([bytes[AT], bytes[AT + 1], bytes[AT + 2], bytes[AT + 3]])
}

/// CRC-16/CCITT, from all ones, of all but the last two: it sees every change of one bit and of two, and every burst of
/// up to 16.
fn check(bytes: &Bytes) -> u16 {
    let mut check = 0xFFFF;
    for byte in &bytes[..14] {
        check ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            let carry = check >> 15;
            check = check << 1 ^ carry * 0x1021;
        }
    }
    check
}
