//! The lines that `run.sh` prints, and what issue and README demand of mcb.

use std::collections::HashMap;

use crate::measure::{Figure, Row};

/// Instructions per successful call, loop included, by name.
pub struct Instructions(HashMap<String, f64>);

impl Instructions {
    /// From arguments of the form `NAME=INSTRUCTIONS`.
    pub fn parse(arguments: &[&str]) -> Self {
        Instructions(
            arguments
                .iter()
                .filter_map(|argument| argument.split_once('='))
                .filter_map(|(name, count)| Some((name.to_owned(), count.parse().ok()?)))
                .collect(),
        )
    }

    pub fn of(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }
}

/// A figure, or `-` where there is none.
pub fn or_dash(value: Option<f64>, digits: usize) -> String {
    value.map_or("-".to_owned(), |value| format!("{value:.digits$}"))
}

pub fn range(figure: Figure) -> String {
    format!("{:.2}..{:.2}", figure.low, figure.high)
}

/// Bytes on the heap, after others; nothing where there are none.
pub fn on_heap(bytes: u64) -> String {
    if bytes > 0 { format!("+heap:{bytes}") } else { String::new() }
}

pub fn print(rows: &[Row], instructions: &Instructions) {
    for row in rows {
        println!(
            "peer {} ok_ns={:.2} rejected_ns={:.2} failing_ns={:.2} threads2_mcalls={} bytes={}{} instr_ok={} allocs_ok={:.0}",
            row.name,
            row.ok.median,
            row.rejected.median,
            row.failing.median,
            or_dash(row.threads.map(|threads| threads[1].median), 1),
            row.bytes,
            on_heap(row.heap),
            or_dash(instructions.of(row.name), 1),
            row.allocations,
        );
    }
    println!();
    for row in rows {
        println!(
            "spread {} ok_ns={} rejected_ns={} failing_ns={}",
            row.name,
            range(row.ok),
            range(row.rejected),
            range(row.failing),
        );
    }
    println!();
    for row in rows {
        let Some(threads) = row.threads else { continue };
        let [one, two, four, storm] = threads
            .map(|figure| format!("{:.1} ({:.1}..{:.1})", figure.median, figure.low, figure.high));
        println!("threads {} mcalls one={one} two={two} four={four} storm2={storm}", row.name);
    }
    println!();
    verdicts(rows, instructions);
    noise(rows.iter().flat_map(|row| [row.ok, row.rejected, row.failing]));
    both_cores(rows);
}

/// A demand: what was measured, the limit to reach, the limit to aim at.
pub fn at_most(what: &str, unit: &str, value: f64, limit: f64, aim: Option<f64>) {
    let verdict = if value <= limit { "PASS" } else { "FALLS SHORT" };
    let aim = match aim {
        Some(aim) if value <= aim => format!(", aim {aim:.2} reached"),
        Some(aim) => format!(", aim {aim:.2} not reached"),
        None => String::new(),
    };
    println!("verdict {what}: {value:.2}{unit} (at most {limit:.2}{aim}) {verdict}");
}

fn at_least(what: &str, unit: &str, value: f64, limit: f64) {
    let verdict = if value >= limit { "PASS" } else { "FALLS SHORT" };
    println!("verdict {what}: {value:.2}{unit} (at least {limit:.2}) {verdict}");
}

/// `at_least` where it takes two cores.
pub fn at_least_on_two(cores: bool, what: &str, value: f64, limit: f64) {
    if cores || value >= limit {
        at_least(what, " x", value, limit);
    } else {
        println!(
            "verdict {what}: {value:.2} x (at least {limit:.2}) UNDECIDED, others held a core"
        );
    }
}

/// What two threads without a breaker reach, of one: the median, and at best.
fn cores(rows: &[Row]) -> (f64, f64) {
    rows.iter()
        .find_map(|row| row.threads)
        .map_or((0.0, 0.0), |[one, two, ..]| (two.median / one.median, two.high / one.high))
}

/// The least of that, at best, that says that both cores were there.
pub const FREE: f64 = 1.9;

/// Who is no peer: the floors, what is written by hand, and mcb itself.
fn is_peer(name: &str) -> bool {
    !["floor-", "by-hand", "mcb"].iter().any(|other| name.starts_with(other))
}

fn verdicts(rows: &[Row], instructions: &Instructions) {
    let find =
        |name: &str| rows.iter().find(|row| row.name == name).expect("every subject has a row");
    let (mcb, std, exclusive) = (find("mcb"), find("mcb-std"), find("mcb-mut"));
    let (load, clock, reliakit) = (find("floor-load"), find("floor-std-clock"), find("reliakit"));
    // The upper quartile: whatever else runs on the machine can only take cores away.
    let threads = |row: &Row| row.threads.expect("a shared subject").map(|figure| figure.high);

    let ok = mcb.ok.median;
    at_most("ok, of load + branch", " x", ok / load.ok.median, 1.8, Some(1.4));
    if let (Some(count), Some(bare)) = (instructions.of("mcb"), instructions.of("floor-closure")) {
        // Said of a loop whose bare form takes 7: what the breaker adds is what counts.
        at_most("ok, instructions added to the bare loop", "", count - bare, 11.0, Some(9.0));
    }
    for (peer, times) in [("recloser", 15.0), ("failsafe", 20.0)] {
        let time = find(peer).ok.median;
        // No breaker can be faster than load + branch: what that would reach stands beside it.
        let what = format!("ok, {peer}'s time (load + branch: {:.1} x)", time / load.ok.median);
        at_least(&what, " x", time / ok, times);
    }
    let [one, two, ..] = threads(mcb);
    let free = cores(rows).1 >= FREE;
    at_least_on_two(free, "ok, two threads, of one", two / one, 1.7);
    let best = rows
        .iter()
        .filter(|row| is_peer(row.name) && row.threads.is_some())
        .map(|row| threads(row)[1])
        .fold(0.0, f64::max);
    at_least_on_two(free, "ok, two threads, of the best peer", two / best, 30.0);
    at_most("rejected, free clock", " ns", mcb.rejected.median, 2.5, Some(1.5));
    let beyond = std.rejected.median - clock.rejected.median;
    at_most("rejected, std clock, beyond its reading", " ns", beyond, 3.0, Some(1.5));
    let swap = load.failing.median;
    at_most("failing, of one compare-and-swap loop", " x", mcb.failing.median / swap, 1.4, None);
    at_most("failing, clock readings per thousand calls", "", crate::ours::readings(), 0.0, None);
    let (server, bare) = (find("mcb-server"), find("floor-closure"));
    at_most("server ok, beyond the bare call", " ns", server.ok.median - bare.ok.median, 3.0, None);
    at_most("call_mut ok, of reliakit", " x", exclusive.ok.median / reliakit.ok.median, 1.0, None);
    let failing = exclusive.failing.median / reliakit.failing.median;
    at_most("call_mut failing, of reliakit", " x", failing, 1.0, None);
}

/// Whether the machine was quiet enough for the figures above to mean something.
pub fn noise(figures: impl Iterator<Item = Figure>) {
    let mut widths: Vec<f64> =
        figures.map(|figure| (figure.high - figure.low) / figure.median).collect();
    widths.sort_by(f64::total_cmp);
    let typical = widths[widths.len() / 2] * 100.0;
    let worst = widths[widths.len() - 1] * 100.0;
    let word = if typical > 15.0 { "noisy: run again at a quieter moment" } else { "quiet" };
    println!(
        "noise quartile width, median of all figures {typical:.0} %, worst {worst:.0} % ({word})"
    );
}

fn both_cores(rows: &[Row]) {
    let (median, best) = cores(rows);
    let word =
        if best < FREE { "others held a core: the thread figures are too low" } else { "free" };
    println!(
        "cores two threads without a breaker, of one: {median:.2} x, at best {best:.2} x ({word})"
    );
}
