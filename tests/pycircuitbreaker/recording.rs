//! `recorded.txt` as data; `record.py` wrote it and explains its format.

use mcb::State;

/// The whole file.
pub(crate) const TEXT: &str = include_str!("recorded.txt");

/// What the first line must say, so that no other version slips in.
const HEADER: &str = "# pycircuitbreaker 0.4.0, seed 4, format 1, clock starts at 1000;";

/// The fake clock's first tick, which is also when each breaker was made.
pub(crate) const START: i64 = 1000;

/// What a guarded function returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Good,
    Bad,
}

/// What it raised: the lists name `Loud` and `Quiet`, the children derive from them, `Both` from both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Other,
    Loud,
    LoudChild,
    Quiet,
    QuietChild,
    Both,
}

pub(crate) type Outcome = Result<Value, Fault>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strategy {
    SingleReset,
    NetError,
}

/// The settings of one sequence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) number: u32,
    pub(crate) strategy: Strategy,
    pub(crate) shape: &'static str,
    pub(crate) errors: u16,
    pub(crate) successes: u8,
    pub(crate) timeout: u32,
    pub(crate) whitelist: bool,
    pub(crate) blacklist: bool,
    pub(crate) detect: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    /// The clock moves, back if negative.
    Step(i64),
    /// Begun and finished at once.
    Call(Outcome),
    Begin(u32, Outcome),
    Finish(u32),
}

/// What a caller got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Got {
    Nothing,
    /// Admitted, and not finished yet.
    Pending,
    Value,
    Raised,
    /// Not admitted, with so many ticks left.
    Rejected(i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fired {
    Open(Outcome),
    Close,
}

/// One line: an event, and what was seen after it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) text: &'static str,
    pub(crate) event: Event,
    pub(crate) got: Got,
    pub(crate) seen: Seen,
    pub(crate) fired: Option<Fired>,
}

/// The properties of the original's breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) state: State,
    pub(crate) errors: u16,
    pub(crate) successes: u16,
    pub(crate) open_time: i64,
}

impl Seen {
    /// A breaker that was just made.
    pub(crate) fn fresh(settings: &Settings) -> Seen {
        let successes = match settings.strategy {
            Strategy::SingleReset => 0,
            Strategy::NetError => settings.errors,
        };
        Seen { state: State::Closed, errors: 0, successes, open_time: START }
    }
}

pub(crate) struct Sequence {
    pub(crate) settings: Settings,
    pub(crate) lines: Vec<Line>,
}

pub(crate) fn sequences() -> Vec<Sequence> {
    let mut lines = TEXT.lines();
    let header = lines.next().expect("the recording is not empty");
    assert!(header.starts_with(HEADER), "another recording: {header}");
    let mut sequences: Vec<Sequence> = Vec::new();
    let mut open_time = START;
    for text in lines {
        if let Some(settings) = text.strip_prefix("= ") {
            sequences.push(Sequence { settings: parse_settings(settings), lines: Vec::new() });
            open_time = START;
        } else {
            let line = parse_line(text, open_time);
            open_time = line.seen.open_time;
            sequences.last_mut().expect("settings come first").lines.push(line);
        }
    }
    sequences
}

fn parse_settings(text: &'static str) -> Settings {
    let field = |name: &str| {
        let found = text.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("no {name} in {text}"))
    };
    let number = |name: &str| field(name).parse::<u16>().expect("a number");
    Settings {
        number: text.split(' ').next().and_then(|word| word.parse().ok()).expect("a number"),
        strategy: match field("strategy") {
            "SINGLE_RESET" => Strategy::SingleReset,
            "NET_ERROR" => Strategy::NetError,
            other => panic!("strategy {other}"),
        },
        shape: field("shape"),
        errors: number("errors"),
        successes: number("successes") as u8,
        timeout: u32::from(number("timeout")),
        whitelist: field("lists").contains('w'),
        blacklist: field("lists").contains('b'),
        detect: field("detect") == "1",
    }
}

fn parse_line(text: &'static str, open_time: i64) -> Line {
    let words: Vec<&'static str> = text.split(' ').collect();
    let [event, got, state, errors, successes, opened, fired] = words[..] else {
        panic!("not seven words: {text}")
    };
    let number = |word: &str| word.parse::<i64>().unwrap_or_else(|_| panic!("a number: {text}"));
    let call = |word: &'static str| {
        let (id, kind) = word.split_once(':').expect("a call has an end");
        (number(id) as u32, outcome(kind))
    };
    Line {
        text,
        event: match event.as_bytes()[0] {
            b'+' | b'-' => Event::Step(number(event)),
            b'>' => {
                let (id, outcome) = call(&event[1..]);
                Event::Begin(id, outcome)
            }
            b'<' => Event::Finish(call(&event[1..]).0),
            _ => Event::Call(outcome(event)),
        },
        got: match got {
            "." => Got::Nothing,
            "pending" => Got::Pending,
            "value" => Got::Value,
            "raised" => Got::Raised,
            other => Got::Rejected(number(other.strip_prefix("rejected:").expect("rejected"))),
        },
        seen: Seen {
            state: match state {
                "C" => State::Closed,
                "O" => State::Open,
                "H" => State::HalfOpen,
                other => panic!("state {other}"),
            },
            errors: number(errors) as u16,
            successes: number(successes) as u16,
            open_time: opened.strip_prefix('@').map_or(open_time, number),
        },
        fired: match fired {
            "." => None,
            "close" => Some(Fired::Close),
            other => Some(Fired::Open(outcome(other.strip_prefix("open:").expect("one callback")))),
        },
    }
}

fn outcome(kind: &str) -> Outcome {
    match kind {
        "ok" => Ok(Value::Good),
        "bad" => Ok(Value::Bad),
        "other" => Err(Fault::Other),
        "loud" => Err(Fault::Loud),
        "loud+" => Err(Fault::LoudChild),
        "quiet" => Err(Fault::Quiet),
        "quiet+" => Err(Fault::QuietChild),
        "both" => Err(Fault::Both),
        other => panic!("a call cannot end with {other}"),
    }
}
