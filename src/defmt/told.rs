//! What is told of calls, and what outlives a reset.

use defmt::{Format, Formatter, write};

use crate::clock::Clock;
use crate::observe::{Counts, Statistics, Told};
use crate::snapshot::{Slept, Snapshot, SnapshotError};

impl<S: Format, O> Format for Told<S, O> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "Told {{ strategy: {} }}", self.strategy);
    }
}

impl<C: Clock> Format for Statistics<C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "Statistics({})", self.snapshot());
    }
}

impl Format for Counts {
    fn format(&self, f: Formatter<'_>) {
        let Counts { successes, failures, ignored, rejected, passed, .. } = *self;
        let Counts { probe_successes, probe_failures, probe_ignored, .. } = *self;
        let Counts { openings, closings, reopenings, time_open, .. } = *self;
        write!(f, "Counts {{ successes: {=u32}, failures: {=u32}, ", successes, failures);
        write!(f, "ignored: {=u32}, rejected: {=u32}, passed: {=u32}, ", ignored, rejected, passed);
        write!(
            f,
            "probe_successes: {=u32}, probe_failures: {=u32}, probe_ignored: {=u32}, ",
            probe_successes, probe_failures, probe_ignored
        );
        write!(
            f,
            "openings: {=u32}, closings: {=u32}, reopenings: {=u32}, time_open: {=u64} }}",
            openings, closings, reopenings, time_open
        );
    }
}

impl Format for Snapshot {
    fn format(&self, f: Formatter<'_>) {
        write!(
            f,
            "Snapshot {{ state: {}, openings: {=u8}, ticks_left: {=u32} }}",
            self.state(),
            self.openings(),
            self.ticks_left()
        );
    }
}

impl Format for Slept {
    fn format(&self, f: Formatter<'_>) {
        match *self {
            Slept::Unknown => write!(f, "Unknown"),
            Slept::For(time) => write!(f, "For({})", time),
        }
    }
}

impl Format for SnapshotError {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.as_str());
    }
}
