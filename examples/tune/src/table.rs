//! Figures as a table, a strip, CSV and JSON.

use std::fmt::Write;

use serde_json::json;

use crate::bins::Bins;
use crate::replay::{Figures, Step, share};

use crate::run::Outcomes;
use crate::sets::Named;

/// 1234567 as 1,234,567.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many of them: 1 call, 2 calls.
pub fn many(number: u64, one: &str) -> String {
    format!("{} {one}{}", count(number), if number == 1 { "" } else { "s" })
}

/// Microseconds in the unit that a person would take.
pub fn time(microseconds: u64) -> String {
    let seconds = microseconds as f64 / 1e6;
    match microseconds {
        0 => "0".to_owned(),
        1..1_000 => format!("{microseconds} µs"),
        1_000..1_000_000 => format!("{:.0} ms", seconds * 1e3),
        1_000_000..10_000_000 => format!("{seconds:.2} s"),
        10_000_000..120_000_000 => format!("{seconds:.1} s"),
        120_000_000..7_200_000_000 => format!("{:.1} min", seconds / 60.0),
        7_200_000_000..172_800_000_000 => format!("{:.1} h", seconds / 3_600.0),
        _ => format!("{:.1} days", seconds / 86_400.0),
    }
}

pub fn percent(share: f64) -> String {
    match share * 100.0 {
        0.0 => "0 %".to_owned(),
        percent if percent < 0.01 => "<0.01 %".to_owned(),
        percent if percent < 10.0 => format!("{percent:.2} %"),
        percent => format!("{percent:.1} %"),
    }
}

/// What the columns say; the page has the same.
pub const COLUMNS: [(&str, &str); 9] = [
    ("good calls lost", "rejected, though the trace says that they went well"),
    ("failures spared", "rejected, and the trace says that they failed"),
    ("failures left", "let through, probes among them"),
    ("waiting spared", "how long the spared failures took"),
    ("open", "time in which it rejected: all of it, and of the trace's"),
    ("openings", "from closed, + again from half-open; in brackets those outside any outage"),
    ("probes", "calls that it let through to see; in brackets those that failed"),
    (
        "detection",
        "from an outage's beginning until it opened: mean, the longest, and how many outages it missed",
    ),
    ("back", "from an outage's end until it closed: mean, the longest"),
];

pub fn row(figures: &Figures, span: u64) -> [String; 9] {
    let Figures { passed, rejected, probes, detection, back, .. } = figures;
    let again = if figures.reopenings > 0 {
        format!(" + {}", count(figures.reopenings))
    } else {
        String::new()
    };
    let outside = if figures.false_openings > 0 {
        format!(" ({})", figures.false_openings)
    } else {
        String::new()
    };
    let failed =
        if probes.failed > 0 { format!(" ({})", count(probes.failed)) } else { String::new() };
    let missed =
        if figures.missed() > 0 { format!(", {} missed", figures.missed()) } else { String::new() };
    let took = |took: &crate::replay::Took| match took.mean() {
        None => "–".to_owned(),
        Some(mean) if took.times == 1 => time(mean),
        Some(mean) => format!("{}, {}", time(mean), time(took.most)),
    };
    let locked = if figures.locked_out { ", locked out" } else { "" };
    [
        format!("{}, {}", count(rejected.good), percent(figures.lost_share())),
        format!("{}, {}", count(rejected.failed), percent(figures.spared_share())),
        count(passed.failed),
        time(figures.waiting_spared),
        format!("{}, {}{locked}", time(figures.open), percent(share(figures.open, span))),
        format!("{}{again}{outside}", count(figures.openings)),
        format!("{}{failed}", count(probes.all())),
        format!("{}{missed}", took(detection)),
        took(back),
    ]
}

/// One line about the trace.
pub fn about(outcomes: &Outcomes) -> String {
    let whole = &outcomes.whole;
    let calls = whole.good + whole.failed + whole.ignored;
    let mut text = format!(
        "{} in {}: {} good, {} failed",
        many(calls, "call"),
        time(whole.span),
        count(whole.good),
        count(whole.failed),
    );
    if whole.ignored > 0 {
        let _ = write!(text, ", {} ignored", count(whole.ignored));
    }
    let _ = write!(text, "; {}", many(whole.outages, "outage"));
    if outcomes.bad > 0 {
        let _ =
            write!(text, "; {} of {} lines skipped", count(outcomes.bad), count(outcomes.lines));
    }
    text
}

/// A column for each setting, in blocks as wide as they may be.
pub fn replay(named: &[Named], outcomes: &Outcomes, width: usize) -> String {
    let mut text = about(outcomes) + "\n\n";
    let wide = |text: &str| text.chars().count();
    let heads = COLUMNS.iter().map(|(head, _)| wide(head)).max().unwrap_or(0);
    let columns: Vec<_> = named
        .iter()
        .zip(&outcomes.told)
        .map(|(named, told)| {
            let cells = row(&told.figures, outcomes.whole.span);
            let most = cells.iter().map(|cell| wide(cell)).max().unwrap_or(0);
            (named.name.as_str(), most.max(wide(&named.name)), cells)
        })
        .collect();
    let mut left = &columns[..];
    while !left.is_empty() {
        let mut taken = heads;
        let fit = left.iter().take_while(|column| {
            taken += column.1 + 3;
            taken <= width
        });
        let (block, rest) = left.split_at(fit.count().max(1));
        let _ = write!(text, "{:<heads$}", "");
        for (name, most, _) in block {
            let _ = write!(text, "   {name:>most$}");
        }
        text.push('\n');
        for (place, (head, _)) in COLUMNS.iter().enumerate() {
            let _ = write!(text, "{head:<heads$}");
            for (_, most, cells) in block {
                let _ = write!(text, "   {:>most$}", cells[place]);
            }
            text.push('\n');
        }
        text.push('\n');
        left = rest;
    }
    text += &strips(named, outcomes, width);
    text.push('\n');
    for (head, says) in COLUMNS {
        let _ = writeln!(text, "{head:<heads$}  {says}");
    }
    text
}

const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The trace's failures, and beneath them each setting's states, over the same axis.
fn strips(named: &[Named], outcomes: &Outcomes, width: usize) -> String {
    let whole = &outcomes.whole;
    let names = named.iter().map(|named| named.name.chars().count()).max().unwrap_or(0);
    let names = names.max("failing".len());
    let cells = width.saturating_sub(names + 1).max(10);
    let mut text = format!("{:<names$} ", "failing");
    let calls = gathered(&whole.bins, whole.span, cells);
    for sum in &calls {
        let share = share(sum.failed.into(), u64::from(sum.good + sum.failed));
        // What is there is seen, however little.
        let eighth = if sum.failed > 0 { ((share * 8.0).ceil() as usize).max(1) } else { 0 };
        text.push(EIGHTHS[eighth]);
    }
    text.push('\n');
    for (named, told) in named.iter().zip(&outcomes.told) {
        let _ = write!(text, "{:<names$} ", named.name);
        for Step { open, half_open, .. } in gathered(&told.bins, whole.span, cells) {
            let length = whole.span / cells as u64;
            text.push(if open * 2 > length {
                '█'
            } else if open > 0 {
                '▒'
            } else if half_open > 0 {
                '░'
            } else {
                '·'
            });
        }
        text.push('\n');
    }
    let end = time(whole.span);
    let _ = writeln!(text, "{:<names$} 0{end:>cells$}", "", cells = cells - 1);
    let _ =
        writeln!(text, "{:<names$} █ mostly open  ▒ open for a part  ░ half-open  · closed", "");
    text
}

/// The steps of time in so many cells.
fn gathered<T: Copy + Default + std::ops::AddAssign>(
    bins: &Bins<T>,
    span: u64,
    cells: usize,
) -> Vec<T> {
    let mut sums = vec![T::default(); cells];
    for (place, sum) in bins.sums().iter().enumerate() {
        let cell = place as u64 * bins.step() * cells as u64 / span.max(1);
        sums[(cell as usize).min(cells - 1)] += *sum;
    }
    sums
}

pub fn json(named: &[Named], outcomes: &Outcomes) -> anyhow::Result<String> {
    let whole = &outcomes.whole;
    let settings: Vec<_> = named
        .iter()
        .zip(&outcomes.told)
        .map(|(named, told)| json!({ "name": named.name, "settings": named.said, "figures": told.figures }))
        .collect();
    let all = json!({
        "unit": "us",
        "trace": {
            "lines": outcomes.lines, "bad": outcomes.bad, "span": whole.span, "good": whole.good,
            "failed": whole.failed, "ignored": whole.ignored, "outages": whole.outages,
        },
        "settings": settings,
    });
    Ok(serde_json::to_string_pretty(&all)? + "\n")
}

pub fn csv(named: &[Named], outcomes: &Outcomes) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "name",
        "settings",
        "good_lost",
        "failures_spared",
        "failures_left",
        "waited_us",
        "waiting_spared_us",
        "open_us",
        "half_open_us",
        "openings",
        "reopenings",
        "false_openings",
        "probes",
        "probes_failed",
        "outages",
        "missed",
        "detection_mean_us",
        "detection_most_us",
        "back_mean_us",
        "back_most_us",
    ])?;
    for (named, told) in named.iter().zip(&outcomes.told) {
        let Figures { passed, rejected, probes, detection, back, .. } = told.figures;
        let figures = told.figures;
        let mean = |took: crate::replay::Took| {
            took.mean().map_or_else(String::new, |mean| mean.to_string())
        };
        let mut record = vec![named.name.clone(), named.said.clone()];
        let numbers = [
            rejected.good,
            rejected.failed,
            passed.failed,
            figures.waited,
            figures.waiting_spared,
            figures.open,
            figures.half_open,
            figures.openings,
            figures.reopenings,
            figures.false_openings,
            probes.all(),
            probes.failed,
            figures.outages,
            figures.missed(),
        ];
        record.extend(numbers.iter().map(ToString::to_string));
        record.extend([
            mean(detection),
            detection.most.to_string(),
            mean(back),
            back.most.to_string(),
        ]);
        writer.write_record(&record)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}
