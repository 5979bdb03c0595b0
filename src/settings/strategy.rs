//! A strategy, as a name or as a table of one or two.

use std::borrow::ToOwned;
use std::format;
use std::string::String;
use std::vec::Vec;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::error::{Bad, Value, shown};
use super::read::{Entries, Raw, list};
use super::said::Span;
use crate::config::ConfigErrorKind as Kind;
use crate::strategy::{Choice, CountChoice, RateChoice};

/// A choice that is written as it is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Chosen(pub(super) Choice);

/// Each with its settings, as a message shows them; none of those that a name alone gives.
const KNOWN: [(&str, &str); 8] = [
    ("consecutive", "true"),
    ("net_error", "true"),
    ("debounce", "{ up = 2, down = 1 }"),
    ("timed_consecutive", "{ quiet = \"1m\" }"),
    ("failures_per_period", "{ failures = 3, period = \"1m\" }"),
    ("count_window", "{ calls = 100, percent = 50, minimum = 20 }"),
    ("time_window", "{ window = \"10s\", percent = 50, minimum = 20 }"),
    ("decaying_rate", "{ k = 5, percent = 50, half_life = \"10s\" }"),
];

/// The most that `debounce` counts to.
const MOST: u16 = 4_095;
const PERCENT: (u32, u32) = (1, 100);

enum Part {
    Count(CountChoice),
    Rate(RateChoice),
    Alone(Choice),
}

impl Chosen {
    pub(super) fn read(raw: &Raw) -> Result<Self, Bad> {
        let table = match raw {
            Raw::Text(name) => return by_name(name, raw),
            Raw::Table(table) => table,
            _ => return Err(raw.must_be("the name of a strategy or a table of one")),
        };
        let mut parts = Vec::new();
        for (i, (name, raw)) in table.iter().enumerate() {
            if table[..i].iter().any(|(before, _)| before == name) {
                return Err(Bad::here("is given twice".to_owned()).within(&shown(name)));
            }
            parts.push(part(name, raw)?);
        }
        let choice = match parts.as_slice() {
            [Part::Count(count)] => Choice::Count(*count),
            [Part::Rate(rate)] => Choice::Rate(*rate),
            [Part::Alone(choice)] => *choice,
            [Part::Count(count), Part::Rate(rate)] | [Part::Rate(rate), Part::Count(count)] => {
                Choice::Either(*count, *rate)
            }
            [] => return Err(Bad::here(format!("is empty, must be one of {}", known()))),
            _ => {
                let names: Vec<_> = table.iter().map(|(name, _)| name.as_str()).collect();
                return Err(Bad::here(format!(
                    "is {} together, must be one, or one of consecutive, net_error and debounce with one of \
                     failures_per_period, count_window and time_window",
                    list(&names)
                )));
            }
        };
        Ok(Chosen(choice))
    }

    /// The field that the kind of an error means, and its value.
    pub(super) fn told(&self, kind: Kind) -> Option<(&'static str, Value)> {
        use RateChoice::{CountWindow, FailuresPerPeriod, TimeWindow};

        let rate = match self.0 {
            Choice::TimedConsecutive { quiet, lump } => {
                let (name, time) = match kind {
                    Kind::Quiet => ("strategy.timed_consecutive.quiet", quiet),
                    Kind::Lump => ("strategy.timed_consecutive.lump", lump),
                    _ => return None,
                };
                return time.map(|time| (name, Value::AtLeast(time)));
            }
            Choice::DecayingRate { percent, half_life, .. } => {
                return match kind {
                    Kind::Rate => {
                        Some(("strategy.decaying_rate.percent", Value::Number(percent.into())))
                    }
                    Kind::HalfLife => {
                        Some(("strategy.decaying_rate.half_life", Value::Whole(half_life)))
                    }
                    _ => None,
                };
            }
            Choice::Count(_) => return None,
            Choice::Rate(rate) | Choice::Either(_, rate) => rate,
        };
        Some(match (kind, rate) {
            (Kind::Period, FailuresPerPeriod { period, .. }) => {
                ("strategy.failures_per_period.period", Value::Whole(period))
            }
            (Kind::Minimum, CountWindow { minimum, .. }) => {
                ("strategy.count_window.minimum", Value::Number(minimum.into()))
            }
            (Kind::Window, TimeWindow { window, .. }) => {
                ("strategy.time_window.window", Value::Whole(window))
            }
            (Kind::Buckets, TimeWindow { buckets, .. }) => {
                ("strategy.time_window.buckets", Value::Number(buckets.into()))
            }
            _ => return None,
        })
    }
}

fn known() -> String {
    list(&KNOWN.map(|known| known.0))
}

fn by_name(name: &str, raw: &Raw) -> Result<Chosen, Bad> {
    match KNOWN.iter().find(|known| known.0 == name) {
        Some(("consecutive", _)) => Ok(Chosen(Choice::Count(CountChoice::Consecutive))),
        Some(("net_error", _)) => Ok(Chosen(Choice::Count(CountChoice::NetError))),
        Some((name, settings)) => {
            Err(raw.must_be(&format!("a table, such as {{ {name} = {settings} }}")))
        }
        None => Err(raw.must_be(&format!("one of {}", known()))),
    }
}

fn part(name: &str, raw: &Raw) -> Result<Part, Bad> {
    let plain = |count| match raw.truth() {
        Ok(true) => Ok(Part::Count(count)),
        _ => Err(raw.must_be("true").within(name)),
    };
    let entries = |names| Entries::new(name, raw, names);
    Ok(match name {
        "consecutive" => plain(CountChoice::Consecutive)?,
        "net_error" => plain(CountChoice::NetError)?,
        "debounce" => {
            let entries = entries(&["up", "down", "up_to", "down_to"])?;
            let up = entries.number("up", (1, 4_096))?;
            let down = entries.number("down", (0, MOST.into()))?;
            let jump = |name| entries.get(name, |raw| raw.number(0, MOST.into()));
            let jumps = match (jump("up_to")?, jump("down_to")?) {
                (None, None) => None,
                // One that is not given goes nowhere.
                (up_to, down_to) => Some((up_to.unwrap_or(0), down_to.unwrap_or(MOST))),
            };
            Part::Count(CountChoice::Debounce { up, down, jumps })
        }
        "timed_consecutive" => {
            let entries = entries(&["quiet", "lump"])?;
            let quiet = entries.get("quiet", Raw::duration)?;
            let lump = entries.get("lump", Raw::duration)?;
            if quiet.is_none() && lump.is_none() {
                let problem = "is empty, must have quiet or lump or both".to_owned();
                return Err(Bad::here(problem).within(name));
            }
            Part::Alone(Choice::TimedConsecutive { quiet, lump })
        }
        "failures_per_period" => {
            let entries = entries(&["failures", "period"])?;
            let n = entries.number("failures", (1, 4_096))?;
            Part::Rate(RateChoice::FailuresPerPeriod { n, period: entries.duration("period")? })
        }
        "count_window" => {
            let entries = entries(&["calls", "percent", "minimum"])?;
            Part::Rate(RateChoice::CountWindow {
                calls: entries.number("calls", (1, 1_024))?,
                percent: entries.number("percent", PERCENT)?,
                minimum: entries.number("minimum", (1, 1_024))?,
            })
        }
        "time_window" => {
            let entries = entries(&["window", "percent", "minimum", "buckets"])?;
            Part::Rate(RateChoice::TimeWindow {
                buckets: entries.get("buckets", |raw| raw.number(1, 1_024))?.unwrap_or(10),
                window: entries.duration("window")?,
                percent: entries.number("percent", PERCENT)?,
                minimum: entries.number("minimum", (1, u16::MAX.into()))?,
            })
        }
        "decaying_rate" => {
            let entries = entries(&["k", "percent", "half_life"])?;
            Part::Alone(Choice::DecayingRate {
                k: entries.number("k", (1, 11))?,
                percent: entries.number("percent", (1, 99))?,
                half_life: entries.duration("half_life")?,
            })
        }
        _ => {
            let problem = format!("is no strategy, there are {}", known());
            return Err(Bad::here(problem).within(&shown(name)));
        }
    })
}

impl Serialize for Chosen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = match self.0 {
            Choice::Count(CountChoice::Consecutive) => {
                return serializer.serialize_str("consecutive");
            }
            Choice::Count(CountChoice::NetError) => return serializer.serialize_str("net_error"),
            Choice::Either(..) => serializer.serialize_map(Some(2))?,
            _ => serializer.serialize_map(Some(1))?,
        };
        match self.0 {
            Choice::Count(count) => put_count(&mut map, count)?,
            Choice::Rate(rate) => put_rate(&mut map, rate)?,
            Choice::Either(count, rate) => {
                put_count(&mut map, count)?;
                put_rate(&mut map, rate)?;
            }
            Choice::TimedConsecutive { quiet, lump } => {
                let times = Timed { quiet: quiet.map(Span), lump: lump.map(Span) };
                map.serialize_entry("timed_consecutive", &times)?;
            }
            Choice::DecayingRate { k, percent, half_life } => {
                let rate = Decaying { k, percent, half_life: Span(half_life) };
                map.serialize_entry("decaying_rate", &rate)?;
            }
        }
        map.end()
    }
}

fn put_count<M: SerializeMap>(map: &mut M, count: CountChoice) -> Result<(), M::Error> {
    match count {
        CountChoice::Consecutive => map.serialize_entry("consecutive", &true),
        CountChoice::NetError => map.serialize_entry("net_error", &true),
        CountChoice::Debounce { up, down, jumps } => {
            let (up_to, down_to) = jumps.unzip();
            map.serialize_entry("debounce", &Steps { up, down, up_to, down_to })
        }
    }
}

fn put_rate<M: SerializeMap>(map: &mut M, rate: RateChoice) -> Result<(), M::Error> {
    match rate {
        RateChoice::FailuresPerPeriod { n, period } => {
            let period = Period { failures: n, period: Span(period) };
            map.serialize_entry("failures_per_period", &period)
        }
        RateChoice::CountWindow { calls, percent, minimum } => {
            map.serialize_entry("count_window", &OfCalls { calls, percent, minimum })
        }
        RateChoice::TimeWindow { buckets, window, percent, minimum } => {
            let window = OfTime { window: Span(window), percent, minimum, buckets };
            map.serialize_entry("time_window", &window)
        }
    }
}

#[derive(serde::Serialize)]
struct Steps {
    up: u16,
    down: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    up_to: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    down_to: Option<u16>,
}

#[derive(serde::Serialize)]
struct Timed {
    #[serde(skip_serializing_if = "Option::is_none")]
    quiet: Option<Span>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lump: Option<Span>,
}

#[derive(serde::Serialize)]
struct Decaying {
    k: u8,
    percent: u8,
    half_life: Span,
}

#[derive(serde::Serialize)]
struct Period {
    failures: u16,
    period: Span,
}

#[derive(serde::Serialize)]
struct OfCalls {
    calls: u16,
    percent: u8,
    minimum: u16,
}

#[derive(serde::Serialize)]
struct OfTime {
    window: Span,
    percent: u8,
    minimum: u16,
    buckets: u16,
}
