//! A snapshot as values, for formats that have names and numbers.

use serde::{Deserialize, Serialize};

use super::bytes::VERSION;
use super::{Snapshot, SnapshotError};
use crate::machine::{Phase, Saved};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Values {
    version: u8,
    state: Phase,
    openings: u8,
    since_opening: Option<u32>,
    lasts: u32,
    configuration: u32,
}

impl From<&Snapshot> for Values {
    fn from(snapshot: &Snapshot) -> Self {
        let Snapshot { saved: Saved { phase, level, age, lasts }, configuration } = *snapshot;
        let (version, since_opening) = (VERSION, age);
        Values { version, state: phase, openings: level, since_opening, lasts, configuration }
    }
}

impl TryFrom<Values> for Snapshot {
    type Error = SnapshotError;

    fn try_from(values: Values) -> Result<Self, SnapshotError> {
        let Values { version, state, openings, since_opening, lasts, configuration } = values;
        if version != VERSION {
            return Err(SnapshotError::Version);
        }
        let saved = Saved { phase: state, level: openings, age: since_opening, lasts };
        Snapshot::checked(saved, configuration)
    }
}

/// As values, with their version: of another version, or impossible, they are refused as bytes are.
impl Serialize for Snapshot {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Values::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Snapshot {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Snapshot::try_from(Values::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
