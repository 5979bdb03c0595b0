//! The matrix as lines, and its lines as a page.

use std::fmt::Write;

use super::cells::{PEERS, ROWS};

/// How a cell came to be ok, where that is not plain.
const HOW: &[(&str, &str, &str)] = &[
    ("hanging-probe", "recloser", "it admits every caller in half-open"),
    ("hanging-probe", "failsafe", "it admits every caller in half-open"),
    ("hanging-probe", "reliakit", "it admits every caller in half-open"),
    (
        "hanging-probe",
        "breaker",
        "by its `call_timeout`, where an executor polls the call that hangs",
    ),
    ("successes-over-probes", "recloser", "it admits every caller in half-open"),
    ("successes-over-probes", "reliakit", "it admits every caller in half-open"),
    ("hook-that-calls", "recloser", "by a subscriber to the events of its feature `tracing`"),
    (
        "hook-that-calls",
        "tower-resilience",
        "its calls are asynchronous and have to be spawned; awaited inside the \
     listener they would wait for the lock that its caller holds",
    ),
    ("callback-once", "recloser", "by a subscriber to the events of its feature `tracing`"),
    ("callback-once", "reliakit", "under a lock of its user's"),
    (
        "side-by-side",
        "reliakit",
        "under a lock of its user's, held for asking and for telling only",
    ),
    ("ignored-error", "reliakit", "its user does not tell it of the error"),
    ("reading", "failsafe", "its `Debug` shows the state"),
    (
        "retry-after",
        "tower-resilience",
        "its user subtracts `metrics().time_since_state_change` from the wait; a \
     rejection does not tell it",
    ),
];

/// `behaviour ROW PEER=ok|fails|n/a …`; `why ROW PEER …` for each cell that is not ok and `how ROW PEER …` for some that
/// are; `test ROW NAME`, mcb's own test.
pub fn lines(cells: &[Vec<String>]) -> String {
    let mut lines = String::new();
    for (row, cells) in ROWS.iter().zip(cells) {
        write!(lines, "behaviour {}", row.name).unwrap();
        for ((peer, ..), cell) in PEERS.iter().zip(cells) {
            write!(lines, " {peer}={}", cell.split(' ').next().unwrap_or_default()).unwrap();
        }
        lines.push('\n');
        for ((peer, ..), cell) in PEERS.iter().zip(cells) {
            let how = HOW.iter().find(|how| (how.0, how.1) == (row.name, *peer));
            match (cell.split_once(' '), how) {
                (Some((_, why)), _) => writeln!(lines, "why {} {peer} {why}", row.name).unwrap(),
                (None, Some((.., how))) => {
                    writeln!(lines, "how {} {peer} {how}", row.name).unwrap()
                }
                (None, None) => {}
            }
        }
        writeln!(lines, "test {} {}", row.name, row.test).unwrap();
    }
    lines
}

fn cell<'a>(lines: &'a str, row: &str, peer: &str) -> &'a str {
    let line = lines.lines().find(|line| line.starts_with(&format!("behaviour {row} ")));
    let cells = line.into_iter().flat_map(|line| line.split(' '));
    let mut cells = cells.filter_map(|cell| cell.split_once('='));
    cells.find(|cell| cell.0 == peer).unwrap_or_else(|| panic!("no cell {row} {peer}")).1
}

const BEFORE: &str = "\
# What breakers failed at in the field, run

    benches/peers/run.sh --behaviour            # runs every cell, and fails if one is not as in behaviour.txt
    benches/peers/run.sh --behaviour --record   # writes behaviour.txt and this page anew

Each failure was seen in a published breaker or its issue tracker. Each cell is a program of its own that does the same
steps to every breaker (`src/behaviour/`), in its best configuration: the same settings in all rows but for what the row
asks for, errors in a row where a breaker can count them, its asynchronous calls where it has some, with its features on.
**ok**: it does not happen. **fails**: it did. **n/a**: there is nothing that could fail, and below stands why. mcb's column
is the server's breaker, on a manual clock; `tests/field_failures.rs` has a test of each row for the breaker in a
`static`. reliakit has a manual clock too, all others sleep. A time limit that a user puts inside the guarded call helps
everybody against what hangs; it is left out here. What hangs for 20 s is ended, and fails.

";

/// In Markdown, with a note for each cell that needs one.
pub fn page(lines: &str) -> String {
    let mut page = BEFORE.to_owned() + "| seen in the field |";
    for (peer, version, _) in PEERS {
        write!(page, " {} |", format!("{peer} {version}").trim_end()).unwrap();
    }
    page += "\n|---|";
    page += &"---|".repeat(PEERS.len());
    page.push('\n');
    for row in ROWS {
        write!(page, "| {} |", row.failure).unwrap();
        for (peer, ..) in PEERS {
            match cell(lines, row.name, peer) {
                "fails" => page += " **fails** |",
                other => write!(page, " {other} |").unwrap(),
            }
        }
        page.push('\n');
    }
    page += "\n## What was seen, and why there is nothing to see\n\n| row | | |\n|---|---|---|\n";
    for row in ROWS {
        let mut first = row.failure;
        let about = |word: &str| format!("{word} {} ", row.name);
        for line in lines.lines() {
            let note = ["why", "how"].iter().find_map(|word| line.strip_prefix(&about(word)));
            let Some((peer, why)) = note.and_then(|note| note.split_once(' ')) else { continue };
            let verdict = cell(lines, row.name, peer);
            writeln!(page, "| {first} | {peer}: {verdict} | {why} |").unwrap();
            first = "";
        }
    }
    page
}
