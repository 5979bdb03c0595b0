//! One line: CSV or JSON.

use csv_core::{ReadRecordResult, Reader};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::value::{duration, outcome, time};
use super::{Call, Reading};

const COLUMNS: [&str; 3] = ["time", "outcome", "duration"];

/// More than any table of calls has.
const MOST_COLUMNS: usize = 256;

/// Reads lines, as the first of them says how.
pub(super) struct Lines {
    reading: Reading,
    csv: Reader,
    fields: Vec<u8>,
    ends: Vec<usize>,
    /// Where the columns are in a line of CSV, once that is known.
    places: Option<[usize; 3]>,
    /// How many there are.
    width: usize,
}

/// Other fields are let be: a log line has many.
#[derive(Deserialize)]
struct Json<'a> {
    #[serde(borrow)]
    time: &'a RawValue,
    #[serde(borrow)]
    outcome: &'a RawValue,
    #[serde(borrow)]
    duration: &'a RawValue,
}

impl Lines {
    pub(super) fn new(reading: Reading) -> Self {
        Lines {
            reading,
            csv: Reader::new(),
            fields: vec![0; 1024],
            ends: vec![0; MOST_COLUMNS],
            places: None,
            width: 3,
        }
    }

    /// A call, or none from the line that names the columns.
    pub(super) fn read(&mut self, line: &str) -> Result<Option<Call>, String> {
        if line.trim().is_empty() {
            return Err("is empty".to_owned());
        }
        if line.trim_start().starts_with('{') { self.json(line).map(Some) } else { self.csv(line) }
    }

    fn json(&self, line: &str) -> Result<Call, String> {
        let json: Json = serde_json::from_str(line).map_err(|error| {
            let column = error.column();
            let said = error.to_string();
            let said = said.split(" at line ").next().unwrap_or_default();
            format!("is no JSON of a call: {said}, at column {column}")
        })?;
        self.call([json.time, json.outcome, json.duration].map(RawValue::get))
    }

    fn csv(&mut self, line: &str) -> Result<Option<Call>, String> {
        let count = self.split(line)?;
        let field = |place: usize| {
            let from = if place == 0 { 0 } else { self.ends[place - 1] };
            std::str::from_utf8(&self.fields[from..self.ends[place]]).unwrap_or_default().trim()
        };
        let Some(places) = self.places else {
            // The columns may be named, by a word in place of a time.
            let has_names = (0..count).any(|place| field(place) == COLUMNS[0]);
            if !has_names {
                self.places = Some([0, 1, 2]);
                return self.csv(line);
            }
            let mut places = [0; 3];
            for (place, name) in places.iter_mut().zip(COLUMNS) {
                let mut named = (0..count).filter(|&place| field(place) == name);
                *place = named.next().ok_or_else(|| format!("names no column {name}"))?;
                if named.next().is_some() {
                    return Err(format!("names two columns {name}"));
                }
            }
            (self.places, self.width) = (Some(places), count);
            return Ok(None);
        };
        if count != self.width {
            let (width, those) = (self.width, COLUMNS.join(", "));
            let what = if width == 3 { those } else { "as many as are named".to_owned() };
            return Err(format!("has {count} columns, must have {width}: {what}"));
        }
        self.call(places.map(field)).map(Some)
    }

    /// Into fields, and how many.
    fn split(&mut self, line: &str) -> Result<usize, String> {
        // Unescaped fields are never longer than the line.
        if self.fields.len() < line.len() + 1 {
            self.fields.resize(line.len() + 1, 0);
        }
        self.csv.reset();
        let (mut read, mut written, mut count) = (0, 0, 0);
        loop {
            let input = &line.as_bytes()[read..];
            let (result, r, w, e) =
                self.csv.read_record(input, &mut self.fields[written..], &mut self.ends[count..]);
            (read, written, count) = (read + r, written + w, count + e);
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record | ReadRecordResult::End if read == line.len() => {
                    return Ok(count);
                }
                ReadRecordResult::Record | ReadRecordResult::End => {
                    return Err("has a carriage return in it".to_owned());
                }
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return Err(format!("has more than {MOST_COLUMNS} columns"));
                }
            }
        }
    }

    fn call(&self, [at, what, lasts]: [&str; 3]) -> Result<Call, String> {
        Ok(Call {
            at: time(at, self.reading.time_unit)?,
            outcome: outcome(what)?,
            lasts: duration(lasts, self.reading.duration_unit)?,
        })
    }
}
