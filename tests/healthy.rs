//! A healthy call takes no lock, also where the word lives behind critical sections.
#![cfg(not(loom))]

use std::path::Path;
use std::process::Command;

#[test]
fn nothing_enters_a_critical_section_while_all_is_well() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO"))
        .args(["run", "--locked", "--manifest-path"])
        .arg(root.join("tests/packages/sections/Cargo.toml"))
        .arg("--target-dir")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("sections"))
        .env("RUSTFLAGS", "--cfg mcb_critical_section")
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
