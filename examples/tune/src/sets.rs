//! Settings from a file and from the command line, and the many that a sweep makes.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use mcb::settings::Settings;
use serde::Deserialize;
use toml::{Table, Value};

use crate::replay::Setting;

/// A setting, and what was said to get it.
#[derive(Clone, Debug)]
pub struct Named {
    pub name: String,
    pub said: String,
    pub setting: Setting,
}

/// More are a mistake, and slow.
const MOST: usize = 4_000;

/// Those of the file, or of it the circuits that are named, and then those of the command line, over the defaults of the
/// file. Without any it is the one that says nothing.
pub fn gather(
    file: Option<&Path>,
    circuits: &[String],
    sets: &[String],
) -> anyhow::Result<Vec<Named>> {
    let mut tables = match file {
        Some(path) => read(path).with_context(|| format!("settings {}", path.display()))?,
        None => Table::new(),
    };
    let mut names = Vec::new();
    if let Some(Value::Table(found)) = tables.get("circuits") {
        names.extend(found.keys().cloned());
    }
    if !circuits.is_empty() {
        for circuit in circuits {
            if !names.contains(circuit) {
                bail!("there is no circuit {circuit}, there are {}", names.join(", "));
            }
        }
        names.retain(|name| circuits.contains(name));
    }
    let mut said: Vec<String> = names.iter().map(|name| text_of(&tables, name)).collect();

    let inner = tables.entry("circuits").or_insert_with(|| Value::Table(Table::new()));
    let Value::Table(inner) = inner else { bail!("circuits is no table") };
    for set in sets {
        let (name, text) = set.split_once('=').ok_or_else(|| {
            anyhow!("--set {set:?} must be name='error_threshold=5 recovery_timeout=30s'")
        })?;
        if inner.contains_key(name) {
            bail!("--set {name:?} is given twice, or is in the file");
        }
        let table = table(text).with_context(|| format!("--set {name:?}"))?;
        inner.insert(name.to_owned(), Value::Table(table));
        names.push(name.to_owned());
        said.push(if text.trim().is_empty() { NOTHING.to_owned() } else { squeezed(text) });
    }
    if names.is_empty() {
        inner.insert("default".to_owned(), Value::Table(Table::new()));
        names.push("default".to_owned());
        said.push(NOTHING.to_owned());
    }

    let settings = Settings::deserialize(tables).map_err(|error| words(&error))?;
    let named = names.into_iter().zip(said).map(|(name, said)| {
        // One a setting, for as long as the program runs.
        let setting = settings.config(name.clone().leak())?;
        Ok(Named { name, said, setting })
    });
    named.collect()
}

const NOTHING: &str = "all as by default";

fn read(path: &Path) -> anyhow::Result<Table> {
    let text = std::fs::read_to_string(path)?;
    if path.extension().is_some_and(|extension| extension == "json") {
        serde_json::from_str::<Settings>(&text)?;
        return Ok(serde_json::from_str(&text)?);
    }
    // Once for its errors, which name the line.
    toml::from_str::<Settings>(&text)?;
    Ok(toml::from_str(&text)?)
}

/// What a file says of a circuit.
fn text_of(tables: &Table, name: &str) -> String {
    let circuit = tables.get("circuits").and_then(|circuits| circuits.get(name));
    let said = circuit.and_then(Value::as_table).map(|circuit| {
        circuit.iter().map(|(key, value)| format!("{key}={}", short(value))).collect::<Vec<_>>()
    });
    let said = said.unwrap_or_default().join(" ");
    let defaults = if tables.contains_key("defaults") { "over the file's defaults" } else { "" };
    match (said.is_empty(), defaults.is_empty()) {
        (true, true) => NOTHING.to_owned(),
        (true, false) => "the file's defaults".to_owned(),
        (false, true) => said,
        (false, false) => format!("{said} ({defaults})"),
    }
}

fn short(value: &Value) -> String {
    match value {
        Value::String(text) if !text.contains([' ', '"']) => text.clone(),
        value => value.to_string(),
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The library's own words, without the place in a text that nobody wrote.
fn words(error: &toml::de::Error) -> anyhow::Error {
    anyhow!("{}", error.message())
}

/// `error_threshold=5 recovery.doubling=5m strategy={ net_error = true }` as a table.
fn table(text: &str) -> anyhow::Result<Table> {
    let mut table = Table::new();
    for word in split(text, char::is_whitespace)? {
        let (path, value) = word.split_once('=').ok_or_else(|| {
            anyhow!("{word:?} must be a setting with its value, such as error_threshold=5")
        })?;
        put(&mut table, path, value_of(value).with_context(|| format!("{path}={value}"))?)?;
    }
    Ok(table)
}

fn value_of(text: &str) -> anyhow::Result<Value> {
    // A table, a list or a text as TOML has them; else a word, which may be a number.
    if !text.starts_with(['{', '[', '"']) {
        return Ok(Value::String(text.to_owned()));
    }
    let mut read: Table =
        toml::from_str(&format!("value = {text}")).map_err(|error| words(&error))?;
    read.remove("value").ok_or_else(|| anyhow!("is nothing"))
}

fn put(table: &mut Table, path: &str, value: Value) -> anyhow::Result<()> {
    let (first, rest) = match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    if let Some(rest) = rest {
        let inner = table.entry(first).or_insert_with(|| Value::Table(Table::new()));
        let Value::Table(inner) = inner else { bail!("{first} is given twice") };
        return put(inner, rest, value);
    }
    if table.insert(first.to_owned(), value).is_some() {
        bail!("{first} is given twice");
    }
    Ok(())
}

/// Parts between what separates them outside of brackets and quotation marks.
fn split(text: &str, separates: impl Fn(char) -> bool) -> anyhow::Result<Vec<&str>> {
    let (mut parts, mut depth, mut quoted, mut from) = (Vec::new(), 0_i32, false, 0);
    for (place, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            '}' | ']' if !quoted => depth -= 1,
            c if !quoted && depth == 0 && separates(c) => {
                parts.push(&text[from..place]);
                from = place + c.len_utf8();
            }
            _ => {}
        }
    }
    if quoted || depth != 0 {
        bail!("a bracket or a quotation mark is left open in {text:?}");
    }
    parts.push(&text[from..]);
    parts.retain(|part| !part.is_empty());
    Ok(parts)
}

/// All that sweeps make: each value of `error_threshold=2|3|5` with each of the others of the same text.
pub fn sweep(texts: &[String]) -> anyhow::Result<Vec<Named>> {
    let mut all: Vec<String> = Vec::new();
    for text in texts {
        let mut combined = vec![String::new()];
        for word in split(text, char::is_whitespace)? {
            let (path, values) = word.split_once('=').ok_or_else(|| {
                anyhow!("--sweep: {word:?} must be a setting with its values, such as error_threshold=2|5|8")
            })?;
            let values = split(values, |c| c == '|')?;
            if values.is_empty() {
                bail!("--sweep: {path} has no values");
            }
            if combined.len() * values.len() + all.len() > MOST {
                bail!("--sweep: these are more than {MOST} settings");
            }
            let with = |value: &&str| {
                let word = format!("{path}={value}");
                let before = combined.iter();
                before.map(move |before| squeezed(&format!("{before} {word}"))).collect::<Vec<_>>()
            };
            combined = values.iter().flat_map(with).collect();
        }
        all.extend(combined);
    }
    let mut named = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for said in all.into_iter().filter(|said| seen.insert(said.clone())) {
        let name = format!("s{}", named.len() + 1);
        let one = gather(None, &[], &[format!("{name}={said}")]);
        let one = one.with_context(|| format!("--sweep: of these settings, {said:?}"))?;
        named.extend(one);
    }
    Ok(named)
}

#[cfg(test)]
mod tests;
