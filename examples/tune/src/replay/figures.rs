//! The figures of one setting.

use serde::Serialize;

use crate::trace::Outcome;

/// Calls by what came, or would have come, of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    pub good: u64,
    pub failed: u64,
    pub ignored: u64,
}

impl Count {
    pub fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Good => self.good += 1,
            Outcome::Failed | Outcome::Fatal => self.failed += 1,
            Outcome::Ignored => self.ignored += 1,
        }
    }

    pub fn all(&self) -> u64 {
        self.good + self.failed + self.ignored
    }
}

/// How long something took, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Took {
    pub times: u64,
    pub sum: u64,
    pub most: u64,
}

impl Took {
    pub fn add(&mut self, time: u64) {
        self.times += 1;
        self.sum += time;
        self.most = self.most.max(time);
    }

    pub fn mean(&self) -> Option<u64> {
        self.sum.checked_div(self.times)
    }
}

/// Times are microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    pub passed: Count,
    /// `good` are lost to the caller, `failed` are spared.
    pub rejected: Count,
    /// Those that passed in a recovery; they are among the passed.
    pub probes: Count,
    /// In failures that passed.
    pub waited: u64,
    /// In failures that were rejected.
    pub waiting_spared: u64,
    /// From closed.
    pub openings: u64,
    /// From half-open.
    pub reopenings: u64,
    /// Openings from closed outside any outage.
    pub false_openings: u64,
    pub open: u64,
    pub half_open: u64,
    pub longest_open: u64,
    pub locked_out: bool,
    pub outages: u64,
    /// From the beginning of an outage until it opened.
    pub detection: Took,
    /// From the end of an outage until it closed, where it was not closed.
    pub back: Took,
}

impl Figures {
    /// Outages in which it did not open.
    pub fn missed(&self) -> u64 {
        self.outages - self.detection.times
    }

    /// Of all good calls, the share that was rejected.
    pub fn lost_share(&self) -> f64 {
        share(self.rejected.good, self.rejected.good + self.passed.good)
    }

    /// Of all failures, the share that was rejected.
    pub fn spared_share(&self) -> f64 {
        share(self.rejected.failed, self.rejected.failed + self.passed.failed)
    }
}

pub fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
