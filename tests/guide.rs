//! The guide: its front page knows every page, what it shows of other crates is what is compiled, and the paths that it
//! names are there. Its programs are tests of the documentation.
#![cfg(not(loom))]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The repository, unless these are only the package's files.
fn repository() -> Option<&'static Path> {
    root().join(".ci").is_dir().then(root)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Each page, with its path below the guide, without its ending.
fn pages() -> Vec<(String, String)> {
    let mut folders: Vec<PathBuf> = vec![root().join("src/guide")];
    let mut pages = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(root().join("src/guide")).unwrap();
            let name = name.with_extension("").to_str().unwrap().replace('\\', "/");
            pages.push((name, read(&path)));
        }
    }
    assert!(pages.len() > 15, "{}", pages.len());
    pages
}

#[test]
fn each_page_is_a_module_and_on_its_front_page() {
    let guide = read(&root().join("src/guide.rs"));
    let front: String = guide.lines().filter(|line| line.trim_start().starts_with("//")).collect();
    for (name, text) in pages() {
        assert!(guide.contains(&format!("\"guide/{name}.md\"")), "{name} is no module");
        let linked = match name.rsplit_once('/') {
            None => front.contains(&format!("[`{name}`]")),
            Some(("migration", name)) => front.contains(&format!("(migration::{name})")),
            Some((above, name)) => {
                let above = read(&root().join(format!("src/guide/{above}.md")));
                above.contains(&format!("::{name})"))
            }
        };
        assert!(linked, "{name} is on no front page");
        let lines = text.lines().count();
        assert!((60..=165).contains(&lines), "{name} has {lines} lines");
    }
}

/// Blocks that do not run here begin with the path of a source that is compiled elsewhere, and stand in it.
#[test]
fn what_is_compiled_elsewhere_is_what_is_shown() {
    let Some(root) = repository() else { return };
    let mut shown = BTreeSet::new();
    for (name, text) in pages() {
        for block in text.split("```ignore").skip(1) {
            let (_, block) = block.split_once('\n').unwrap();
            let (path, block) = block.split_once('\n').unwrap();
            let path = path.strip_prefix("// ").unwrap_or_else(|| panic!("{name}: {path}"));
            let code = block.split("\n```").next().unwrap();
            assert!(read(&root.join(path)).contains(code), "{name} shows other than {path}");
            shown.insert(root.join(path));
        }
    }
    // Nothing is compiled there that is not shown.
    for folder in ["src", "src/migration"] {
        let folder = root.join("tests/packages/guide").join(folder);
        for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let only_modules = ["lib.rs", "migration.rs"].map(|name| path.ends_with(name));
            if path.is_file() && only_modules == [false, false] {
                assert!(shown.contains(&path), "{} is not shown", path.display());
            }
        }
    }
}

#[test]
fn each_path_in_the_guide_leads_somewhere() {
    let Some(root) = repository() else { return };
    let places = ["tests/", "examples/", "benches/", "src/"];
    let mut paths = 0;
    for (name, text) in pages() {
        // Outside of blocks of code, which have three of these.
        for quoted in text.replace("```", "").split('`').skip(1).step_by(2) {
            if places.iter().any(|place| quoted.starts_with(place)) {
                // A command has arguments.
                let quoted = quoted.split(' ').next().unwrap();
                assert!(root.join(quoted).exists(), "{name} names {quoted}");
                paths += 1;
            }
        }
    }
    assert!(paths > 10, "{paths}");
}
