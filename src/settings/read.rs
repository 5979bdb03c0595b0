//! A value of whatever format, read before it is known to be what it should be, so that a message can say what it is.

use core::fmt;
use core::time::Duration;
use std::borrow::ToOwned;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::error::{Bad, shown};
use super::said::Said;

/// How a setting is put back to its default.
pub(super) const UNSET: &str = "unset";

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Raw {
    Null,
    Bool(bool),
    Number(i128),
    Float(f64),
    Text(String),
    List(Vec<Raw>),
    /// As it was written: with a name twice where a format lets that pass.
    Table(Vec<(String, Raw)>),
}

impl Raw {
    pub(super) fn table<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut entries = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            entries.push((name, map.next_value_seed(Reader(Whole))?));
        }
        Ok(Raw::Table(entries))
    }

    /// It is none of what it must be.
    pub(super) fn must_be(&self, what: &str) -> Bad {
        Bad::here(format!("is {self}, must be {what}"))
    }

    /// As the reading function says, or put back to its default.
    pub(super) fn said<T>(
        &self,
        read: impl FnOnce(&Raw) -> Result<T, Bad>,
    ) -> Result<Said<T>, Bad> {
        if *self == Raw::Text(UNSET.to_owned()) {
            Ok(Said::Unset)
        } else {
            read(self).map(Said::Is)
        }
    }

    /// Also from a text, since the environment has nothing else.
    pub(super) fn number<T: TryFrom<u32>>(&self, least: u32, most: u32) -> Result<T, Bad> {
        let number = match self {
            Raw::Number(number) => Some(*number),
            Raw::Text(text) => text.parse().ok(),
            _ => None,
        };
        let number = number.and_then(|number| u32::try_from(number).ok());
        let number = number.filter(|number| (least..=most).contains(number));
        let number = number.and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| self.must_be(&format!("a whole number from {least} to {most}")))
    }

    pub(super) fn truth(&self) -> Result<bool, Bad> {
        match self {
            Raw::Bool(truth) => Ok(*truth),
            Raw::Text(text) if text == "true" => Ok(true),
            Raw::Text(text) if text == "false" => Ok(false),
            _ => Err(self.must_be("true or false")),
        }
    }

    pub(super) fn duration(&self) -> Result<Duration, Bad> {
        let duration = if let Raw::Text(text) = self { duration(text) } else { None };
        duration.ok_or_else(|| self.must_be("a duration such as \"250ms\" or \"1m 30s\""))
    }

    /// A list of durations, or a text with commas between them.
    pub(super) fn durations(&self) -> Result<Vec<Duration>, Bad> {
        let durations: Option<Vec<_>> = match self {
            Raw::Text(text) => text.split(',').map(duration).collect(),
            Raw::List(list) => {
                let durations = list.iter().map(Raw::duration);
                return durations.collect::<Result<Vec<_>, _>>().and_then(few);
            }
            _ => None,
        };
        let must = "a list of durations such as [\"500ms\", \"15s\", \"45s\"]";
        durations.ok_or_else(|| self.must_be(must)).and_then(few)
    }
}

fn few(durations: Vec<Duration>) -> Result<Vec<Duration>, Bad> {
    match durations.len() {
        1..=8 => Ok(durations),
        n => Err(Bad::here(format!("is a list of {n}, must be one of 1 to 8 durations"))),
    }
}

/// Within bounds in which no sum of its parts can overflow, where humantime would panic.
fn duration(text: &str) -> Option<Duration> {
    let digits = text.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
    if text.len() > 64 || digits > Some(10) {
        return None;
    }
    humantime::parse_duration(text.trim()).ok()
}

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Raw::Null => f.write_str("null"),
            Raw::Bool(truth) => truth.fmt(f),
            Raw::Number(number) => number.fmt(f),
            Raw::Float(number) => fmt::Debug::fmt(number, f),
            Raw::Text(text) => write!(f, "\"{}\"", shown(text)),
            Raw::List(_) => f.write_str("a list"),
            Raw::Table(_) => f.write_str("a table"),
        }
    }
}

/// What is done with a value: with a table entry by entry, so that an error in one gets the place that the format knows
/// of it.
pub(super) trait Reads<'de>: Sized {
    type Value;

    fn table<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error>;

    fn other<E: Error>(self, raw: Raw) -> Result<Self::Value, E>;
}

/// Everything, as it is.
struct Whole;

impl<'de> Reads<'de> for Whole {
    type Value = Raw;

    fn table<A: MapAccess<'de>>(self, map: A) -> Result<Raw, A::Error> {
        Raw::table(map)
    }

    fn other<E: Error>(self, raw: Raw) -> Result<Raw, E> {
        Ok(raw)
    }
}

/// Whatever type it has.
pub(super) struct Reader<R>(pub(super) R);

impl<'de, R: Reads<'de>> DeserializeSeed<'de> for Reader<R> {
    type Value = R::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<R::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, R: Reads<'de>> Visitor<'de> for Reader<R> {
    type Value = R::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a setting: a text, a number, true or false, a list or a table")
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<R::Value, E> {
        self.0.other(Raw::Bool(truth))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<R::Value, E> {
        self.0.other(Raw::Number(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<R::Value, E> {
        self.0.other(Raw::Number(number.into()))
    }

    fn visit_i128<E: Error>(self, number: i128) -> Result<R::Value, E> {
        self.0.other(Raw::Number(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<R::Value, E> {
        self.0.other(Raw::Float(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<R::Value, E> {
        self.0.other(Raw::Text(text.to_string()))
    }

    fn visit_unit<E: Error>(self) -> Result<R::Value, E> {
        self.0.other(Raw::Null)
    }

    fn visit_none<E: Error>(self) -> Result<R::Value, E> {
        self.0.other(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<R::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<R::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(raw) = seq.next_element_seed(Reader(Whole))? {
            list.push(raw);
        }
        self.0.other(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<R::Value, A::Error> {
        self.0.table(map)
    }
}

/// The entries of a table that have names of their own, in a setting.
pub(super) struct Entries {
    within: String,
    entries: Vec<(String, Raw)>,
}

impl Entries {
    /// Refuses names that there are not, and those given twice.
    pub(super) fn new(within: &str, raw: &Raw, names: &[&str]) -> Result<Self, Bad> {
        let Raw::Table(entries) = raw else {
            return Err(raw.must_be(&format!("a table of {}", list(names))).within(within));
        };
        for (i, (name, _)) in entries.iter().enumerate() {
            let bad = |problem| Err(Bad::here(problem).within(&shown(name)).within(within));
            if !names.contains(&name.as_str()) {
                return bad(format!("is no setting, there are {}", list(names)));
            }
            if entries[..i].iter().any(|(before, _)| before == name) {
                return bad("is given twice".to_owned());
            }
        }
        Ok(Entries { within: within.to_owned(), entries: entries.clone() })
    }

    /// One that may be left out.
    pub(super) fn get<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Raw) -> Result<T, Bad>,
    ) -> Result<Option<T>, Bad> {
        let raw = self.entries.iter().find(|entry| entry.0 == name).map(|entry| &entry.1);
        raw.map(read).transpose().map_err(|bad| bad.within(name).within(&self.within))
    }

    pub(super) fn number<T: TryFrom<u32>>(&self, name: &str, of: (u32, u32)) -> Result<T, Bad> {
        let number = self.get(name, |raw| raw.number(of.0, of.1))?;
        number.ok_or_else(|| self.missing(name))
    }

    pub(super) fn duration(&self, name: &str) -> Result<Duration, Bad> {
        self.get(name, Raw::duration)?.ok_or_else(|| self.missing(name))
    }

    fn missing(&self, name: &str) -> Bad {
        Bad::here("is missing".to_owned()).within(name).within(&self.within)
    }
}

/// `a, b and c`.
pub(super) fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
