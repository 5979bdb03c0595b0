//! The command line.

// The descriptions are shown as they are by --help.
#![allow(clippy::doc_markdown)]

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use crate::feed::OutageRule;
use crate::replay::Figures;
use crate::run::{self, Outcomes};
use crate::sets::{self, Named};
use crate::trace::{Reading, Unit};
use crate::{frontier, page, plot, table};

/// What would these settings have done to recorded calls? Replays them with the real circuit breaker.
#[derive(Parser)]
#[command(name = "tune", max_term_width = 100)]
enum Command {
    /// Replay a trace under several settings, and compare them.
    Replay(Replay),
    /// Sweep settings, and show what can be had: failures spared against good calls rejected.
    Suggest(Suggest),
}

#[derive(Args)]
struct Common {
    /// Calls, one a line, in the order in which they began: `time,outcome,duration`, or a JSON object with these fields.
    /// `-` is standard input.
    #[arg(default_value = "-")]
    trace: PathBuf,
    /// What a time without a unit is counted in.
    #[arg(long, value_enum, default_value = "s")]
    time_unit: Unit,
    /// What a duration without a unit is counted in.
    #[arg(long, value_enum, default_value = "s")]
    duration_unit: Unit,
    /// Count lines that are no calls, instead of ending at the first.
    #[arg(long)]
    skip_bad: bool,
    /// Call it an outage when so many of so many calls in a row failed.
    #[arg(long, default_value = "10/20", value_parser = outage, value_name = "FAILURES/CALLS")]
    outage: OutageRule,
    /// Write one page to read in a browser, which needs nothing else.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// What is written to standard output.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Columns of the terminal's strips and pictures.
    #[arg(long, value_parser = clap::value_parser!(u16).range(20..=400), default_value = "100")]
    width: u16,
}

#[derive(Args)]
struct Replay {
    #[command(flatten)]
    common: Common,
    /// A setting and its name: --set fast='error_threshold=3 recovery_timeout=1s'. Fields are those of `mcb::settings`, with
    /// dots for tables: recovery.doubling=5m. May be given often.
    #[arg(long = "set", value_name = "NAME=SETTINGS")]
    sets: Vec<String>,
    /// A settings file of `mcb::settings`, in TOML or JSON: each circuit of it, and its defaults for every --set.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Of the settings file only this circuit. May be given often.
    #[arg(long = "circuit", value_name = "ID", requires = "settings")]
    circuits: Vec<String>,
}

#[derive(Args)]
struct Suggest {
    #[command(flatten)]
    common: Common,
    /// Which settings, each value with each of the others: --sweep 'error_threshold=2|5|8 recovery_timeout=1s|30s'. May be
    /// given often, for the settings of all.
    #[arg(long = "sweep", value_name = "SETTINGS")]
    sweeps: Vec<String>,
    /// Of the good calls, the share in percent that may be rejected, for the one that is picked.
    #[arg(long, default_value = "1", value_parser = percent)]
    lost_at_most: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Csv,
    Json,
}

/// What is swept unless it is said.
const SWEEPS: [&str; 3] = [
    "error_threshold=2|3|5|8|13|21 recovery_timeout=500ms|2s|5s|15s|30s|60s",
    "strategy={count_window={calls=10,percent=50,minimum=5}}|{count_window={calls=20,percent=30,minimum=10}}\
     |{count_window={calls=20,percent=50,minimum=10}}|{count_window={calls=50,percent=30,minimum=20}}\
     |{count_window={calls=100,percent=25,minimum=20}}|{count_window={calls=100,percent=50,minimum=50}} \
     recovery_timeout=500ms|2s|5s|15s|30s|60s",
    "strategy={time_window={window=\"10s\",percent=25,minimum=20}}|{time_window={window=\"10s\",percent=50,minimum=20}}\
     |{time_window={window=\"30s\",percent=50,minimum=20}} recovery_timeout=500ms|2s|5s|15s|30s|60s",
];

fn outage(text: &str) -> Result<OutageRule, String> {
    let rule = text.split_once('/').and_then(|(failures, calls)| {
        Some(OutageRule { failures: failures.parse().ok()?, calls: calls.parse().ok()? })
    });
    let fits =
        |rule: &OutageRule| (1..=rule.calls).contains(&rule.failures) && rule.calls <= 10_000;
    rule.filter(fits).ok_or_else(|| "must be as 10/20, of at most 10000 calls".to_owned())
}

fn percent(text: &str) -> Result<f64, String> {
    let percent = text.parse().ok().filter(|percent| (0.0..=100.0).contains(percent));
    percent.ok_or_else(|| "must be 0 to 100".to_owned())
}

pub fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Replay(replay) => {
            let named = sets::gather(replay.settings.as_deref(), &replay.circuits, &replay.sets)?;
            let outcomes = replayed(&replay.common, &named)?;
            let report = page::Report::new(source(&replay.common), &replay.common.outage);
            if let Some(path) = &replay.common.html {
                write_page(path, &report.replay(&named, &outcomes))?;
            }
            let text = match replay.common.format {
                Format::Table => table::replay(&named, &outcomes, replay.common.width.into()),
                Format::Csv => table::csv(&named, &outcomes)?,
                Format::Json => table::json(&named, &outcomes)?,
            };
            Ok(io::stdout().lock().write_all(text.as_bytes())?)
        }
        Command::Suggest(suggest) => suggest_main(&suggest),
    }
}

fn suggest_main(suggest: &Suggest) -> anyhow::Result<()> {
    let common = &suggest.common;
    let named = if suggest.sweeps.is_empty() {
        sets::sweep(&SWEEPS.map(str::to_owned))?
    } else {
        sets::sweep(&suggest.sweeps)?
    };
    let outcomes = replayed(common, &named)?;
    let figures: Vec<Figures> = outcomes.told.iter().map(|told| told.figures).collect();
    let edge = frontier::frontier(&figures);
    let lost_at_most = suggest.lost_at_most / 100.0;
    let picked = frontier::within(&figures, &edge, lost_at_most);
    if let Some(path) = &common.html {
        let report = page::Report::new(source(common), &common.outage);
        let text = report.suggest(&named, &outcomes, &edge, picked, suggest.lost_at_most);
        write_page(path, &text)?;
    }
    let text = match common.format {
        Format::Table => plot::suggest(&plot::Suggestion {
            named: &named,
            outcomes: &outcomes,
            edge: &edge,
            picked,
            lost_at_most: suggest.lost_at_most,
            width: common.width.into(),
        }),
        Format::Csv => table::csv(&named, &outcomes)?,
        Format::Json => table::json(&named, &outcomes)?,
    };
    Ok(io::stdout().lock().write_all(text.as_bytes())?)
}

fn source(common: &Common) -> String {
    if common.trace.as_os_str() == "-" {
        return "standard input".to_owned();
    }
    let name = common.trace.file_name().unwrap_or(common.trace.as_os_str());
    name.to_string_lossy().into_owned()
}

fn write_page(path: &PathBuf, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn replayed(common: &Common, named: &[Named]) -> anyhow::Result<Outcomes> {
    let settings: Vec<_> = named.iter().map(|named| named.setting).collect();
    let reading = Reading {
        time_unit: common.time_unit,
        duration_unit: common.duration_unit,
        skip_bad: common.skip_bad,
    };
    let (input, progress): (Box<dyn BufRead>, _) = if common.trace.as_os_str() == "-" {
        if io::stdin().is_terminal() {
            bail!("give a file, or calls on standard input; --help tells how they look");
        }
        (Box::new(BufReader::with_capacity(1 << 16, io::stdin())), bar(None))
    } else {
        let path = &common.trace;
        let file = File::open(path).with_context(|| format!("trace {}", path.display()))?;
        let length = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|data| data.len());
        (Box::new(BufReader::with_capacity(1 << 16, file)), bar(length))
    };
    let outcomes = run::run(input, reading, common.outage, &settings, &progress);
    let outcomes = outcomes.with_context(|| format!("trace {}", common.trace.display()))?;
    if let Some(first) = &outcomes.first_bad {
        eprintln!("tune: {} lines are no calls and were skipped; the first, {first}", outcomes.bad);
    }
    Ok(outcomes)
}

/// On standard error, and only where that is a terminal.
fn bar(length: Option<u64>) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, style) = match length {
        Some(length) => {
            let style = "{bar:30} {percent:>3} %  {bytes} of {total_bytes}, {eta} left";
            (ProgressBar::new(length), style)
        }
        None => (ProgressBar::new_spinner(), "{spinner} {bytes}, {bytes_per_sec}"),
    };
    bar.with_style(
        ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()),
    )
}
