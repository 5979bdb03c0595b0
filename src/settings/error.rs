//! Settings that are refused.

use core::fmt;
use core::time::Duration;
use std::borrow::ToOwned;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use crate::clock::Clock;
use crate::config::ConfigError;

/// Settings that are refused: nothing was built. It has one [`BadSetting`] for each circuit that cannot be built, and
/// shows them in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    bad: Vec<BadSetting>,
}

impl SettingsError {
    pub(super) fn unless_none(bad: Vec<BadSetting>) -> Result<(), Self> {
        if bad.is_empty() { Ok(()) } else { Err(SettingsError { bad }) }
    }

    /// What is refused: at least one, that of the defaults first, then in the order of the ids.
    #[must_use]
    pub fn each(&self) -> &[BadSetting] {
        &self.bad
    }
}

impl From<BadSetting> for SettingsError {
    fn from(bad: BadSetting) -> Self {
        SettingsError { bad: Vec::from([bad]) }
    }
}

/// For what is made of settings that are in range: whoever makes it may refuse it all the same.
impl From<ConfigError> for SettingsError {
    fn from(error: ConfigError) -> Self {
        let place = Place::Circuit(error.id().to_owned());
        BadSetting::new(place, "", format!("is refused: {error}")).into()
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, bad) in self.bad.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            bad.fmt(f)?;
        }
        Ok(())
    }
}

impl core::error::Error for SettingsError {}

/// A setting that is refused, with the circuit, the field as the file names it, its value and what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSetting {
    place: Place,
    field: String,
    problem: String,
}

impl BadSetting {
    pub(super) fn new(place: Place, field: &str, problem: String) -> Self {
        BadSetting { place, field: field.to_owned(), problem }
    }

    /// The id of the circuit, or `None` in the defaults.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        if let Place::Circuit(id) = &self.place { Some(id) } else { None }
    }

    /// The field, such as `recovery.jitter`.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }
}

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Settings => f.write_str("settings")?,
            Place::Defaults => f.write_str("defaults")?,
            Place::Circuit(id) => write!(f, "circuit {}", shown(id))?,
        }
        if !self.field.is_empty() {
            write!(f, ": {}", self.field)?;
        }
        write!(f, " {}", self.problem)
    }
}

impl core::error::Error for BadSetting {}

/// In which section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Settings,
    Defaults,
    Circuit(String),
}

/// What is wrong, somewhere within a field.
#[derive(Debug)]
pub(super) struct Bad {
    within: String,
    problem: String,
}

impl Bad {
    pub(super) fn here(problem: String) -> Self {
        Bad { within: String::new(), problem }
    }

    /// The same in the field of that name.
    pub(super) fn within(mut self, name: &str) -> Self {
        if !self.within.is_empty() && !name.is_empty() {
            self.within.insert(0, '.');
        }
        self.within.insert_str(0, name);
        self
    }

    pub(super) fn at(self, place: &Place) -> BadSetting {
        BadSetting::new(place.clone(), &self.within, self.problem)
    }
}

/// The start of a text that may be long or break lines.
pub(super) fn shown(text: &str) -> String {
    /// As much as `ConfigError` shows of an id.
    const START: usize = 48;

    let start = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let start = start.take_while(|end| *end <= START).last().unwrap_or(0);
    let dots = if start < text.len() { "..." } else { "" };
    format!("{}{dots}", text[..start].escape_debug())
}

/// The value of a setting that a [`ConfigError`] refuses.
pub(super) enum Value {
    Number(u32),
    /// Rounded up to ticks.
    Whole(Duration),
    /// The same, and the clock's resolution on top.
    AtLeast(Duration),
}

impl Value {
    /// The refusal in the words of the file: durations instead of ticks.
    pub(super) fn refused<C: Clock>(&self, error: &ConfigError) -> String {
        let (least, most) = error.range();
        let duration = |ticks: u32| {
            let nanos = u64::from(ticks) * 1_000_000_000 / u64::from(C::HZ.max(1));
            humantime::format_duration(Duration::from_nanos(nanos)).to_string()
        };
        let (value, resolution) = match self {
            Value::Number(number) => return format!("is {number}, must be {least} to {most}"),
            Value::Whole(value) => (value, 0),
            Value::AtLeast(value) => (value, C::RESOLUTION),
        };
        // Any time at all is a tick at least.
        let least = if least == 0 { 0 } else { least.saturating_sub(resolution).max(1) };
        let (least, most) = (duration(least), duration(most.saturating_sub(resolution)));
        format!("is {}, must be {least} to {most}", humantime::format_duration(*value))
    }
}
