//! What a section says of a setting.

use core::time::Duration;
use std::string::ToString;

use serde::ser::{Serialize, Serializer};

use super::read::UNSET;

/// What a section says of a setting.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Said<T> {
    #[default]
    Nothing,
    /// That it has its default again.
    Unset,
    Is(T),
}

impl<T> Said<T> {
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Said::Nothing)
    }

    /// What holds for the breaker, if it is no default.
    pub(super) fn get(&self) -> Option<&T> {
        if let Said::Is(value) = self { Some(value) } else { None }
    }
}

impl<T: Clone> Said<T> {
    /// This, or where it is nothing what the section below says.
    pub(super) fn or(&self, below: &Self) -> Self {
        if self.is_nothing() { below.clone() } else { self.clone() }
    }
}

impl<T: Serialize> Serialize for Said<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Said::Nothing => serializer.serialize_none(),
            Said::Unset => serializer.serialize_str(UNSET),
            Said::Is(value) => value.serialize(serializer),
        }
    }
}

/// A duration that is written as text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span(pub(super) Duration);

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&humantime::format_duration(self.0).to_string())
    }
}
