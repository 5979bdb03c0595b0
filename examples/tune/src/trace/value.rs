//! The values of a line, as CSV and JSON write them.

use std::time::{Duration, UNIX_EPOCH};

use super::{Outcome, Unit};

/// Some 280 years: what comes behind is no time, or one in another unit.
const LAST: u64 = 1 << 53;

/// A month.
const LONGEST: u64 = 31 * 24 * 3600 * 1_000_000;

impl Unit {
    fn nanoseconds(self) -> u64 {
        match self {
            Unit::S => 1_000_000_000,
            Unit::Ms => 1_000_000,
            Unit::Us => 1_000,
            Unit::Ns => 1,
        }
    }
}

/// Without the quotation marks of JSON.
fn bare(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

fn quoted(text: &str) -> String {
    let cut: String = text.chars().take(40).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("\"{}{more}\"", cut.escape_debug())
}

/// In microseconds.
pub(super) fn time(text: &str, unit: Unit) -> Result<u64, String> {
    let text = bare(text);
    let microseconds = number(text, unit).or_else(|| {
        // A date has a sign in it, a number only at its head.
        let date = text.get(1..).is_some_and(|rest| rest.contains('-')) && !text.contains('e');
        let date = date.then(|| humantime::parse_rfc3339_weak(text.trim_end_matches("+00:00")));
        let since = date?.ok()?.duration_since(UNIX_EPOCH).ok()?;
        u64::try_from(since.as_micros()).ok()
    });
    match microseconds {
        Some(time) if time < LAST => Ok(time),
        Some(_) => Err(format!("time is {}, which is more than 280 years", quoted(text))),
        None => Err(format!(
            "time is {}, must be a number from 0, such as 12.5, or a time of RFC 3339 in UTC",
            quoted(text),
        )),
    }
}

/// In microseconds.
pub(super) fn duration(text: &str, unit: Unit) -> Result<u64, String> {
    let text = bare(text);
    if text.starts_with('-') {
        return Err(format!("duration is {}, must not be negative", quoted(text)));
    }
    let microseconds = number(text, unit).or_else(|| {
        // Within bounds in which no sum of its parts can overflow.
        if text.len() > 64 || text.split(|c: char| !c.is_ascii_digit()).any(|d| d.len() > 10) {
            return None;
        }
        let duration: Duration = humantime::parse_duration(text).ok()?;
        u64::try_from(duration.as_micros()).ok()
    });
    match microseconds {
        Some(duration) if duration <= LONGEST => Ok(duration),
        Some(_) => Err(format!("duration is {}, which is more than 31 days", quoted(text))),
        None => Err(format!(
            "duration is {}, must be a number, such as 0.08, or one with a unit, such as 80ms",
            quoted(text),
        )),
    }
}

/// Microseconds, rounded down: exact for decimals, by a float for what has an exponent.
fn number(text: &str, unit: Unit) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) {
        let float: f64 = if text.contains(['e', 'E']) { text.parse().ok()? } else { return None };
        let microseconds = float * unit.nanoseconds() as f64 / 1e3;
        return (float >= 0.0 && microseconds.is_finite()).then_some(microseconds as u64);
    }
    // What has more digits saturates, and is too large for everyone.
    let mut nanoseconds =
        whole.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(unit.nanoseconds());
    let mut place = unit.nanoseconds();
    for digit in part.bytes() {
        place /= 10;
        nanoseconds = nanoseconds.saturating_add(place * u64::from(digit - b'0'));
    }
    Some(nanoseconds / 1_000)
}

pub(super) fn outcome(text: &str) -> Result<Outcome, String> {
    match bare(text) {
        "ok" | "success" | "good" | "true" => Ok(Outcome::Good),
        "error" | "failure" | "failed" | "fail" | "false" => Ok(Outcome::Failed),
        "fatal" => Ok(Outcome::Fatal),
        "ignored" | "ignore" => Ok(Outcome::Ignored),
        "rejected" => Err(
            "outcome is \"rejected\": a breaker was there already, and nobody knows what would \
             have come of that call"
                .to_owned(),
        ),
        status => match status.parse::<u16>() {
            Ok(100..=499) if status.len() == 3 => Ok(Outcome::Good),
            Ok(500..=599) if status.len() == 3 => Ok(Outcome::Failed),
            _ => Err(format!(
                "outcome is {}, must be ok, error, fatal, ignored, or a status of HTTP",
                quoted(status),
            )),
        },
    }
}
