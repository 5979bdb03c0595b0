//! How long openings last, field by field.

use core::time::Duration;
use std::borrow::ToOwned;
use std::vec::Vec;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::error::{Bad, Value};
use super::read::{Entries, Raw};
use super::said::{Said, Span};
use crate::clock::Clock;
use crate::config::{ConfigErrorKind as Kind, Recovery};

pub(super) const FIELDS: &[&str] = &[
    "doubling",
    "growing",
    "each",
    "jitter",
    "reset_time",
    "lockout",
    "max_wait",
    "start_by_probing",
    "seed",
];

/// What a section says of recovery.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Recovering {
    schedule: Said<Schedule>,
    jitter: Said<u8>,
    reset_time: Said<Span>,
    lockout: Said<u8>,
    max_wait: Said<Span>,
    start_by_probing: Said<bool>,
    seed: Said<u32>,
}

/// One of the three that exclude each other.
#[derive(Clone, Debug, PartialEq)]
enum Schedule {
    Doubling(Duration),
    Growing { percent: u16, cap: Duration },
    Each(Vec<Duration>),
}

impl Recovering {
    /// All of it as though nobody had said anything.
    pub(super) const UNSET: Self = Recovering {
        schedule: Said::Unset,
        jitter: Said::Unset,
        reset_time: Said::Unset,
        lockout: Said::Unset,
        max_wait: Said::Unset,
        start_by_probing: Said::Unset,
        seed: Said::Unset,
    };

    /// Takes in one field, of those that there are.
    pub(super) fn set(&mut self, field: &str, raw: &Raw) -> Result<(), Bad> {
        match field {
            "jitter" => self.jitter = raw.said(|raw| raw.number(0, 99))?,
            "reset_time" => self.reset_time = raw.said(|raw| raw.duration().map(Span))?,
            "lockout" => self.lockout = raw.said(|raw| raw.number(1, 15))?,
            "max_wait" => self.max_wait = raw.said(|raw| raw.duration().map(Span))?,
            "start_by_probing" => self.start_by_probing = raw.said(Raw::truth)?,
            "seed" => self.seed = raw.said(|raw| raw.number(0, u32::MAX))?,
            schedule => {
                if !self.schedule.is_nothing() {
                    let problem = "is given beside another of doubling, growing and each";
                    return Err(Bad::here(problem.to_owned()));
                }
                self.schedule = raw.said(|raw| Schedule::read(schedule, raw))?;
            }
        }
        Ok(())
    }

    pub(super) fn or(&self, below: &Self) -> Self {
        Recovering {
            schedule: self.schedule.or(&below.schedule),
            jitter: self.jitter.or(&below.jitter),
            reset_time: self.reset_time.or(&below.reset_time),
            lockout: self.lockout.or(&below.lockout),
            max_wait: self.max_wait.or(&below.max_wait),
            start_by_probing: self.start_by_probing.or(&below.start_by_probing),
            seed: self.seed.or(&below.seed),
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        *self == Recovering::default()
    }

    /// None if every opening lasts for the recovery timeout, and that is all.
    pub(super) fn recovery<C: Clock>(&self) -> Option<Recovery<C>> {
        let Recovering { schedule, jitter, reset_time, lockout, max_wait, start_by_probing, seed } =
            self;
        let mut recovery = Recovery::new();
        let mut said = true;
        match schedule.get() {
            Some(Schedule::Doubling(cap)) => recovery = recovery.doubling(*cap),
            Some(Schedule::Growing { percent, cap }) => recovery = recovery.growing(*percent, *cap),
            Some(Schedule::Each(durations)) => recovery = recovery.each(durations),
            None => said = false,
        }
        if let Some(percent) = jitter.get() {
            (recovery, said) = (recovery.jitter(*percent), true);
        }
        if let Some(time) = reset_time.get() {
            (recovery, said) = (recovery.reset_time(time.0), true);
        }
        if let Some(openings) = lockout.get() {
            (recovery, said) = (recovery.lockout(*openings), true);
        }
        if let Some(wait) = max_wait.get() {
            (recovery, said) = (recovery.max_wait(wait.0), true);
        }
        if let Some(true) = start_by_probing.get() {
            (recovery, said) = (recovery.start_by_probing(), true);
        }
        if let Some(seed) = seed.get() {
            (recovery, said) = (recovery.seed(*seed), true);
        }
        said.then_some(recovery)
    }

    /// The field that the kind of an error means, and its value.
    pub(super) fn told(&self, kind: Kind, value: u32) -> Option<(&'static str, Value)> {
        let (field, time) = match (kind, self.schedule.get()) {
            (Kind::Cap, Some(Schedule::Doubling(cap))) => ("recovery.doubling", *cap),
            (Kind::Cap, Some(Schedule::Growing { cap, .. })) => ("recovery.growing.cap", *cap),
            (Kind::OpenDuration, Some(Schedule::Each(durations))) => {
                // One that is too short, or the longest.
                let few = durations.iter().filter(|time| time.is_zero() == (value == 0));
                ("recovery.each", *few.max()?)
            }
            (Kind::MaxWait, _) => ("recovery.max_wait", self.max_wait.get()?.0),
            (Kind::ResetTime, _) => ("recovery.reset_time", self.reset_time.get()?.0),
            _ => return None,
        };
        Some((field, Value::AtLeast(time)))
    }
}

impl Schedule {
    fn read(field: &str, raw: &Raw) -> Result<Self, Bad> {
        match field {
            "doubling" => raw.duration().map(Schedule::Doubling),
            "growing" => {
                let entries = Entries::new("", raw, &["percent", "cap"])?;
                let percent = entries.number("percent", (101, 1_000))?;
                Ok(Schedule::Growing { percent, cap: entries.duration("cap")? })
            }
            _ => raw.durations().map(Schedule::Each),
        }
    }
}

impl Serialize for Recovering {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.schedule {
            Said::Nothing => {}
            Said::Unset => map.serialize_entry("doubling", &Said::<u8>::Unset)?,
            Said::Is(Schedule::Doubling(cap)) => map.serialize_entry("doubling", &Span(*cap))?,
            Said::Is(Schedule::Growing { percent, cap }) => {
                map.serialize_entry("growing", &Growing { percent: *percent, cap: Span(*cap) })?;
            }
            Said::Is(Schedule::Each(durations)) => {
                let durations: Vec<_> = durations.iter().copied().map(Span).collect();
                map.serialize_entry("each", &durations)?;
            }
        }
        put(&mut map, "jitter", &self.jitter)?;
        put(&mut map, "reset_time", &self.reset_time)?;
        put(&mut map, "lockout", &self.lockout)?;
        put(&mut map, "max_wait", &self.max_wait)?;
        put(&mut map, "start_by_probing", &self.start_by_probing)?;
        put(&mut map, "seed", &self.seed)?;
        map.end()
    }
}

fn put<M: SerializeMap, T: Serialize>(
    map: &mut M,
    name: &str,
    said: &Said<T>,
) -> Result<(), M::Error> {
    if said.is_nothing() { Ok(()) } else { map.serialize_entry(name, said) }
}

#[derive(serde::Serialize)]
struct Growing {
    percent: u16,
    cap: Span,
}
