//! Random steps against the reference model, in a package of its own, `packages/reference-model`, which tells why. What they print
//! when they fail, the smallest case among it, is printed here.
#![cfg(not(loom))]

use std::path::Path;
use std::process::Command;

#[test]
fn random_steps_do_what_the_model_does() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let features = if cfg!(feature = "std") { "std" } else { "" };
    let output = Command::new(env!("CARGO"))
        .args(["test", "--locked", "--features", features, "--manifest-path"])
        .arg(root.join("tests/packages/reference-model/Cargo.toml"))
        .arg("--target-dir")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("reference-model"))
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("2 passed"), "{said}");
}
