//! The order of the modules in `src/lib.rs`: each uses only those in the paragraphs above its own, so that there is no
//! circle, and whoever reads from the top meets nothing that comes later.
#![cfg(not(loom))]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules with their paragraphs, and the names at the root with the modules that they come from.
struct Root {
    paragraph: BTreeMap<String, usize>,
    origin: BTreeMap<String, String>,
}

fn root() -> Root {
    let text = fs::read_to_string(source("lib.rs")).unwrap();
    let mut root = Root { paragraph: BTreeMap::new(), origin: BTreeMap::new() };
    for (paragraph, lines) in text.split("\n\n").enumerate() {
        for line in lines.lines() {
            let Some((_, name)) = line.trim_end_matches(';').split_once("mod ") else { continue };
            if line.starts_with("mod ") || line.starts_with("pub mod ") {
                root.paragraph.insert(name.to_owned(), paragraph);
            }
        }
    }
    for used in text.split(';').filter_map(|item| item.split_once("pub use ")) {
        let Some((module, names)) = used.1.split_once("::") else { continue };
        for name in names.split(|c: char| !c.is_alphanumeric()).filter(|name| !name.is_empty()) {
            root.origin.insert(name.to_owned(), module.to_owned());
        }
    }
    root
}

fn source(file: impl AsRef<Path>) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file)
}

/// The files of a module, those of its tests left out.
fn files(module: &Path, into: &mut Vec<PathBuf>) {
    let text = fs::read_to_string(module).unwrap();
    into.push(module.to_owned());
    let mut for_tests = false;
    for line in text.lines().map(str::trim) {
        if let Some(attribute) = line.strip_prefix("#[cfg") {
            for_tests |= attribute.contains("test");
        } else if let Some((_, name)) = line.strip_suffix(';').and_then(|l| l.split_once("mod ")) {
            let inside = module.with_extension("").join(name).with_extension("rs");
            if !for_tests && inside.exists() {
                files(&inside, into);
            }
            for_tests = false;
        } else if !line.starts_with('#') {
            for_tests = false;
        }
    }
}

/// What follows `crate::` in the code of a file, with the lines.
fn uses(file: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(file).unwrap();
    let code = text.split("\nmod tests {").next().unwrap();
    let mut uses = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let line = line.split("//").next().unwrap();
        for (at, _) in line.match_indices("crate::") {
            if line[..at].ends_with('$') {
                continue; // in a macro, for whoever calls it
            }
            let rest = &line[at + "crate::".len()..];
            assert!(!rest.starts_with('{'), "a use of its own for each: {}", file.display());
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            uses.push((number + 1, rest[..end].to_owned()));
        }
    }
    uses
}

#[test]
fn each_module_uses_only_those_above_it() {
    let root = root();
    assert!(root.paragraph.len() > 15, "the modules of lib.rs: {:?}", root.paragraph);
    let (mut seen, mut wrong) = (0, Vec::new());
    for (module, paragraph) in &root.paragraph {
        let mut all = Vec::new();
        files(&source(module).with_extension("rs"), &mut all);
        for file in all {
            for (line, name) in uses(&file) {
                let used = root.origin.get(&name).unwrap_or(&name);
                let Some(other) = root.paragraph.get(used) else {
                    panic!("{}:{line}: what is crate::{name}?", file.display());
                };
                seen += 1;
                if used != module && other >= paragraph {
                    wrong.push(format!("{}:{line}: {module} uses {used}", file.display()));
                }
            }
        }
    }
    assert!(seen > 100, "only {seen} uses were seen");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
