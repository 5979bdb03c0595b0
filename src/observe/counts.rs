//! What statistics tell.

/// What [`Statistics`](super::Statistics) counted up to a moment.
///
/// Each number wraps after 2³²: take them as differences, by [`since`](Self::since). `Fatal` counts as a failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Counts {
    /// Calls that ended with a success, probes among them.
    pub successes: u32,
    /// Calls that ended with a failure, probes among them: slow ones, panics, and drops where these count.
    pub failures: u32,
    /// Calls that ended with nothing to say, probes among them: ignored results and drops.
    pub ignored: u32,
    /// Calls that were refused and did not run.
    pub rejected: u32,
    /// Calls that were refused and passed all the same, since the breaker
    /// [only observes](crate::Config::observe_only). Their results are counted nowhere.
    pub passed: u32,
    /// Probes that ended with a success.
    pub probe_successes: u32,
    /// Probes that ended with a failure. (A recovery step that failed is a reopening, and no probe.)
    pub probe_failures: u32,
    /// Probes that ended with nothing to say.
    pub probe_ignored: u32,
    /// How often it went from passing calls to not: by results, or by hand. A recovery that failed is no further one.
    pub openings: u32,
    /// How often it went back: by probes, or by hand.
    pub closings: u32,
    /// How often a recovery failed, so that it was open for one time more.
    pub reopenings: u32,
    /// From each opening to its closing, recoveries included, and to now: ticks of the clock that the statistics have.
    pub time_open: u64,
}

impl Counts {
    /// All calls that were admitted, by the rules of the breaker, and have ended: successes, failures and ignored ones.
    #[must_use]
    pub const fn calls(&self) -> u32 {
        self.successes.wrapping_add(self.failures).wrapping_add(self.ignored)
    }

    /// Those of them that were probes.
    #[must_use]
    pub const fn probes(&self) -> u32 {
        self.probe_successes.wrapping_add(self.probe_failures).wrapping_add(self.probe_ignored)
    }

    /// What has come since an earlier snapshot of the same statistics, over a wrap too.
    ///
    /// ```
    /// # use mcb::observe::Counts;
    /// let (mut earlier, mut now) = (Counts::default(), Counts::default());
    /// (earlier.successes, now.successes) = (u32::MAX, 2);
    /// assert_eq!(now.since(&earlier).successes, 3);
    /// ```
    #[must_use]
    pub const fn since(&self, earlier: &Counts) -> Counts {
        // Of narrow ticks, as far as can be seen, the lower half; of wide ones what is kept of them.
        let range = if earlier.time_open >> 32 == 0 { u32::MAX as u64 } else { u64::MAX >> 8 };
        let time_open = if self.time_open < earlier.time_open {
            self.time_open.wrapping_sub(earlier.time_open) & range
        } else {
            self.time_open - earlier.time_open
        };
        Counts {
            successes: self.successes.wrapping_sub(earlier.successes),
            failures: self.failures.wrapping_sub(earlier.failures),
            ignored: self.ignored.wrapping_sub(earlier.ignored),
            rejected: self.rejected.wrapping_sub(earlier.rejected),
            passed: self.passed.wrapping_sub(earlier.passed),
            probe_successes: self.probe_successes.wrapping_sub(earlier.probe_successes),
            probe_failures: self.probe_failures.wrapping_sub(earlier.probe_failures),
            probe_ignored: self.probe_ignored.wrapping_sub(earlier.probe_ignored),
            openings: self.openings.wrapping_sub(earlier.openings),
            closings: self.closings.wrapping_sub(earlier.closings),
            reopenings: self.reopenings.wrapping_sub(earlier.reopenings),
            time_open,
        }
    }
}
