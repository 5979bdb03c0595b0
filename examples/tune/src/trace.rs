//! A trace: calls as lines, read one by one.

mod line;
mod value;

use std::fmt;
use std::io::{self, BufRead, Read};

use clap::ValueEnum;
use mcb::Verdict;
use serde::Serialize;

use line::Lines;

/// A call as the trace tells it. Times are microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// When it began.
    pub at: u64,
    pub lasts: u64,
    pub outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Good,
    Failed,
    /// A failure that opens the breaker at once.
    Fatal,
    /// It says nothing about what was called.
    Ignored,
}

impl Outcome {
    pub fn verdict(self) -> Verdict {
        match self {
            Outcome::Good => Verdict::Success,
            Outcome::Failed => Verdict::Failure,
            Outcome::Fatal => Verdict::Fatal,
            Outcome::Ignored => Verdict::Ignore,
        }
    }

    pub fn is_failure(self) -> bool {
        matches!(self, Outcome::Failed | Outcome::Fatal)
    }
}

/// What a number without a unit is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Unit {
    S,
    Ms,
    Us,
    Ns,
}

/// How lines are read.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    pub time_unit: Unit,
    pub duration_unit: Unit,
    /// Count bad lines instead of ending at the first.
    pub skip_bad: bool,
}

/// A line that cannot be used.
#[derive(Debug)]
pub struct BadLine {
    pub number: u64,
    pub problem: String,
    /// What stands there, made printable and cut.
    pub content: String,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}; it reads: {}", self.number, self.problem, self.content)
    }
}

impl std::error::Error for BadLine {}

/// Longer than any honest line: what is behind may be a file of another kind, in one line.
const LONGEST: u64 = 64 * 1024;

/// Calls from a reader of lines, in a space that does not grow.
pub struct Trace<R> {
    input: R,
    lines: Lines,
    reading: Reading,
    line: Vec<u8>,
    pub number: u64,
    pub bytes: u64,
    pub calls: u64,
    pub bad: u64,
    /// The first of the bad lines that were skipped.
    pub first_bad: Option<BadLine>,
    last: Option<(u64, u64)>,
}

impl<R: BufRead> Trace<R> {
    pub fn new(input: R, reading: Reading) -> Self {
        Trace {
            input,
            lines: Lines::new(reading),
            reading,
            line: Vec::new(),
            number: 0,
            bytes: 0,
            calls: 0,
            bad: 0,
            first_bad: None,
            last: None,
        }
    }

    /// The next call, or none at the end.
    pub fn next_call(&mut self) -> anyhow::Result<Option<Call>> {
        while self.read_line()? {
            let read = self.call();
            match read {
                Ok(Some(call)) => {
                    self.calls += 1;
                    self.last = Some((call.at, self.number));
                    return Ok(Some(call));
                }
                // A header.
                Ok(None) => {}
                Err(problem) => {
                    let content = shown(&self.line);
                    let bad = BadLine { number: self.number, problem, content };
                    if !self.reading.skip_bad {
                        return Err(bad.into());
                    }
                    self.bad += 1;
                    self.first_bad.get_or_insert(bad);
                }
            }
        }
        Ok(None)
    }

    fn call(&mut self) -> Result<Option<Call>, String> {
        if self.line.len() as u64 > LONGEST {
            return Err(format!("is longer than {LONGEST} bytes"));
        }
        let line = std::str::from_utf8(&self.line)
            .map_err(|error| format!("is not UTF-8 from byte {}", error.valid_up_to() + 1))?;
        let Some(call) = self.lines.read(line)? else { return Ok(None) };
        match self.last {
            Some((last, number)) if call.at < last => Err(format!(
                "time goes back by {:?}, behind line {number}",
                std::time::Duration::from_micros(last - call.at),
            )),
            _ => Ok(Some(call)),
        }
    }

    /// Whether there was one more line, which is now in `line`, without its end.
    fn read_line(&mut self) -> io::Result<bool> {
        self.line.clear();
        let read = self.input.by_ref().take(LONGEST + 2).read_until(b'\n', &mut self.line)?;
        if read == 0 {
            return Ok(false);
        }
        self.bytes += read as u64;
        self.number += 1;
        if self.line.ends_with(b"\n") {
            self.line.pop();
            if self.line.ends_with(b"\r") {
                self.line.pop();
            }
        } else if self.line.len() as u64 > LONGEST {
            self.bytes += self.input.skip_until(b'\n')? as u64;
        }
        if self.number == 1 && self.line.starts_with(b"\xEF\xBB\xBF") {
            self.line.drain(..3);
        }
        Ok(true)
    }
}

/// What a person can read of a line, and of the beginning of a long one.
fn shown(line: &[u8]) -> String {
    const MOST: usize = 120;
    if line.is_empty() {
        return "(nothing)".to_owned();
    }
    let part = &line[..line.len().min(MOST)];
    let text = match std::str::from_utf8(part) {
        Ok(text) => text.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'"),
        // Cut within a character, or no UTF-8 at all.
        Err(_) => part.escape_ascii().to_string().replace("\\\"", "\""),
    };
    let more = line.len() - part.len();
    if more > 0 { format!("{text}… and {more} bytes more") } else { text }
}

#[cfg(test)]
mod tests;
