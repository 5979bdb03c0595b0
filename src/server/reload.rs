//! A registry that follows a file of settings.

use std::sync::PoisonError;
use std::vec::Vec;

use super::{Breaker, Breakers, id};
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::rules::EveryError;
use crate::settings::{Settings, SettingsError};
use crate::strategy::AnyStrategy;

/// What a [reload](Breakers::reload) did, by the ids of circuits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reloaded {
    /// Those that are new.
    pub added: Vec<&'static str>,
    /// Those that go on under other settings.
    pub changed: Vec<&'static str>,
    /// Those whose settings are what they were; nothing has happened to them.
    pub unchanged: Vec<&'static str>,
    /// Those that are no longer in the settings. Handles of them go on.
    pub removed: Vec<&'static str>,
}

/// As a log line wants it: `1 added (mail), 0 removed, 1 changed (db), 3 unchanged`.
impl core::fmt::Display for Reloaded {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let named =
            [("added", &self.added), ("removed", &self.removed), ("changed", &self.changed)];
        for (what, ids) in named {
            write!(f, "{} {what}", ids.len())?;
            if !ids.is_empty() {
                write!(f, " ({})", ids.join(", "))?;
            }
            f.write_str(", ")?;
        }
        write!(f, "{} unchanged", self.unchanged.len())
    }
}

/// By settings; needs the feature `settings` too.
impl<C: Clock + Clone + Send + Sync + 'static> Breakers<C> {
    /// Has a breaker for each circuit of the settings: the first time, and again whenever they have changed.
    ///
    /// Circuits that were there before keep their breaker, its state, level and time left, and all handles of it go on
    /// under the new settings, see [`Breaker::reconfigure`]. Those that are new are made by `make`, which must not
    /// reload itself and gives them the id that it is told. Those that came with earlier settings and
    /// are in these no more are removed; breakers that were registered by hand stay, unless the settings name them, which makes
    /// them theirs.
    ///
    /// It is all or nothing: everything is checked and made before anything changes. Two reloads at once come one after the
    /// other.
    ///
    /// ```
    /// use mcb::server::{Breaker, Breakers};
    /// use mcb::settings::Settings;
    /// use mcb::{State, StdClock};
    ///
    /// static BREAKERS: Breakers = Breakers::new();
    /// let load = |text: &str| -> Result<String, Box<dyn std::error::Error>> {
    ///     let settings: Settings = toml::from_str(text)?;
    ///     let done = BREAKERS.reload(&settings, |config| Breaker::builder(config, StdClock).build())?;
    ///     Ok(done.to_string())
    /// };
    ///
    /// let first = load("[circuits.db]\nerror_threshold = 3\n[circuits.mail]\n")?;
    /// assert_eq!(first, "2 added (db, mail), 0 removed, 0 changed, 0 unchanged");
    /// let db = BREAKERS.get("db").ok_or("no circuit db")?;
    /// db.trip();
    ///
    /// let second = load("[circuits.db]\nerror_threshold = 5\n")?;
    /// assert_eq!(second, "0 added, 1 removed (mail), 1 changed (db), 0 unchanged");
    /// assert_eq!(db.state(), State::Open); // as before
    ///
    /// let error = load("[circuits.db]\nerror_threshold = 0\n").unwrap_err();
    /// assert!(error.to_string().contains("circuit db: error_threshold is 0"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// All settings that are refused, and what `make` refuses; nothing has changed then.
    pub fn reload(
        &self,
        settings: &Settings,
        make: impl Fn(Config<C, AnyStrategy>) -> Result<Breaker<EveryError, C>, ConfigError>,
    ) -> Result<Reloaded, SettingsError> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut present, mut new) = (Vec::new(), Vec::new());
        for config in settings.configs::<C>(id)? {
            match self.get(config.get_id()) {
                Some(breaker) => present.push((breaker, config)),
                None => new.push(make(config)?),
            }
        }
        let (mut done, mut gone) = (Reloaded::default(), Vec::new());
        for (breaker, config) in present {
            let is_changed = breaker.reconfigure(config)?;
            let ids = if is_changed { &mut done.changed } else { &mut done.unchanged };
            ids.push(breaker.id());
        }
        for breaker in new {
            // Whoever has registered that id by hand meanwhile was first, and that breaker stays.
            if self.register(&breaker).is_ok() {
                done.added.push(breaker.id());
            }
        }
        for id in loaded.drain(..).filter(|id| !settings.contains(id)) {
            if let Some(breaker) = self.remove(id) {
                done.removed.push(id);
                gone.push(breaker);
            }
        }
        loaded.extend(done.added.iter().chain(&done.changed).chain(&done.unchanged));
        // Their observers may go with them, whose end is not this lock's business.
        drop(loaded);
        drop(gone);
        Ok(done)
    }
}
