//! Snapshots that are refused.

use core::fmt;

/// A snapshot that is refused; nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SnapshotError {
    /// It is not as long as a snapshot is: cut, say.
    Length,
    /// Its bytes are not those that were written.
    Damaged,
    /// It is of another version of this crate, which writes other snapshots.
    Version,
    /// No breaker can have been so.
    Value,
    /// It is of another breaker, or was taken under another configuration or another rate of the clock.
    Configuration,
}

impl SnapshotError {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            SnapshotError::Length => "a snapshot has 16 bytes",
            SnapshotError::Damaged => "the snapshot is damaged",
            SnapshotError::Version => "the snapshot is of another version",
            SnapshotError::Value => "the snapshot is of no possible breaker",
            SnapshotError::Configuration => "the snapshot is of another configuration",
        }
    }
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl core::error::Error for SnapshotError {}
