//! The modules stand in `src/lib.rs` from the ground up: each uses only those above its own paragraph. Paths in
//! `use crate::…` and elsewhere are read from the sources; tests inside the library may use what they like.
#![cfg(not(loom))]

#[path = "support/sources.rs"]
mod sources;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sources::sources;

/// The modules of each paragraph of `mod` lines, from the top.
fn rows(lib: &str) -> Vec<Vec<String>> {
    let mut rows = vec![Vec::new()];
    for line in lib.lines() {
        let module = line.trim_start_matches("pub ").strip_prefix("mod ");
        match module.and_then(|rest| rest.strip_suffix(';')) {
            Some(name) => rows.last_mut().unwrap().push(name.to_owned()),
            None if line.trim().is_empty() => rows.push(Vec::new()),
            None => {}
        }
    }
    rows.retain(|row| !row.is_empty());
    rows
}

/// The place of each module: the number of its row.
fn places(rows: &[Vec<String>]) -> BTreeMap<&str, usize> {
    let places = rows.iter().enumerate();
    places.flat_map(|(place, row)| row.iter().map(move |name| (name.as_str(), place))).collect()
}

/// A source without comments, strings and what is compiled for tests alone.
fn code(source: &str) -> String {
    let mut code = String::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let line = line.split("//").next().unwrap();
        if !["#[cfg(test)]", "#[cfg(all(test,"].iter().any(|tests| line.contains(tests)) {
            code += line;
            code.push('\n');
            continue;
        }
        // The item that follows: up to its semicolon, or to the brace that closes it.
        let mut depth = 0;
        for line in lines.by_ref() {
            let line = line.split("//").next().unwrap();
            let (opens, closes) = (line.matches('{').count(), line.matches('}').count());
            depth = depth + opens - closes;
            if depth == 0 && (closes > 0 || line.trim_end().ends_with(';')) {
                break;
            }
        }
    }
    code
}

/// The names that stand first in a path below the crate's root, those in braces one by one.
fn uses(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let name = |text: &str| -> String {
            text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
        };
        let Some(group) = rest.strip_prefix('{') else {
            names.push(name(rest));
            continue;
        };
        let (mut depth, mut part) = (0, String::new());
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => names.push(name(&core::mem::take(&mut part))),
                _ => {}
            }
            if c != ',' || depth > 0 {
                part.push(c);
            }
        }
        names.push(name(&part));
    }
    names.retain(|name| !name.is_empty());
    names
}

/// What a module may not use: itself is allowed, and what stands in a row above. Names that are no module are what the
/// crate re-exports from one, which `re_exported` knows.
fn refused(
    module: &str,
    source: &str,
    places: &BTreeMap<&str, usize>,
    re_exported: &BTreeMap<String, String>,
    edges: &mut BTreeMap<(String, String), usize>,
) -> Vec<String> {
    let mut refused = Vec::new();
    let code = code(source);
    if code.lines().any(|line| line.starts_with("use super::super::")) {
        refused.push(format!("{module} goes up by super"));
    }
    for name in uses(&code) {
        let used = re_exported.get(&name).unwrap_or(&name);
        if used == module {
            continue;
        }
        *edges.entry((module.to_owned(), used.clone())).or_default() += 1;
        match places.get(used.as_str()) {
            Some(place) if *place < places[module] => {}
            Some(_) => refused.push(format!("{module} uses {used}")),
            None => refused.push(format!("{module} uses {used}, which is in no row")),
        }
    }
    refused
}

/// What `pub use module::{Name, …}` in `src/lib.rs` gives another way to, and macros, which stand at the root.
fn re_exports(lib: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for line in lib.split(';') {
        let Some((_, path)) = line.split_once("pub use ") else { continue };
        let (module, names) = path.split_once("::").expect("a module");
        for name in names.split(|c: char| !c.is_alphanumeric() && c != '_') {
            found.insert(name.to_owned(), module.to_owned());
        }
    }
    found
}

/// Files that are modules for tests: each is declared under a `cfg` of tests in the file above it.
fn only_for_tests(path: &Path) -> bool {
    let mut path = path.to_owned();
    // A file, and each folder that it lies in.
    while let Some(folder) = path.parent().map(Path::to_owned) {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let above = folder.with_extension("rs");
        if let Ok(above) = fs::read_to_string(&above) {
            let declares = |text: &str| text.contains(&format!("mod {name};"));
            if declares(&above) && !declares(&code(&above)) {
                return true;
            }
        }
        path = folder;
    }
    false
}

#[test]
fn each_module_uses_only_those_above_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let lib = fs::read_to_string(root.join("lib.rs")).unwrap();
    let rows = rows(&lib);
    let (places, re_exported) = (places(&rows), re_exports(&lib));
    assert!(rows.len() > 8 && places.len() > 15, "{rows:?}");

    let (mut edges, mut refusals, mut skipped) = (BTreeMap::new(), Vec::new(), 0);
    for path in sources(&root) {
        if path.ends_with("src/lib.rs") {
            continue;
        }
        if only_for_tests(&path) {
            skipped += 1;
            continue;
        }
        let below = path.strip_prefix(&root).unwrap().iter().next().unwrap();
        let module = Path::new(below).file_stem().unwrap().to_str().unwrap();
        assert!(places.contains_key(module), "{module} is in no row");
        let source = fs::read_to_string(&path).unwrap();
        for refusal in refused(module, &source, &places, &re_exported, &mut edges) {
            refusals.push(format!("{refusal}, in {}", path.display()));
        }
    }
    assert!(refusals.is_empty(), "{}", refusals.join("\n"));
    // It has seen something: pairs of modules, and the paths that make them.
    let paths: usize = edges.values().sum();
    assert!(edges.len() > 60 && paths > 120, "{} pairs, {paths} paths", edges.len());
    assert!(edges.contains_key(&("breaker".into(), "engine".into())), "{edges:?}");
    assert!((4..12).contains(&skipped), "{skipped} files for tests alone");
}

/// What is refused, and what is read at all, on a house that was never built.
#[test]
fn a_path_upwards_or_to_a_sibling_is_refused() {
    let lib = "
        //! Text with mod in it;
        #![no_std]

        // From the ground up.
        mod cellar;

        pub mod hall;
        #[cfg(feature = \"stove\")]
        mod kitchen;

        mod roof;

        #[doc(hidden)]
        pub use hall::{Carpet, Lamp};
        pub use roof::Tile;
    ";
    let lib: String = lib.lines().flat_map(|line| [line.trim(), "\n"]).collect();
    let rows = rows(&lib);
    assert_eq!(rows, [vec!["cellar"], vec!["hall", "kitchen"], vec!["roof"]]);
    let (places, re_exported) = (places(&rows), re_exports(&lib));
    let check = |module: &str, source: &str| {
        refused(module, source, &places, &re_exported, &mut BTreeMap::new())
    };
    let none: [&str; 0] = [];

    assert_eq!(check("hall", "use crate::cellar::Wine;\nuse super::Lamp;"), none);
    assert_eq!(check("roof", "use crate::{cellar::{Wine, Coal}, hall, kitchen::Pot};"), none);
    assert_eq!(check("hall", "use crate::hall::Lamp; fn f() -> crate::Carpet {}"), none);
    assert_eq!(check("hall", "use crate::kitchen::Pot;"), ["hall uses kitchen"]);
    assert_eq!(check("cellar", "pub(crate) use crate::roof;"), ["cellar uses roof"]);
    assert_eq!(check("cellar", "fn f(_: &crate::Tile) {}"), ["cellar uses roof"]);
    assert_eq!(check("hall", "use crate::{cellar::{A, B}, roof::{C, D}};"), ["hall uses roof"]);
    assert_eq!(check("hall", "use crate::{\n    cellar::A,\n    roof,\n};"), ["hall uses roof"]);
    assert_eq!(check("hall", "use super::super::roof;"), ["hall goes up by super"]);
    assert_eq!(check("kitchen", "use crate::attic;"), ["kitchen uses attic, which is in no row"]);
    // Comments and tests may look anywhere.
    assert_eq!(check("cellar", "/// See [`Tile`](crate::roof::Tile).\nstruct Coal;"), none);
    let tests =
        "fn f() {}\n#[cfg(test)]\nmod tests {\n    use crate::roof::Tile;\n    fn g() {}\n}\n";
    assert_eq!(check("cellar", tests), none);
    let after = format!("{tests}#[cfg(all(test, not(loom)))]\nmod more;\nuse crate::roof::Tile;\n");
    assert_eq!(check("cellar", &after), ["cellar uses roof"]);
    assert_eq!(check("cellar", "#[cfg(not(test))]\nuse crate::roof::Tile;"), ["cellar uses roof"]);
}
