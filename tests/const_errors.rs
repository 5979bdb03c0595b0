//! A bad configuration in a `static` does not compile, and the compiler's message names the field.
#![cfg(not(loom))]

use std::path::Path;
use std::process::Command;

#[test]
fn each_bad_field_stops_the_build_and_is_named() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO"))
        .args(["check", "--locked", "--bins", "--keep-going", "--manifest-path"])
        .arg(root.join("tests/packages/bad-config/Cargo.toml"))
        .arg("--target-dir")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("bad-config"))
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    for (binary, message) in [
        ("error_threshold", "error_threshold must be 1 to 4096"),
        ("recovery_threshold", "recovery_threshold must be 1 to 32"),
        ("max_probes", "max_probes must be 1 to 15"),
        (
            "recovery_timeout",
            "recovery_timeout (default 30 s) must be 1 to 2^31 ticks of the clock",
        ),
        ("probe_timeout", "probe_timeout must be 1 to 2^31 ticks of the clock"),
        ("dropped", "dropped must be Verdict::Ignore or Verdict::Failure"),
        ("hz", "the clock's HZ must be at least 1"),
    ] {
        assert!(said.contains(message), "no «{message}» in:\n{said}");
        assert!(said.contains(&format!("(bin \"{binary}\")")), "{binary} compiles:\n{said}");
    }
}
