//! Strategies and recovery against oracles that were written from their specification alone, in a package of its own,
//! `packages/strategies`. What they print when they fail, the smallest case among it, is printed here; the mean calls
//! until an opening always are.
#![cfg(all(feature = "std", not(loom)))]

use std::path::Path;
use std::process::Command;

#[test]
fn strategies_and_recovery_do_what_their_oracles_do() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO"))
        .args(["test", "--locked", "--no-fail-fast", "--manifest-path"])
        .arg(root.join("tests/packages/strategies/Cargo.toml"))
        .arg("--target-dir")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("strategies"))
        .args(["--", "--show-output"])
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let means = said.lines().filter(|line| line.starts_with("brown-out ")).count();
    assert!(means > 50, "{means} means");
}
