//! Settings of breakers that are read at run time, from TOML, JSON, the environment or any other format of serde's that
//! tells what it holds. Needs the feature `settings`.
//!
//! ```
//! use mcb::settings::Settings;
//! use mcb::{CircuitBreaker, StdClock};
//!
//! let file = r#"
//! ## What holds for every circuit that does not say otherwise.
//! [defaults]
//! error_threshold = 5
//! recovery_timeout = "30s"
//! slow_call = "2s"
//! recovery = { doubling = "5m", jitter = 20 }
//!
//! [circuits.payments]
//! strategy = { time_window = { window = "10s", percent = 25, minimum = 20 } }
//! dropped = "failure"
//!
//! ## Five in a row, or a half of the last hundred.
//! [circuits.search]
//! strategy = { consecutive = true, count_window = { calls = 100, percent = 50, minimum = 20 } }
//!
//! [circuits.db]
//! error_threshold = 3
//! recovery_timeout = "1m 30s"
//! slow_call = "unset"
//! recovery.lockout = 10 # the doubling and the jitter stay
//!
//! ## As the defaults say.
//! [circuits.cache]
//! "#;
//!
//! let settings: Settings = toml::from_str(file)?;
//! settings.check::<StdClock>()?;
//! let db = CircuitBreaker::from_config(settings.config("db")?, StdClock)?;
//! assert!(db.call(|| Ok::<_, std::io::Error>(())).is_ok());
//! # assert!(settings.ids().eq(["cache", "db", "payments", "search"]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The fields
//!
//! There are two tables, `defaults` and `circuits`, which has one for each id of 1 to 255 bytes. The same fields are in
//! each of them, and all may be left out:
//!
//! | field | value | default |
//! |---|---|---|
//! | `error_threshold` | 1 to 4095 errors, as the strategy counts them | 5 |
//! | `recovery_timeout` | a duration | `"30s"` |
//! | `recovery_threshold` | 1 to 32 successful probes | 1 |
//! | `max_probes` | 1 to 15 probes at a time | 1 |
//! | `probe_timeout` | a duration | the recovery timeout |
//! | `dropped` | `"ignore"` or `"failure"` | `"ignore"` |
//! | `strategy` | see below | `"consecutive"` |
//! | `slow_call` | a duration | none |
//! | `slow_start` | a duration | none |
//! | `observe_only` | `true` or `false` | `false` |
//! | `recovery.doubling` | a duration, from the recovery timeout | every opening lasts for the recovery timeout |
//! | `recovery.growing` | `{ percent = 150, cap = "5m" }`: 101 to 1000 %, and a duration as above | the same |
//! | `recovery.each` | one to eight durations: `["500ms", "15s", "45s"]` or `"500ms, 15s, 45s"` | the same |
//! | `recovery.jitter` | 0 to 99 % | 0 |
//! | `recovery.reset_time` | a duration | each closing clears the level |
//! | `recovery.lockout` | 1 to 15 openings in a row | never |
//! | `recovery.max_wait` | a duration, from the recovery timeout | the recovery timeout |
//! | `recovery.start_by_probing` | `true` or `false` | `false` |
//! | `recovery.seed` | 0 to 4294967295 | 0 |
//!
//! Each does what the method of its name does, of [`Config`] or [`Recovery`](crate::Recovery). Only one of `doubling`,
//! `growing` and `each` can be in a section.
//!
//! Durations are text, as the crate humantime reads it: numbers with units from `ns` to `years`, such as `"250ms"` or
//! `"1h 30m"` (`m` are minutes, `M` months). They last from one tick of the clock to 2³¹, 24.8 days with
//! [`StdClock`](crate::StdClock). Numbers and truths may be given as text too, since the environment has nothing else.
//!
//! | strategy | settings |
//! |---|---|
//! | `"consecutive"`, `"net_error"` | none: a name, or `true` in a table |
//! | `{ debounce = { up = 2, down = 1 } }` | up 1 to 4096, down 0 to 4095; also `up_to` and `down_to`, 0 to 4095 |
//! | `{ timed_consecutive = { quiet = "1m", lump = "1s" } }` | either or both |
//! | `{ failures_per_period = { failures = 3, period = "1m" } }` | 1 to 4096, and as many ticks at least |
//! | `{ count_window = { calls = 100, percent = 50, minimum = 20 } }` | 1 to 1024, 1 to 100 %, 1 to the calls |
//! | `{ time_window = { window = "10s", percent = 50, minimum = 20 } }` | 1 to 100 %, 1 to 65535; also `buckets`, 1 to 1024 (10) |
//! | `{ decaying_rate = { k = 5, percent = 50, half_life = "10s" } }` | 1 to 11, 1 to 99 % or [what `k` can reach](Config::decaying_rate) |
//!
//! One of `consecutive`, `net_error` and `debounce` goes beside one of `failures_per_period`, `count_window` and
//! `time_window` (of up to 63 buckets): whichever opens. The threshold of such a count stops at what
//! [`AnyStrategy`] leaves it.
//!
//! # Overrides
//!
//! What a circuit says takes the place of what the defaults say, field by field, in `recovery` too. A strategy is
//! replaced as a whole, with its settings, and one of `doubling`, `growing` and `each` by another. The text `"unset"` puts
//! any field, and `recovery` as a whole, back to the default in the table above. A circuit that is not in the file takes
//! the defaults; [`contains`](Settings::contains) tells them apart.
//!
//! # Other formats
//!
//! A file of JSON has the same shape. Give serde what holds your other settings, with these as a field of it:
//!
//! ```
//! use mcb::{settings::Settings, StdClock};
//!
//! #[derive(serde::Deserialize)]
//! struct Service { port: u16, breakers: Settings }
//!
//! let file = r#"{ "port": 8080, "breakers": { "circuits": { "db": { "error_threshold": 3 } } } }"#;
//! let service: Service = serde_json::from_str(file)?;
//! assert_eq!(service.port, 8080);
//! assert_eq!(service.breakers.config::<StdClock>("db")?.get_id(), "db");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! From the environment, here by the crate config, which can also lay it over a file; other crates that make a tree of
//! variables do as well:
//!
//! ```
//! use mcb::{settings::Settings, StdClock};
//!
//! // As `std::env` would have them.
//! let variables = [
//!     ("BREAKERS__DEFAULTS__ERROR_THRESHOLD", "3"),
//!     ("BREAKERS__CIRCUITS__DB__RECOVERY_TIMEOUT", "1m 30s"),
//!     ("BREAKERS__CIRCUITS__DB__STRATEGY", "net_error"),
//!     ("BREAKERS__CIRCUITS__DB__RECOVERY__JITTER", "20"),
//! ];
//! let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
//! let environment = config::Environment::with_prefix("BREAKERS")
//!     .separator("__")
//!     .source(Some(variables.into()));
//! let settings: Settings =
//!     config::Config::builder().add_source(environment).build()?.try_deserialize()?;
//! assert!(settings.config::<StdClock>("db").is_ok() && settings.contains("db"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Errors
//!
//! They name the circuit, the field, its value and what it must be, beside the line where the format knows it. Reading
//! refuses the first thing that is wrong in itself: a type, a number out of range, a name of no field, anything that is
//! given twice, a second circuit of the same id too.
//!
//! ```
//! use mcb::{settings::Settings, StdClock};
//!
//! let read = |file| toml::from_str::<Settings>(file).map_err(|error| error.message().to_owned());
//! assert_eq!(
//!     read("[circuits.db]\nerror_threshold = 'five'").unwrap_err(),
//!     "circuit db: error_threshold is \"five\", must be a whole number from 1 to 4095",
//! );
//!
//! // What depends on another field, or on the clock, is seen in the whole.
//! let settings = read("[circuits.db]\nrecovery.doubling = '10s'")?;
//! assert_eq!(
//!     settings.check::<StdClock>().unwrap_err().to_string(),
//!     "circuit db: recovery.doubling is 10s, must be 30s to 24days 20h 31m 23s 647ms",
//! );
//! # Ok::<(), String>(())
//! ```
//!
//! [`check`](Settings::check) looks at all circuits, and at the defaults, which must be right by themselves: after it no
//! [`config`](Settings::config) is refused but for its id.
//!
//! An empty file is refused, since it mostly is one that is just being written. Who wants no circuits says so by an empty
//! table `circuits`. JSON that breaks off is refused by its reader; TOML that breaks off after a line is whole to its own,
//! so write it elsewhere and rename it.

mod circuit;
mod error;
mod read;
mod recovery;
mod said;
mod strategy;
mod tables;

use std::borrow::ToOwned;
use std::collections::BTreeMap;
use std::string::String;
use std::vec::Vec;

pub use error::{BadSetting, SettingsError};

use circuit::Circuit;
use error::Place;

use crate::clock::Clock;
use crate::config::Config;
use crate::strategy::AnyStrategy;

/// Settings of any number of breakers, by id, over those that hold for all of them. See the [module](self).
///
/// It is read by serde, and written by it in the same form: only what was said, so that it can be read again. The default
/// has no circuits and says nothing.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Settings {
    #[serde(skip_serializing_if = "Circuit::is_nothing")]
    defaults: Circuit,
    circuits: BTreeMap<String, Circuit>,
}

impl Settings {
    /// The ids of the circuits, in the order of the alphabet.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.circuits.keys().map(String::as_str)
    }

    /// Whether there is a circuit of this id.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.circuits.contains_key(id)
    }

    /// The configuration of a breaker, to which rules, hooks and a recovery step may be added: of the circuit of this id,
    /// or of the defaults where there is none.
    ///
    /// # Errors
    ///
    /// The first setting that is out of range for this clock or does not fit to another. Nothing of it depends on other
    /// circuits.
    pub fn config<C: Clock>(
        &self,
        id: &'static str,
    ) -> Result<Config<C, AnyStrategy>, SettingsError> {
        let config = self.of(id).config(id, || Place::Circuit(id.to_owned()));
        config.map_err(SettingsError::from)
    }

    /// Those of all circuits, in the order of [`ids`](Self::ids), or none if one is bad. The ids get their place in the
    /// program by `intern`, which is asked only when all are good: give each id one for good, say by a table of those
    /// that there were.
    ///
    /// ```
    /// use mcb::{settings::Settings, StdClock};
    ///
    /// let settings: Settings = toml::from_str("[circuits]\ndb = {}\ncache = {}")?;
    /// let configs = settings.configs::<StdClock>(|id| id.to_owned().leak())?;
    /// assert_eq!(configs.len(), 2);
    /// assert_eq!(configs[0].get_id(), "cache");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check).
    pub fn configs<C: Clock>(
        &self,
        mut intern: impl FnMut(&str) -> &'static str,
    ) -> Result<Vec<Config<C, AnyStrategy>>, SettingsError> {
        self.check::<C>()?;
        self.ids().map(|id| self.config(intern(id))).collect()
    }

    /// Whether every circuit can be built, and the defaults alone, before any is: so that a reload changes everything or
    /// nothing.
    ///
    /// # Errors
    ///
    /// One for each circuit that cannot be built, in one [`SettingsError`]; that of the defaults first.
    pub fn check<C: Clock>(&self) -> Result<(), SettingsError> {
        // Some id that is in order: theirs were looked at when they were read.
        let bad = |circuit: &Circuit, place: Place| circuit.config::<C>("circuit", || place).err();
        let mut all = Vec::from_iter(bad(&self.defaults, Place::Defaults));
        let circuits = self.ids();
        all.extend(circuits.filter_map(|id| bad(&self.of(id), Place::Circuit(id.to_owned()))));
        SettingsError::unless_none(all)
    }

    /// What holds for a circuit.
    fn of(&self, id: &str) -> Circuit {
        match self.circuits.get(id) {
            Some(circuit) => circuit.over(&self.defaults),
            None => self.defaults.clone(),
        }
    }
}
