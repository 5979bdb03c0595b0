//! The two tables of settings, as serde reads them.

use std::borrow::ToOwned;
use std::collections::BTreeMap;
use std::format;
use std::string::String;

use serde::de::{Deserialize, Deserializer, Error, MapAccess};

use super::Settings;
use super::circuit::{Circuit, Section};
use super::error::{BadSetting, Place, shown};
use super::read::{Raw, Reader, Reads};

/// Longer than any host name, as for `Config`.
const LONGEST_ID: usize = 255;

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader(All))
    }
}

/// Reads both tables.
struct All;

impl<'de> Reads<'de> for All {
    type Value = Settings;

    fn table<A: MapAccess<'de>>(self, mut map: A) -> Result<Settings, A::Error> {
        let (mut defaults, mut circuits) = (None, None);
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "defaults" if defaults.is_none() => {
                    defaults = Some(map.next_value_seed(Reader(Section(&Place::Defaults)))?);
                }
                "circuits" if circuits.is_none() => {
                    circuits = Some(map.next_value_seed(Reader(Circuits))?);
                }
                "defaults" | "circuits" => return Err(bad(&name, "is given twice")),
                _ => {
                    return Err(bad(
                        &shown(&name),
                        "is no table of settings, there are defaults and circuits",
                    ));
                }
            }
        }
        if defaults.is_none() && circuits.is_none() {
            return Err(bad(
                "",
                "is empty, must have defaults or circuits, if only an empty table",
            ));
        }
        let (defaults, circuits) = (defaults.unwrap_or_default(), circuits.unwrap_or_default());
        Ok(Settings { defaults, circuits })
    }

    fn other<E: Error>(self, raw: Raw) -> Result<Settings, E> {
        Err(E::custom(raw.must_be("a table of defaults and circuits").at(&Place::Settings)))
    }
}

/// Reads the table of circuits.
struct Circuits;

impl<'de> Reads<'de> for Circuits {
    type Value = BTreeMap<String, Circuit>;

    fn table<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut circuits = BTreeMap::new();
        while let Some(id) = map.next_key::<String>()? {
            if !(1..=LONGEST_ID).contains(&id.len()) {
                let problem = format!("has an id of {} bytes, must be 1 to {LONGEST_ID}", id.len());
                return Err(bad("circuits", &problem));
            }
            let place = Place::Circuit(id.clone());
            if circuits.contains_key(&id) {
                let twice = "is given twice".to_owned();
                return Err(A::Error::custom(BadSetting::new(place, "", twice)));
            }
            circuits.insert(id, map.next_value_seed(Reader(Section(&place)))?);
        }
        Ok(circuits)
    }

    fn other<E: Error>(self, raw: Raw) -> Result<Self::Value, E> {
        let must = raw.must_be("a table of circuits by their ids").within("circuits");
        Err(E::custom(must.at(&Place::Settings)))
    }
}

/// Something is wrong with the tables.
fn bad<E: Error>(field: &str, problem: &str) -> E {
    E::custom(BadSetting::new(Place::Settings, field, problem.to_owned()))
}
