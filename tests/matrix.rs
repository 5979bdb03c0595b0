//! The matrix of what breakers failed at in the field: its page says what the last run recorded, which was of the
//! pinned peers, and each row has a test here. `benches/peers/run.sh --behaviour` runs it anew. They are files of the
//! repository; where it is not there, nothing is compared.
#![cfg(not(loom))]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn read(name: &str) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join(".ci").is_dir().then(|| fs::read_to_string(root.join(name)).expect(name))
}

/// A row of the record: its name, and its cells by breaker.
type Row<'a> = (&'a str, Vec<(&'a str, &'a str)>);

fn rows(record: &str) -> Vec<Row<'_>> {
    let lines = record.lines().filter_map(|line| line.strip_prefix("behaviour "));
    lines
        .map(|line| {
            let (name, cells) = line.split_once(' ').expect("a name");
            (name, cells.split(' ').map(|cell| cell.split_once('=').expect("a cell")).collect())
        })
        .collect()
}

#[test]
fn mcb_fails_in_no_row() {
    let Some(record) = read("benches/peers/behaviour.txt") else { return };
    let rows = rows(&record);
    assert_eq!(rows.len(), 20, "18, and two of them by a rate too");
    for (name, cells) in rows {
        assert_eq!(cells.len(), 7, "{name}");
        assert_eq!(cells[0], ("mcb", "ok"), "{name}");
    }
}

#[test]
fn each_cell_that_is_not_ok_says_why() {
    let Some(record) = read("benches/peers/behaviour.txt") else { return };
    for (name, cells) in rows(&record) {
        for (peer, verdict) in cells {
            let why = format!("why {name} {peer} ");
            let told = record.lines().any(|line| line.starts_with(&why) && line.len() > why.len());
            match verdict {
                "ok" => assert!(!told, "{name} {peer}"),
                "fails" | "n/a" => assert!(told, "{name} {peer}={verdict}, and nothing says why"),
                other => panic!("{name} {peer}={other}"),
            }
        }
    }
}

#[test]
fn each_row_has_a_test_and_each_test_a_row() {
    let Some(record) = read("benches/peers/behaviour.txt") else { return };
    let tested: BTreeSet<_> = record
        .lines()
        .filter_map(|line| line.strip_prefix("test "))
        .map(|line| line.split_once(' ').expect("a row and its test"))
        .collect();
    let names: BTreeSet<_> = rows(&record).into_iter().map(|row| row.0).collect();
    assert_eq!(tested.iter().map(|it| it.0).collect::<BTreeSet<_>>(), names);

    let tests = read("tests/field_failures.rs").expect("a file of the repository");
    let tests: BTreeSet<_> = tests
        .split("#[test]\nfn ")
        .skip(1)
        .map(|rest| rest.split_once('(').expect("a function").0)
        .collect();
    assert_eq!(tested.iter().map(|it| it.1).collect::<BTreeSet<_>>(), tests);
}

#[test]
fn the_page_is_what_was_recorded_of_the_pinned_peers() {
    let Some(record) = read("benches/peers/behaviour.txt") else { return };
    let page = read("benches/peers/behaviour.md").expect("a file of the repository");
    let manifest = read("benches/peers/Cargo.toml").expect("a file of the repository");
    let cells = |line: &str| -> Vec<String> {
        let cells = line.trim_matches('|').split('|').skip(1);
        cells.map(|cell| cell.trim().trim_matches('*').to_owned()).collect()
    };
    let mut table =
        page.lines().skip_while(|line| !line.starts_with("| seen in the field |")).map(cells);

    let head = table.next().expect("a table");
    let rows = rows(&record);
    for (column, (peer, _)) in head.iter().zip(&rows[0].1) {
        let (name, version) = column.split_once(' ').unwrap_or((column, ""));
        assert_eq!(name, *peer);
        let pinned = manifest
            .lines()
            .any(|line| line.starts_with(name) && line.contains(&format!("\"={version}\"")));
        assert!(pinned || name == "mcb", "{column} is not what benches/peers/Cargo.toml pins");
    }

    for (told, (name, recorded)) in table.skip(1).zip(&rows) {
        let recorded: Vec<_> = recorded.iter().map(|cell| cell.1).collect();
        assert_eq!(told, recorded, "the page's row (left) and behaviour.txt: {name}");
    }
    for line in record.lines().filter(|line| line.starts_with("why ") || line.starts_with("how ")) {
        let [_, _, peer, why] = line.splitn(4, ' ').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let told =
            page.lines().any(|row| row.contains(why) && row.contains(&format!("| {peer}: ")));
        assert!(told, "behaviour.md does not say: {line}");
    }
}
