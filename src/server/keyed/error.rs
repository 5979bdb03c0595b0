//! A key that got no breaker.

use std::boxed::Box;

use crate::config::ConfigError;

/// How much of a key is shown, in bytes: it may have come from anybody.
const SHOWN: usize = 32;

/// A key that got no breaker from a [`KeyedBreakers`](super::KeyedBreakers); the set is as it was.
///
/// Of the key it tells the beginning, 32 bytes at most, with whatever does not print escaped.
///
/// ```
/// use mcb::Config;
/// use mcb::server::{Breaker, KeyedBreakers};
///
/// let hosts = KeyedBreakers::new(1, |_: &str| Breaker::new(Config::new("upstream")));
/// let error = hosts.get(&"a".repeat(1_000_000)).unwrap_err();
/// let text = "key \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…\" is 1000000 bytes long, must be at most 255";
/// assert_eq!(error.to_string(), text);
///
/// hosts.get("a")?.trip();
/// let error = hosts.get("b").unwrap_err();
/// assert_eq!(error.to_string(), "no place for key \"b\": none of 1 circuits is closed and not in use");
/// # Ok::<(), mcb::server::KeyedError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyedError {
    /// The key is too long.
    #[non_exhaustive]
    TooLong {
        /// Its beginning.
        begins: Box<str>,
        /// Its length, in bytes.
        length: usize,
        /// The longest that is taken.
        longest: usize,
    },
    /// There is no place, and none of the others may go.
    #[non_exhaustive]
    Full {
        /// The beginning of the key.
        begins: Box<str>,
        /// How many there are.
        capacity: usize,
    },
    /// The factory made no breaker.
    Settings(ConfigError),
}

impl KeyedError {
    pub(super) fn too_long(key: &str, longest: usize) -> Self {
        KeyedError::TooLong { begins: beginning(key), length: key.len(), longest }
    }

    pub(super) fn full(key: &str, capacity: usize) -> Self {
        KeyedError::Full { begins: beginning(key), capacity }
    }
}

/// As much of a key as is shown.
fn beginning(key: &str) -> Box<str> {
    if key.len() <= SHOWN {
        return key.into();
    }
    let end = (0..=SHOWN).rev().find(|&end| key.is_char_boundary(end)).unwrap_or(0);
    [&key[..end], "…"].concat().into()
}

impl From<ConfigError> for KeyedError {
    fn from(error: ConfigError) -> Self {
        KeyedError::Settings(error)
    }
}

impl core::fmt::Display for KeyedError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            KeyedError::TooLong { begins, length, longest } => {
                write!(f, "key {begins:?} is {length} bytes long, must be at most {longest}")
            }
            KeyedError::Full { begins, capacity } => {
                write!(f, "no place for key {begins:?}: none of {capacity} circuits is closed ")?;
                f.write_str("and not in use")
            }
            KeyedError::Settings(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for KeyedError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            KeyedError::Settings(error) => error.source(),
            _ => None,
        }
    }
}
