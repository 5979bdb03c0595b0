//! What stands in several places is the same in all of them: features, tests, examples, figures. They are files of the
//! repository; where it is not there, nothing is compared.
#![cfg(not(loom))]

#[path = "support/sources.rs"]
mod sources;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use sources::sources;

type Names = BTreeSet<String>;

/// The repository, unless these are only the package's files.
fn repository() -> Option<&'static Path> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join(".ci").is_dir().then_some(root)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines after `begin` and before the next that begins with `end`.
fn section<'a>(text: &'a str, begin: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
    assert!(text.lines().any(|line| line == begin), "no line «{begin}»");
    let after = text.lines().skip_while(move |line| *line != begin).skip(1);
    after.take_while(move |line| !line.starts_with(end))
}

fn between<'a>(line: &'a str, before: &str, after: &str) -> Option<&'a str> {
    Some(line.split_once(before)?.1.split_once(after)?.0)
}

/// The numbers in a text, with or without commas, in their order.
fn numbers(text: &str) -> Vec<u64> {
    text.replace(',', "")
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect()
}

/// Whether a number stands in the text, as itself and not as a part of another.
fn tells(text: &str, number: u64) -> bool {
    text.split_whitespace().any(|word| numbers(word) == [number])
}

/// The README, and the pages that it leads to.
fn pages(root: &Path) -> String {
    let mut pages = read(&root.join("README.md"));
    let mut folders = vec![root.join("src/guide")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages += &read(&path);
            }
        }
    }
    pages
}

fn features(root: &Path) -> Names {
    let manifest = read(&root.join("Cargo.toml"));
    let names: Names = section(&manifest, "[features]", "[")
        .filter_map(|line| line.split_once(" = [").map(|(name, _)| name.to_owned()))
        .filter(|name| name != "default")
        .collect();
    assert!(names.len() > 10, "{names:?}");
    names
}

/// The targets that cargo finds in a folder: `name.rs` and `name/main.rs`.
fn targets(folder: &Path) -> Names {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths
        .filter(|path| {
            path.join("main.rs").is_file()
                || path.extension().is_some_and(|extension| extension == "rs")
        })
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

#[test]
fn each_feature_is_in_the_readme_the_documentation_and_the_code() {
    let Some(root) = repository() else { return };
    let features = features(root);

    let readme = read(&root.join("src/guide/features.md"));
    let told: Names = section(&readme, "# Features", "# ")
        .filter_map(|line| between(line, "| `", "` |").map(str::to_owned))
        .collect();
    assert_eq!(told, features, "the table in src/guide/features.md (left) and Cargo.toml");

    let (mut documentation, mut used) = (String::new(), Names::new());
    for source in sources(&root.join("src")) {
        for line in read(&source).lines() {
            if line.trim_start().starts_with("//") {
                documentation += line;
            } else {
                let names = line.split("feature = \"").skip(1);
                used.extend(names.map(|rest| rest.split('"').next().unwrap().to_owned()));
            }
        }
    }
    assert_eq!(used, features, "what the code asks for (left) and Cargo.toml");
    for feature in &features {
        let name = format!("`{feature}`");
        assert!(documentation.contains(&name), "{name} is not in the documentation");
    }
}

#[test]
fn ci_builds_each_feature() {
    let Some(root) = repository() else { return };
    let output = Command::new("bash").arg(root.join(".ci/run")).arg("--features").output();
    let Ok(output) = output else { return }; // no bash
    assert!(output.status.success(), "{output:?}");
    let read: Names =
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(read, features(root));
}

#[test]
fn each_example_is_in_the_readme() {
    let Some(root) = repository() else { return };
    let readme = read(&root.join("README.md"));
    let examples = targets(&root.join("examples"));
    assert!(examples.contains("quickstart"), "{examples:?}");
    let folders = fs::read_dir(root.join("examples")).unwrap().map(|entry| entry.unwrap().path());
    let folders = folders.filter(|path| path.join("Cargo.toml").is_file());
    let folders = folders.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
    for name in examples.into_iter().filter(|name| name != "quickstart") {
        assert!(readme.contains(&format!("`{name}`")), "{name} is not in README.md");
    }
    for name in folders {
        let readme_of_its_own = root.join("examples").join(&name).join("README.md");
        assert!(readme.contains(&format!("`examples/{name}`")), "{name} is not in README.md");
        assert!(readme_of_its_own.is_file(), "{}", readme_of_its_own.display());
    }
}

/// Those that run in QEMU have its command beside them; the script that runs all firmware runs them.
#[test]
fn each_application_is_run_in_qemu() {
    let Some(root) = repository() else { return };
    let script = read(&root.join("tests/on-target/run.sh"));
    let guide = read(&root.join("tests/on-target/README.md"));
    let folders = fs::read_dir(root.join("examples")).unwrap().map(|entry| entry.unwrap().path());
    let applications: Vec<_> =
        folders.filter(|path| path.join(".cargo/config.toml").is_file()).collect();
    assert!(applications.len() > 2, "{applications:?}");
    for path in applications {
        let name = path.file_name().unwrap().to_str().unwrap();
        let words =
            |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(|word| word == name);
        assert!(words(&script), "tests/on-target/run.sh does not run {name}");
        assert!(guide.contains(&format!("`examples/{name}`")), "tests/on-target/README.md: {name}");
    }
}

/// The mutants meet every test but those that the script names; there is none of another name.
#[test]
fn the_mutants_leave_out_only_tests_that_there_are() {
    let Some(root) = repository() else { return };
    let script = read(&root.join("tests/mutants.sh"));
    let left_out = between(&script, "\nleft_out=\"", "\"").expect("the list");
    let tests = targets(&root.join("tests"));
    assert!(tests.contains("lists"), "{tests:?}");
    for name in left_out.split_whitespace() {
        assert!(tests.contains(name), "tests/mutants.sh leaves out {name}, which there is not");
    }
}

/// The README names tests by `--test name`.
#[test]
fn every_test_that_the_front_pages_name_exists() {
    let Some(root) = repository() else { return };
    let tests = targets(&root.join("tests"));
    let mut named = 0;
    let others = ["CHANGELOG.md", "CONTRIBUTING.md", ".ci/run"];
    for page in others.map(|page| read(&root.join(page))).into_iter().chain([pages(root)]) {
        for rest in page.split("--test ").skip(1) {
            let name: String =
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            assert!(tests.contains(&name), "no test {name}");
            named += 1;
        }
    }
    assert!(named > 5, "only {named}");
}

#[test]
fn figures_are_what_their_measure_says() {
    let Some(root) = repository() else { return };
    let readme = pages(root);
    let changelog = read(&root.join("CHANGELOG.md"));
    let figures = read(&root.join("tests/figures.txt"));

    let families: Vec<Vec<u64>> =
        figures.lines().filter(|line| line.ends_with(" edges")).map(numbers).collect();
    assert!(families.len() > 1, "{families:?}");
    let [breakers, states, edges] =
        [0, 1, 2].map(|i| families.iter().map(|family| family[i]).sum());
    for number in [breakers, states, edges] {
        assert!(tells(&readme, number), "no page tells {number}");
    }
    assert!(tells(&changelog, states), "CHANGELOG.md does not tell {states} states");

    let mutants = figures
        .lines()
        .find(|line| line.starts_with("mutants of the transitions: "))
        .expect("a line");
    let [caught, missed] = numbers(mutants)[..] else { panic!("{mutants}") };
    let explained = read(&root.join("tests/mutants.md"));
    // Those of recovery and snapshots have a paragraph of their own, after the others.
    let explained = explained.split("**Openings that last").next().unwrap_or_default();
    let explained = explained.lines().filter(|line| line.starts_with("src/")).count();
    assert_eq!(u64::try_from(explained), Ok(missed), "explained in tests/mutants.md, and missed");
    let told = format!("{caught} of {} mutants", caught + missed);
    let row = readme.lines().find(|line| line.contains(&told));
    let row = row.unwrap_or_else(|| panic!("no page says «{told}»"));
    let others = numbers(between(row, "of the others", "(").expect("what the others are"));
    assert_eq!(others.iter().sum::<u64>(), missed, "{others:?}");
    assert!(changelog.contains(&told), "CHANGELOG.md does not say «{told}»");

    let races = read(&root.join("tests/loom.rs")).matches("#[test]").count();
    let told = format!("{races} small races");
    assert!(readme.contains(&told), "no page says «{told}»");

    let cases = read(&root.join("tests/pycircuitbreaker_cases.rs")).matches("#[test]").count();
    let recorded = read(&root.join("tests/pycircuitbreaker/recorded.txt"));
    let sequences = recorded.lines().filter(|line| line.starts_with('=')).count();
    let told = format!("its {cases} test cases by meaning; {sequences} recorded sequences");
    assert!(readme.contains(&told), "no page says «{told}»");
}

/// The table of costs is what the firmware took last time.
#[test]
fn costs_on_the_targets_are_the_last_measured() {
    let Some(root) = repository() else { return };
    let readme = pages(root);
    let changelog = read(&root.join("CHANGELOG.md"));
    let budgets = read(&root.join("tests/on-target/budgets.txt"));
    let mut targets = 0;
    for line in budgets.lines().filter_map(|line| line.strip_prefix("last ")) {
        let (target, rest) = line.split_once(' ').expect("a target and its figures");
        let figure = |name: &str| field(rest, name);
        let row = readme.lines().find(|row| row.starts_with(&format!("| {target} ")));
        let row = row.unwrap_or_else(|| panic!("{target} is on no page"));
        let told: Vec<u64> = row.split('|').skip(2).flat_map(numbers).collect();
        let measured = ["flash", "ram", "healthy", "rejected", "failing", "masked"].map(figure);
        assert_eq!(told, measured, "the README's row of {target} (left) and budgets.txt");
        for number in ["flash", "healthy"].map(figure) {
            assert!(tells(&changelog, number), "CHANGELOG.md does not tell {number}: {target}");
        }
        targets += 1;
    }
    assert_eq!(targets, 3);
}

/// So is the table of what flash grows by.
#[test]
fn growth_on_the_targets_is_the_last_measured() {
    let Some(root) = repository() else { return };
    let readme = pages(root);
    let budgets = read(&root.join("tests/on-target/budgets.txt"));
    let targets: Vec<_> =
        budgets.lines().filter_map(|line| line.strip_prefix("last-growth ")).collect();
    assert_eq!(targets.len(), 3);
    for (label, names) in [
        ("the first breaker, on", &["first_small"][..]),
        ("a second with another strategy", &["second_type", "second_type_lists"]),
        ("eight of one type", &["eight", "by_hand_eight"]),
        ("the first hook", &["hook"]),
        ("`Registry<8>`", &["registry"]),
        ("a `View` of two", &["view"]),
        ("`retry_after` in milliseconds", &["wait_ms"]),
        ("interrupts masked for at most, in all", &["masked_worst"]),
    ] {
        let row = readme.lines().find(|row| row.starts_with(&format!("| {label}")));
        let row = row.unwrap_or_else(|| panic!("«{label}» is on no page"));
        let told: Vec<u64> = row.split('|').skip(2).take(3).flat_map(numbers).collect();
        let measured: Vec<u64> =
            targets.iter().flat_map(|line| names.iter().map(|name| field(line, name))).collect();
        assert_eq!(told, measured, "the README's row «{label}» (left) and budgets.txt");
    }
}

/// `name=value` among words.
fn field(words: &str, name: &str) -> u64 {
    let value = words.split_whitespace().find_map(|word| {
        word.split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value)
    });
    value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{name} in {words}"))
}

/// What the README sends its readers to is there.
#[test]
fn each_path_in_the_readme_leads_somewhere() {
    let Some(root) = repository() else { return };
    let readme = pages(root);
    let quoted = readme.split('`').skip(1).step_by(2);
    let places = ["tests/", "examples/", "benches/", "src/"];
    let mut paths = 0;
    for path in quoted.filter(|quoted| places.iter().any(|place| quoted.starts_with(place))) {
        let path = path.split(' ').next().unwrap();
        assert!(root.join(path).exists(), "a page names {path}");
        paths += 1;
    }
    assert!(paths > 20, "{paths}");
}

/// In the documentation the picture is part of the page.
#[test]
fn the_picture_of_the_states_is_the_one_in_the_documentation() {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let Some(root) = repository() else { return };
    let picture = fs::read(root.join("src/front/states.svg")).unwrap();
    let mut text = String::new();
    for three in picture.chunks(3) {
        let bits = (0..3).fold(0, |bits, i| bits << 8 | u32::from(*three.get(i).unwrap_or(&0)));
        let digits = (0..4).map(|i| char::from(DIGITS[(bits >> (18 - 6 * i) & 63) as usize]));
        text.extend(digits.take(three.len() + 1));
        text.extend((three.len()..3).map(|_| '='));
    }
    let line = format!("[states]: data:image/svg+xml;base64,{text}\n");
    let told = read(&root.join("src/front/states.md"));
    assert!(told == line, "src/front/states.md is not src/front/states.svg in base64");
}

/// Who looks at the front page decides in five minutes.
#[test]
fn the_readme_is_short() {
    let Some(root) = repository() else { return };
    let lines = read(&root.join("README.md")).lines().count();
    assert!(lines <= 150, "{lines}");
}
