//! Settings that are refused.

use core::fmt;

use super::Settings;
use crate::clock::Clock;
use crate::machine::{Limits, Refusal};
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
    least: u32,
    most: u32,
}

/// The settings that can be refused, each with its name and its unit.
macro_rules! kinds {
    ($($(#[$meta:meta])* $kind:ident $name:literal $unit:literal,)*) => {
        /// Which setting a [`ConfigError`] refuses.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum ConfigErrorKind {
            $($(#[$meta])* $kind,)*
        }

        impl ConfigErrorKind {
            const ALL: &[ConfigErrorKind] = &[$(ConfigErrorKind::$kind),*];

            #[cfg(feature = "defmt")]
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(ConfigErrorKind::$kind => stringify!($kind),)*
                }
            }

            /// The setting as a message names it, and its unit.
            const fn words(self) -> (&'static str, &'static str) {
                match self {
                    $(ConfigErrorKind::$kind => ($name, $unit),)*
                }
            }
        }
    };
}

kinds! {
    /// The id is empty or longer than 255 bytes.
    Id "id" " bytes long",
    /// `error_threshold` is 0, or more than the strategy can count to.
    ErrorThreshold "error_threshold" "",
    /// `recovery_threshold` is 0 or above 32: more successes than a recovery can ever count.
    RecoveryThreshold "recovery_threshold" "",
    /// `max_probes` is 0 or above 15.
    MaxProbes "max_probes" "",
    /// `recovery_timeout` is below one tick or above 2³¹ ticks.
    RecoveryTimeout "recovery_timeout (default 30 s)" " ticks",
    /// `probe_timeout` is below one tick or above 2³¹ ticks.
    ProbeTimeout "probe_timeout" " ticks",
    /// `dropped` is neither [`Verdict::Ignore`] nor [`Verdict::Failure`].
    Dropped "dropped" "",
    /// The clock's `HZ` is 0.
    ClockRate "the clock's HZ" "",
    /// The step up of `debounce` is 0 or above 4,096.
    StepUp "debounce: the step up" "",
    /// The step down of `debounce` is above 4,095.
    StepDown "debounce: the step down" "",
    /// A jump of `debounce` goes beyond what it counts to.
    Jump "debounce: a jump" "",
    /// `quiet` is below one tick or above 2³¹ ticks.
    Quiet "quiet" " ticks",
    /// `lump` is not below `quiet`, or above 2³¹ ticks.
    Lump "lump" " ticks",
    /// The failures of `failures_per_period` are none, or above 4,096.
    Failures "failures_per_period: the failures" "",
    /// The period of `failures_per_period` has fewer ticks than failures, or more than 2³¹.
    Period "failures_per_period: the period" " ticks",
    /// A rate is none, or above 100 %, or above what the strategy can reach.
    Rate "the failure rate" " percent",
    /// The minimum number of calls is 0, or above what the window holds.
    Minimum "the minimum number of calls" "",
    /// A window holds no calls, or more than 1,024.
    Calls "count_window: the calls" "",
    /// The window of `time_window` has fewer ticks than buckets, or more than 2³¹.
    Window "time_window: the window" " ticks",
    /// The buckets of `time_window` are none, or above 1,024.
    Buckets "time_window: the buckets" "",
    /// K of `decaying_rate` is 0 or above 11.
    Weight "decaying_rate: k" "",
    /// The half-life of `decaying_rate` is below one tick or above 2³¹ ticks.
    HalfLife "decaying_rate: the half-life" " ticks",
    /// `slow_call` is below one tick or above 2³¹ ticks.
    SlowCall "slow_call" " ticks",
    /// `slow_start` is below one tick or above 2³¹ ticks.
    SlowStart "slow_start" " ticks",
    /// The factor of growing openings is not above 100 %, or above 1,000 %.
    Growth "growing: the factor" " percent",
    /// The cap of growing openings is below the recovery timeout, or above 2³¹ ticks.
    Cap "growing: the cap" " ticks",
    /// A list of open durations is empty, or longer than eight.
    Shots "the number of open durations" "",
    /// A duration in a list is below one tick or above 2³¹ ticks.
    OpenDuration "an open duration" " ticks",
    /// `jitter` is 100 % or more.
    Jitter "jitter" " percent",
    /// `max_wait` is below the recovery timeout, or above 2³¹ ticks.
    MaxWait "max_wait" " ticks",
    /// `reset_time` is below one tick or above 2³¹ ticks.
    ResetTime "reset_time" " ticks",
    /// `lockout` is 0 or above 15 openings.
    Lockout "lockout" " openings",
    /// `observer` is given after `hooks`, in whose place it would be told.
    Observers "observer after hooks" "",
}

impl ConfigErrorKind {
    /// The refusal of a value that is not in the range.
    pub(crate) const fn unless(self, value: u32, least: u32, most: u32) -> Option<Refusal> {
        if least <= value && value <= most {
            return None;
        }
        Some(Refusal { setting: self as u8, value, least, most })
    }
}

impl<S: Strategy, R> Settings<S, R> {
    /// Refuses the first setting that is out of range.
    pub(crate) const fn check<C: Clock>(&self) -> Result<(), ConfigError> {
        match self.refusal::<C>() {
            None => Ok(()),
            Some(Refusal { setting, value, least, most }) => {
                let kind = ConfigErrorKind::ALL[setting as usize];
                Err(ConfigError { id: self.fixed.id, kind, value, least, most })
            }
        }
    }

    const fn refusal<C: Clock>(&self) -> Option<Refusal> {
        use ConfigErrorKind as Kind;

        let limits = &self.fixed.limits;
        if let Some(refusal) = limits.refusal() {
            return Some(refusal);
        }
        let Limits { recovery_timeout, probe_timeout, .. } = *limits;
        let (errors, successes) = (limits.error_threshold, limits.recovery_threshold);
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
            (Kind::MaxProbes, limits.max_probes as u32, Limits::MOST_PROBES as u32),
            (Kind::RecoveryTimeout, recovery_timeout, Limits::LONGEST),
            (Kind::ProbeTimeout, probe_timeout, Limits::LONGEST),
        ];
        let mut i = 0;
        while i < ranges.len() {
            let (kind, value, most) = ranges[i];
            if let Some(refusal) = kind.unless(value, 1, most) {
                return Some(refusal);
            }
            i += 1;
        }
        match limits.dropped {
            Verdict::Ignore | Verdict::Failure => {}
            Verdict::Success => return Kind::Dropped.unless(0, 1, 1),
            Verdict::Fatal => return Kind::Dropped.unless(2, 1, 1),
        }
        match self.fixed.recover() {
            Some(recover) => super::recovery::refusal(&recover.plan, recovery_timeout),
            None => None,
        }
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

    /// The value that was refused: bytes of an id, ticks of a duration (`u32::MAX` for that many and more).
    #[must_use]
    pub const fn value(&self) -> u32 {
        self.value
    }

    /// What it must be: from the least to the most, in the unit of the value.
    #[cfg(feature = "settings")]
    pub(crate) const fn range(&self) -> (u32, u32) {
        (self.least, self.most)
    }

    /// What const evaluation prints, and [`Display`](fmt::Display).
    pub(crate) const fn message(&self) -> Text {
        let text = Text::NEW.push("circuit ").push_start(self.id).push(": ");
        let (name, unit) = self.kind.words();
        let text = text.push(name).push(" is ");
        if let ConfigErrorKind::Dropped = self.kind {
            let text =
                text.push(if self.value == 0 { "Verdict::Success" } else { "Verdict::Fatal" });
            return text.push(", must be Verdict::Ignore or Verdict::Failure");
        }
        if let ConfigErrorKind::Observers = self.kind {
            return text.push("told in their place: give one of the two a pair");
        }
        let text = text.push_number(self.value).push(unit);
        let more = self.value == u32::MAX && self.kind.is_of_ticks();
        let text = if more { text.push(" or more") } else { text };
        text.push(", must be ").push_number(self.least).push(" to ").push_number(self.most)
    }
}

impl ConfigErrorKind {
    const fn is_of_ticks(self) -> bool {
        matches!(self.words().1.as_bytes(), b" ticks")
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

    pub(crate) const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "a setting is out of range",
        }
    }
}
