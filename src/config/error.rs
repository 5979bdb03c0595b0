//! Settings that are refused.

use core::fmt;

use super::Settings;
use crate::clock::Clock;
use crate::machine::Limits;
use crate::strategy::Strategy;
use crate::verdict::Verdict;

/// Longer than any host name.
const LONGEST_ID: u32 = 255;

/// A setting that is out of range; nothing was built.
///
/// ```
/// use mcb::{CircuitBreaker, Config, ConfigErrorKind, ManualClock};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static CONFIG: Config<&ManualClock> = Config::new("imu").max_probes(16);
/// let error = CircuitBreaker::try_new(&CONFIG, &CLOCK).unwrap_err();
/// assert_eq!((error.id(), error.kind()), ("imu", ConfigErrorKind::MaxProbes));
/// assert_eq!(error.to_string(), "circuit imu: max_probes is 16, must be 1 to 15");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConfigError {
    id: &'static str,
    kind: ConfigErrorKind,
    value: u32,
    most: u32,
}

/// Which setting a [`ConfigError`] refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConfigErrorKind {
    /// The id is empty or longer than 255 bytes.
    Id,
    /// `error_threshold` is 0, or more than the strategy can count to.
    ErrorThreshold,
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

impl<S: Strategy, R> Settings<S, R> {
    /// Refuses the first setting that is out of range.
    pub(crate) const fn check<C: Clock>(&self) -> Result<(), ConfigError> {
        use ConfigErrorKind as Kind;

        let Limits { recovery_timeout, probe_timeout, .. } = self.fixed.limits;
        let (errors, successes) =
            (self.fixed.limits.error_threshold, self.fixed.limits.recovery_threshold);
        let most_errors = if S::MAX_THRESHOLD < Limits::MOST_ERRORS {
            S::MAX_THRESHOLD
        } else {
            Limits::MOST_ERRORS
        };
        // The recovery timeout before the probe timeout, which follows it unless it was set.
        let ranges = [
            (Kind::Id, saturated(self.fixed.id.len()), LONGEST_ID),
            (Kind::ClockRate, C::HZ, u32::MAX),
            (Kind::ErrorThreshold, errors as u32, most_errors as u32),
            (Kind::RecoveryThreshold, successes as u32, Limits::MOST_SUCCESSES as u32),
            (Kind::MaxProbes, self.fixed.limits.max_probes as u32, Limits::MOST_PROBES as u32),
            (Kind::RecoveryTimeout, recovery_timeout, Limits::LONGEST),
            (Kind::ProbeTimeout, probe_timeout, Limits::LONGEST),
        ];
        let mut i = 0;
        while i < ranges.len() {
            let (kind, value, most) = ranges[i];
            if value == 0 || value > most {
                return Err(ConfigError { id: self.fixed.id, kind, value, most });
            }
            i += 1;
        }
        if let Verdict::Success = self.fixed.limits.dropped {
            return Err(ConfigError { id: self.fixed.id, kind: Kind::Dropped, value: 0, most: 0 });
        }
        Ok(())
    }
}

const fn saturated(length: usize) -> u32 {
    if length > LONGEST_ID as usize * 2 { LONGEST_ID * 2 } else { length as u32 }
}

impl ConfigError {
    /// The breaker that was not built.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// Which setting it was.
    #[must_use]
    pub const fn kind(&self) -> ConfigErrorKind {
        self.kind
    }

    /// The value that was refused: bytes of an id, ticks of a timeout (`u32::MAX` for that many and more).
    #[must_use]
    pub const fn value(&self) -> u32 {
        self.value
    }

    /// What const evaluation prints, and [`Display`](fmt::Display).
    pub(crate) const fn message(&self) -> Text {
        use ConfigErrorKind as Kind;

        let text = Text::NEW.push("circuit ").push_start(self.id).push(": ");
        let text = match self.kind {
            Kind::Id => text.push("id is ").push_number(self.value).push(" bytes long"),
            Kind::ErrorThreshold => text.push("error_threshold is ").push_number(self.value),
            Kind::RecoveryThreshold => text.push("recovery_threshold is ").push_number(self.value),
            Kind::MaxProbes => text.push("max_probes is ").push_number(self.value),
            Kind::RecoveryTimeout => {
                text.push("recovery_timeout (default 30 s) is ").push_ticks(self.value)
            }
            Kind::ProbeTimeout => text.push("probe_timeout is ").push_ticks(self.value),
            Kind::Dropped => {
                return text.push(
                    "dropped is Verdict::Success, must be Verdict::Ignore or Verdict::Failure",
                );
            }
            Kind::ClockRate => text.push("the clock's HZ is 0"),
        };
        text.push(", must be 1 to ").push_number(self.most)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().as_str())
    }
}

impl core::error::Error for ConfigError {}

/// A text that const evaluation can write, as `core::fmt` and heapless cannot.
pub(crate) struct Text {
    bytes: [u8; 160],
    length: usize,
}

impl Text {
    const NEW: Text = Text { bytes: [0; 160], length: 0 };
    /// So much of an id is shown.
    const START: usize = 48;

    const fn push(self, text: &str) -> Text {
        self.push_bytes(text.as_bytes(), text.len())
    }

    const fn push_bytes(mut self, bytes: &[u8], length: usize) -> Text {
        let mut i = 0;
        while i < length && self.length < self.bytes.len() {
            self.bytes[self.length] = bytes[i];
            self.length += 1;
            i += 1;
        }
        self
    }

    /// A text that may be long.
    const fn push_start(self, text: &str) -> Text {
        let bytes = text.as_bytes();
        if bytes.len() <= Self::START {
            return self.push(text);
        }
        let mut end = Self::START;
        // Not in the middle of a character.
        while bytes[end] & 0xC0 == 0x80 {
            end -= 1;
        }
        self.push_bytes(bytes, end).push("...")
    }

    const fn push_number(self, number: u32) -> Text {
        let text = if number >= 10 { self.push_number(number / 10) } else { self };
        text.push_bytes(&[b'0' + (number % 10) as u8], 1)
    }

    const fn push_ticks(self, ticks: u32) -> Text {
        let text = self.push_number(ticks).push(" ticks");
        if ticks == u32::MAX { text.push(" or more") } else { text }
    }

    pub(crate) const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "a setting is out of range",
        }
    }
}
