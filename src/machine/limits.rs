//! The numbers that the transitions need.

use super::word::{DETAIL, IN_FLIGHT, SUCCESSES};
use crate::verdict::Verdict;

/// A setting that is out of range, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) setting: u8,
    pub(crate) value: u32,
    pub(crate) least: u32,
    pub(crate) most: u32,
}

/// In the number of probes, of which there are at most 15.
const REFUSED: u8 = 0x80;

/// The numbers that the transitions need, durations as ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) recovery_timeout: u32,
    pub(crate) probe_timeout: u32,
    pub(crate) error_threshold: u16,
    pub(crate) recovery_threshold: u8,
    pub(crate) max_probes: u8,
    /// By how much a success lowers a plain count.
    pub(crate) down: u16,
    pub(crate) dropped: Verdict,
    own_probe_timeout: bool,
}

impl Limits {
    /// What a strategy can count to, and one more: the failure that opens is not counted in the word.
    pub(crate) const MOST_ERRORS: u16 = DETAIL.values() as u16;
    /// A recovery counts all its successes but the one that closes.
    pub(crate) const MOST_SUCCESSES: u8 = SUCCESSES.values() as u8;
    pub(crate) const MOST_PROBES: u8 = IN_FLIGHT.values() as u8 - 1;
    /// Longer and the age of a stamp could not be told from the slack or a second turn of the counter.
    pub(crate) const LONGEST: u32 = 1 << 31;

    pub(crate) const DEFAULT: Limits = Limits {
        recovery_timeout: 1,
        probe_timeout: 1,
        error_threshold: 5,
        recovery_threshold: 1,
        max_probes: 1,
        down: u16::MAX,
        dropped: Verdict::Ignore,
        own_probe_timeout: false,
    };

    /// A setting was refused: which stands here from now on, where the settings would stand, so that no breaker pays
    /// for a place of its own. Only the first is kept.
    pub(crate) const fn refuse(&mut self, refusal: Refusal) {
        if self.refusal().is_some() {
            return;
        }
        self.max_probes = REFUSED | refusal.setting;
        self.recovery_timeout = refusal.value;
        self.probe_timeout = refusal.most;
        self.error_threshold = (refusal.least >> 16) as u16;
        self.down = refusal.least as u16;
    }

    /// What was refused. A configuration of which something was takes no further setting.
    pub(crate) const fn refusal(&self) -> Option<Refusal> {
        if self.max_probes & REFUSED == 0 {
            return None;
        }
        Some(Refusal {
            setting: self.max_probes & !REFUSED,
            value: self.recovery_timeout,
            least: (self.error_threshold as u32) << 16 | self.down as u32,
            most: self.probe_timeout,
        })
    }

    pub(crate) const fn set_recovery_timeout(&mut self, ticks: u32) {
        self.recovery_timeout = ticks;
        if !self.own_probe_timeout {
            self.probe_timeout = ticks;
        }
    }

    pub(crate) const fn set_probe_timeout(&mut self, ticks: u32) {
        self.probe_timeout = ticks;
        self.own_probe_timeout = true;
    }
}
