//! What a section says of a circuit.

use core::time::Duration;
use std::borrow::ToOwned;
use std::format;
use std::string::String;
use std::vec::Vec;

use serde::de::{Error, MapAccess};

use super::error::{Bad, BadSetting, Place, Value, shown};
use super::read::{Raw, Reader, Reads, UNSET, list};
use super::recovery::{self, Recovering};
use super::said::{Said, Span};
use super::strategy::Chosen;
use crate::clock::Clock;
use crate::config::{Config, ConfigError, ConfigErrorKind as Kind};
use crate::strategy::{AnyStrategy, Choice, CountChoice, Strategy};
use crate::verdict::Verdict;

const FIELDS: &[&str] = &[
    "error_threshold",
    "recovery_timeout",
    "recovery_threshold",
    "max_probes",
    "probe_timeout",
    "dropped",
    "strategy",
    "slow_call",
    "slow_start",
    "observe_only",
    "recovery",
];

/// The section of a circuit, or that of the defaults.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub(super) struct Circuit {
    #[serde(skip_serializing_if = "Said::is_nothing")]
    error_threshold: Said<u16>,
    #[serde(skip_serializing_if = "Said::is_nothing")]
    recovery_timeout: Said<Span>,
    #[serde(skip_serializing_if = "Said::is_nothing")]
    recovery_threshold: Said<u8>,
    #[serde(skip_serializing_if = "Said::is_nothing")]
    max_probes: Said<u8>,
    #[serde(skip_serializing_if = "Said::is_nothing")]
    probe_timeout: Said<Span>,
    #[serde(skip_serializing_if = "Said::is_nothing")]
    dropped: Said<Verdict>,
    #[serde(skip_serializing_if = "Said::is_nothing")]
    slow_call: Said<Span>,
    #[serde(skip_serializing_if = "Said::is_nothing")]
    slow_start: Said<Span>,
    #[serde(skip_serializing_if = "Said::is_nothing")]
    observe_only: Said<bool>,
    #[serde(skip_serializing_if = "Said::is_nothing")]
    strategy: Said<Chosen>,
    #[serde(skip_serializing_if = "Recovering::is_nothing")]
    recovery: Recovering,
}

impl Circuit {
    /// Takes in one field.
    fn set(&mut self, field: &str, raw: &Raw) -> Result<(), Bad> {
        let span = |raw: &Raw| raw.duration().map(Span);
        match field {
            "error_threshold" => {
                let most = AnyStrategy::MAX_THRESHOLD.into();
                self.error_threshold = raw.said(|raw| raw.number(1, most))?;
            }
            "recovery_timeout" => self.recovery_timeout = raw.said(span)?,
            "recovery_threshold" => self.recovery_threshold = raw.said(|raw| raw.number(1, 32))?,
            "max_probes" => self.max_probes = raw.said(|raw| raw.number(1, 15))?,
            "probe_timeout" => self.probe_timeout = raw.said(span)?,
            "dropped" => self.dropped = raw.said(dropped)?,
            "strategy" => self.strategy = raw.said(Chosen::read)?,
            "slow_call" => self.slow_call = raw.said(span)?,
            "slow_start" => self.slow_start = raw.said(span)?,
            "observe_only" => self.observe_only = raw.said(Raw::truth)?,
            "recovery" if *raw == Raw::Text(UNSET.to_owned()) => self.recovery = Recovering::UNSET,
            "recovery" => {
                return Err(raw.must_be(&format!("a table of {}", list(recovery::FIELDS))));
            }
            _ => return Err(Bad::here(format!("is no setting, there are {}", list(FIELDS)))),
        }
        Ok(())
    }

    /// This over the defaults, field by field.
    pub(super) fn over(&self, defaults: &Self) -> Self {
        Circuit {
            error_threshold: self.error_threshold.or(&defaults.error_threshold),
            recovery_timeout: self.recovery_timeout.or(&defaults.recovery_timeout),
            recovery_threshold: self.recovery_threshold.or(&defaults.recovery_threshold),
            max_probes: self.max_probes.or(&defaults.max_probes),
            probe_timeout: self.probe_timeout.or(&defaults.probe_timeout),
            dropped: self.dropped.or(&defaults.dropped),
            slow_call: self.slow_call.or(&defaults.slow_call),
            slow_start: self.slow_start.or(&defaults.slow_start),
            observe_only: self.observe_only.or(&defaults.observe_only),
            strategy: self.strategy.or(&defaults.strategy),
            recovery: self.recovery.or(&defaults.recovery),
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        *self == Circuit::default()
    }

    /// What it says, where it says it over nothing.
    pub(super) fn config<C: Clock>(
        &self,
        id: &'static str,
        place: impl FnOnce() -> Place,
    ) -> Result<Config<C, AnyStrategy>, BadSetting> {
        let config = self.unchecked::<C>(id);
        match config.settings.check::<C>() {
            Ok(()) => Ok(config),
            Err(error) => Err(self.refused::<C>(place(), &error)),
        }
    }

    fn unchecked<C: Clock>(&self, id: &'static str) -> Config<C, AnyStrategy> {
        let mut config = Config::new(id);
        if let Some(errors) = self.error_threshold.get() {
            config = config.error_threshold(*errors);
        }
        if let Some(timeout) = self.recovery_timeout.get() {
            config = config.recovery_timeout(timeout.0);
        }
        if let Some(successes) = self.recovery_threshold.get() {
            config = config.recovery_threshold(*successes);
        }
        if let Some(probes) = self.max_probes.get() {
            config = config.max_probes(*probes);
        }
        if let Some(timeout) = self.probe_timeout.get() {
            config = config.probe_timeout(timeout.0);
        }
        if let Some(verdict) = self.dropped.get() {
            config = config.dropped(*verdict);
        }
        if let Some(recovery) = self.recovery.recovery() {
            config = config.with_recovery(recovery);
        }
        config
            .chosen(self.chosen().0)
            .slow_call_if(self.slow_call.get().map(|limit| limit.0))
            .slow_start_if(self.slow_start.get().map(|time| time.0))
            .observe_only_if(self.observe_only.get() == Some(&true))
    }

    fn chosen(&self) -> Chosen {
        let consecutive = Chosen(Choice::Count(CountChoice::Consecutive));
        self.strategy.get().copied().unwrap_or(consecutive)
    }

    /// The refusal of a value in the words of the file.
    fn refused<C: Clock>(&self, place: Place, error: &ConfigError) -> BadSetting {
        const DEFAULT: Span = Span(Duration::from_secs(30));
        let time = |said: &Said<Span>, or| Value::AtLeast(said.get().unwrap_or(or).0);
        let (field, value) = match error.kind() {
            Kind::RecoveryTimeout => ("recovery_timeout", time(&self.recovery_timeout, &DEFAULT)),
            Kind::ProbeTimeout => ("probe_timeout", time(&self.probe_timeout, &DEFAULT)),
            Kind::SlowCall => ("slow_call", time(&self.slow_call, &DEFAULT)),
            Kind::SlowStart => ("slow_start", time(&self.slow_start, &DEFAULT)),
            Kind::Id => {
                let (least, most) = error.range();
                let problem = format!("is {} bytes long, must be {least} to {most}", error.value());
                return BadSetting::new(place, "id", problem);
            }
            kind => {
                let told = self.chosen().told(kind);
                match told.or_else(|| self.recovery.told(kind, error.value())) {
                    Some(told) => told,
                    // The clock's own, which is no setting.
                    None => return BadSetting::new(place, "", format!("is refused: {error}")),
                }
            }
        };
        BadSetting::new(place, field, value.refused::<C>(error))
    }
}

fn dropped(raw: &Raw) -> Result<Verdict, Bad> {
    match raw {
        Raw::Text(text) if text == "ignore" => Ok(Verdict::Ignore),
        Raw::Text(text) if text == "failure" => Ok(Verdict::Failure),
        _ => Err(raw.must_be("\"ignore\" or \"failure\"")),
    }
}

/// Reads a section.
pub(super) struct Section<'a>(pub(super) &'a Place);

impl<'de> Reads<'de> for Section<'_> {
    type Value = Circuit;

    fn table<A: MapAccess<'de>>(self, map: A) -> Result<Circuit, A::Error> {
        let mut circuit = Circuit::default();
        fields(map, &mut circuit, self.0, false)?;
        Ok(circuit)
    }

    fn other<E: Error>(self, raw: Raw) -> Result<Circuit, E> {
        let must = format!("a table of {}", list(FIELDS));
        Err(E::custom(raw.must_be(&must).at(self.0)))
    }
}

/// The fields of a circuit, or those of its recovery.
fn fields<'de, A: MapAccess<'de>>(
    mut map: A,
    circuit: &mut Circuit,
    place: &Place,
    recovery: bool,
) -> Result<(), A::Error> {
    let mut seen: Vec<String> = Vec::new();
    while let Some(name) = map.next_key::<String>()? {
        let twice = seen.contains(&name);
        let field = Field { circuit, place, name: &name, recovery, twice };
        map.next_value_seed(Reader(field))?;
        seen.push(name);
    }
    Ok(())
}

/// One field, read at its own place.
struct Field<'a> {
    circuit: &'a mut Circuit,
    place: &'a Place,
    name: &'a str,
    /// Whether it is one of recovery.
    recovery: bool,
    /// Whether it was there before.
    twice: bool,
}

impl Field<'_> {
    fn take(&mut self, raw: &Raw) -> Result<(), Bad> {
        self.is_new()?;
        if !self.recovery {
            return self.circuit.set(self.name, raw);
        }
        if recovery::FIELDS.contains(&self.name) {
            return self.circuit.recovery.set(self.name, raw);
        }
        Err(Bad::here(format!("is no setting, there are {}", list(recovery::FIELDS))))
    }

    fn is_new(&self) -> Result<(), Bad> {
        if self.twice { Err(Bad::here("is given twice".to_owned())) } else { Ok(()) }
    }

    fn told<E: Error>(&self, bad: Bad) -> E {
        let bad = bad.within(&shown(self.name));
        E::custom((if self.recovery { bad.within("recovery") } else { bad }).at(self.place))
    }
}

impl<'de> Reads<'de> for Field<'_> {
    type Value = ();

    fn table<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        if self.recovery || self.name != "recovery" {
            return self.other(Raw::table(map)?);
        }
        self.is_new().map_err(|bad| self.told(bad))?;
        fields(map, self.circuit, self.place, true)
    }

    fn other<E: Error>(mut self, raw: Raw) -> Result<(), E> {
        self.take(&raw).map_err(|bad| self.told(bad))
    }
}
