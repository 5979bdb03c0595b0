//! The matrix as lines, and its lines as a table.

use std::fmt::Write;

use super::cells::{PEERS, ROWS};

/// `behaviour ROW PEER=ok|fails|n/a …` and, for each cell that is not ok, `why ROW PEER …`.
pub fn lines(cells: &[Vec<String>]) -> String {
    let mut lines = String::new();
    for (row, cells) in ROWS.iter().zip(cells) {
        write!(lines, "behaviour {}", row.name).unwrap();
        for ((peer, ..), cell) in PEERS.iter().zip(cells) {
            write!(lines, " {peer}={}", cell.split(' ').next().unwrap_or_default()).unwrap();
        }
        lines.push('\n');
        for ((peer, ..), cell) in PEERS.iter().zip(cells) {
            if let Some((_, why)) = cell.split_once(' ') {
                writeln!(lines, "why {} {peer} {why}", row.name).unwrap();
            }
        }
    }
    lines
}

fn cell(lines: &str, row: &str, peer: &str) -> String {
    let line = lines.lines().find(|line| line.starts_with(&format!("behaviour {row} ")));
    let cell = line.and_then(|line| {
        line.split(' ').find_map(|cell| cell.strip_prefix(&format!("{peer}=")).map(str::to_owned))
    });
    cell.unwrap_or_else(|| panic!("no cell {row} {peer}"))
}

/// In Markdown, with a note for each cell that is not ok.
pub fn table(lines: &str) -> String {
    let mut table = "| what went wrong in the field |".to_owned();
    for (peer, version, _) in PEERS {
        write!(table, " {peer}{}{version} |", if version.is_empty() { "" } else { " " }).unwrap();
    }
    table += "\n|---|";
    table += &"---|".repeat(PEERS.len());
    table.push('\n');
    for row in ROWS {
        write!(table, "| {} |", row.failure).unwrap();
        for (peer, ..) in PEERS {
            let shown = match cell(lines, row.name, peer).as_str() {
                "ok" => "ok".to_owned(),
                "fails" => "**fails**".to_owned(),
                other => other.to_owned(),
            };
            write!(table, " {shown} |").unwrap();
        }
        table.push('\n');
    }
    table += "\n| row | | what was seen, or why there is nothing to see |\n|---|---|---|\n";
    for line in lines.lines().filter_map(|line| line.strip_prefix("why ")) {
        let mut words = line.splitn(3, ' ');
        let [row, peer, why] = [(); 3].map(|()| words.next().expect("three words"));
        let verdict = cell(lines, row, peer);
        let failure = ROWS.iter().find(|it| it.name == row).expect("a row").failure;
        writeln!(table, "| {failure} | {peer}: {verdict} | {why} |").unwrap();
    }
    table
}
