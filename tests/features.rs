//! What mcb can do, beside others: each cell of its column in `tests/features.txt` names a test that there is, or what
//! stands nowhere in the sources; the tables say the same. The others' columns are looked up by `tests/features.sh`. They
//! are files of the repository; where it is not there, nothing is compared.
#![cfg(not(loom))]

#[path = "support/sources.rs"]
mod sources;

use std::fs;
use std::path::Path;

use sources::sources;

const OTHERS: [&str; 5] =
    ["recloser", "failsafe", "tower-resilience", "reliakit", "pycircuitbreaker"];

fn root() -> Option<&'static Path> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join(".ci").is_dir().then_some(root)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

struct Cell<'a> {
    column: &'a str,
    verdict: &'a str,
    places: &'a str,
}

/// Each feature with its cells, in their order.
fn features(record: &str) -> Vec<(&str, Vec<Cell<'_>>)> {
    let mut features = Vec::new();
    for line in record.lines() {
        if let Some(feature) = line.strip_prefix("= ") {
            features.push((feature, Vec::new()));
            continue;
        }
        let Some((_, cells)) = features.last_mut() else { continue };
        if !line.is_empty() {
            let (cell, places) = line.split_once(" @ ").unwrap_or_else(|| panic!("{line}"));
            let (column, verdict) = cell.split_once(' ').unwrap_or_else(|| panic!("{line}"));
            cells.push(Cell { column, verdict, places });
        }
    }
    features
}

#[test]
fn each_cell_has_a_verdict_and_a_place() {
    let Some(root) = root() else { return };
    let record = read(&root.join("tests/features.txt"));
    let features = features(&record);
    assert!(features.len() > 20, "{}", features.len());
    for (feature, cells) in features {
        let columns: Vec<_> = cells.iter().map(|cell| cell.column).collect();
        assert_eq!(columns, [&["mcb"][..], &OTHERS].concat(), "{feature}");
        for Cell { column, verdict, places } in cells {
            let (word, how) = verdict.split_once(": ").unwrap_or((verdict, ""));
            assert!(["yes", "no", "partly"].contains(&word), "{feature}: {column} {verdict}");
            assert!(word != "partly" || !how.is_empty(), "{feature}: {column} does not say how");
            assert!(
                places.starts_with('!') || places.contains(':'),
                "{feature}: {column} {places}"
            );
        }
    }
}

#[test]
fn what_mcb_can_do_has_a_test() {
    let Some(root) = root() else { return };
    let record = read(&root.join("tests/features.txt"));
    for (feature, cells) in features(&record) {
        let mcb = &cells[0];
        if let Some(text) = mcb.places.strip_prefix('!') {
            assert_eq!(mcb.verdict, "no", "{feature}");
            for source in sources(&root.join("src")) {
                assert!(!read(&source).contains(text), "{feature}: {}: {text}", source.display());
            }
            continue;
        }
        for place in mcb.places.split("; ") {
            let (file, name) = place.split_once("::").unwrap_or_else(|| panic!("{place}"));
            let tests = read(&root.join(file));
            let attribute = format!("fn {name}(");
            let before = tests.split(&attribute).next().expect("what stands before it");
            assert!(before.len() < tests.len(), "{feature}: no {place}");
            let attributes = before.rsplit("\n\n").next().unwrap_or_default();
            assert!(attributes.contains("#[test]"), "{feature}: {place} is no test");
        }
    }
}

/// The table, wherever it stands.
#[test]
fn the_tables_say_what_is_recorded() {
    let Some(root) = root() else { return };
    let record = read(&root.join("tests/features.txt"));
    let versions: Vec<_> = record.lines().filter_map(|line| line.strip_prefix("source ")).collect();
    let mut tables = 0;
    for page in ["README.md", "tests/features.md"] {
        let page = read(&root.join(page));
        let mut lines = page.lines().skip_while(|line| !line.starts_with("| | mcb | recloser"));
        let Some(head) = lines.next() else { continue };
        tables += 1;
        for ((name, told), source) in OTHERS.iter().zip(head.split(" | ").skip(2)).zip(&versions) {
            let version = source.split(' ').nth(1).expect("a version");
            assert_eq!(told.trim_end_matches(" |"), format!("{name} {version}"));
            assert!(source.starts_with(name), "{source}");
        }
        for ((feature, cells), told) in features(&record).iter().zip(lines.skip(1)) {
            let cells = cells.iter().map(|cell| cell.verdict.replacen(": ", ", ", 1));
            let row: Vec<_> = [(*feature).to_owned()].into_iter().chain(cells).collect();
            assert_eq!(told, format!("| {} |", row.join(" | ")));
        }
    }
    assert!(tables > 0, "no table");
}

#[test]
fn mcb_forbids_unsafe_code() {
    let Some(root) = root() else { return };
    assert!(read(&root.join("src/lib.rs")).contains("#![forbid(unsafe_code)]"));
}
