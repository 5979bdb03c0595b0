use core::time::Duration;

use crate::rules::Verdict;

/// The numbers that the transitions need, durations as ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) struct Limits {
    pub(crate) recovery_timeout: u32,
    pub(crate) probe_timeout: u32,
    pub(crate) error_threshold: u16,
    pub(crate) recovery_threshold: u8,
    pub(crate) max_probes: u8,
    pub(crate) dropped: Verdict,
    own_probe_timeout: bool,
}

/// Longer and the age of a stamp could not be told from the guard band or a second turn of the counter.
const MAX_TIMEOUT: u32 = 1 << 31;

impl Limits {
    pub(crate) const DEFAULT: Limits = Limits {
        recovery_timeout: 1,
        probe_timeout: 1,
        error_threshold: 5,
        recovery_threshold: 1,
        max_probes: 1,
        dropped: Verdict::Ignore,
        own_probe_timeout: false,
    };

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

    pub(crate) const fn check(&self, max_threshold: u16, hz: u32) -> Result<(), ConfigError> {
        if hz == 0 {
            return Err(ConfigError::ClockRate);
        }
        if self.error_threshold == 0 || self.error_threshold > max_threshold {
            return Err(ConfigError::ErrorThreshold { max: max_threshold });
        }
        if self.recovery_threshold == 0 || self.recovery_threshold > 32 {
            return Err(ConfigError::RecoveryThreshold);
        }
        if self.max_probes == 0 || self.max_probes > 15 {
            return Err(ConfigError::MaxProbes);
        }
        // The recovery timeout first: the probe timeout follows it unless it was set.
        if self.recovery_timeout == 0 || self.recovery_timeout > MAX_TIMEOUT {
            return Err(ConfigError::RecoveryTimeout);
        }
        if self.probe_timeout == 0 || self.probe_timeout > MAX_TIMEOUT {
            return Err(ConfigError::ProbeTimeout);
        }
        if let Verdict::Success = self.dropped {
            return Err(ConfigError::Dropped);
        }
        Ok(())
    }
}

/// `duration` in ticks, rounded up so that no wait is shorter than asked for. Beyond the range it
/// gives `u32::MAX`, which [`Limits::check`] refuses.
pub(crate) const fn ticks(duration: Duration, hz: u32) -> u32 {
    const NANOS: u64 = 1_000_000_000;
    let whole = duration.as_secs().saturating_mul(hz as u64);
    // Below 10^9 * 2^32, so it cannot overflow.
    let part = (duration.subsec_nanos() as u64 * hz as u64).div_ceil(NANOS);
    let ticks = whole.saturating_add(part);
    if ticks > u32::MAX as u64 { u32::MAX } else { ticks as u32 }
}

/// A setting that is out of range; nothing was built.
///
/// ```
/// use mcb::{CircuitBreaker, Config, ConfigError, ManualClock};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static CONFIG: Config<&ManualClock> = Config::new("imu").max_probes(16);
/// let error = CircuitBreaker::try_new(&CONFIG, &CLOCK).unwrap_err();
/// assert_eq!(error, ConfigError::MaxProbes);
/// assert_eq!(error.to_string(), "max_probes must be 1 to 15");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ConfigError {
    /// `error_threshold` is 0, or more than the strategy can count to.
    ErrorThreshold {
        /// The strategy's largest threshold.
        max: u16,
    },
    /// `recovery_threshold` is 0 or above 32: more successes than a recovery can ever count.
    RecoveryThreshold,
    /// `max_probes` is 0 or above 15.
    MaxProbes,
    /// `recovery_timeout` is below one tick or above 2³¹ ticks.
    RecoveryTimeout,
    /// `probe_timeout` is below one tick or above 2³¹ ticks.
    ProbeTimeout,
    /// `dropped` is [`Verdict::Success`]: a call without a result cannot have succeeded.
    Dropped,
    /// The clock's `HZ` is 0.
    ClockRate,
}

impl ConfigError {
    /// What const evaluation prints; [`Display`](core::fmt::Display) says the same.
    pub(crate) const fn message(self) -> &'static str {
        match self {
            ConfigError::ErrorThreshold { max: 4096 } => "error_threshold must be 1 to 4096",
            ConfigError::ErrorThreshold { .. } => {
                "error_threshold must be at least 1 and within what the strategy can count"
            }
            ConfigError::RecoveryThreshold => "recovery_threshold must be 1 to 32",
            ConfigError::MaxProbes => "max_probes must be 1 to 15",
            ConfigError::RecoveryTimeout => {
                "recovery_timeout (default 30 s) must be 1 to 2^31 ticks of the clock"
            }
            ConfigError::ProbeTimeout => "probe_timeout must be 1 to 2^31 ticks of the clock",
            ConfigError::Dropped => "dropped must be Verdict::Ignore or Verdict::Failure",
            ConfigError::ClockRate => "the clock's HZ must be at least 1",
        }
    }
}

impl core::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            ConfigError::ErrorThreshold { max } => {
                write!(f, "error_threshold must be 1 to {max}")
            }
            other => f.write_str(other.message()),
        }
    }
}

impl core::error::Error for ConfigError {}
