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
        ("error_threshold", "circuit bad: error_threshold is 0, must be 1 to 4096"),
        ("recovery_threshold", "circuit bad: recovery_threshold is 33, must be 1 to 32"),
        ("max_probes", "circuit bad: max_probes is 0, must be 1 to 15"),
        (
            "recovery_timeout",
            "circuit bad: recovery_timeout (default 30 s) is 4294967295 ticks or more, must be 1 to 2147483648",
        ),
        ("probe_timeout", "circuit bad: probe_timeout is 0 ticks, must be 1 to 2147483648"),
        (
            "dropped",
            "circuit bad: dropped is Verdict::Success, must be Verdict::Ignore or Verdict::Failure",
        ),
        ("hz", "circuit bad: the clock's HZ is 0, must be 1 to 4294967295"),
        ("step_up", "circuit bad: debounce: the step up is 0, must be 1 to 4096"),
        (
            "period",
            "circuit bad: failures_per_period: the period is 4 ticks, must be 5 to 2147483648",
        ),
        ("minimum", "circuit bad: the minimum number of calls is 21, must be 1 to 20"),
        ("most", "circuit bad: error_threshold is 257, must be 1 to 256"),
        ("calls", "a count window holds 1 to 1,024 calls"),
        ("no_calls", "a count window holds 1 to 1,024 calls"),
        ("buckets", "a time window has 1 to 1,024 buckets"),
        ("stamps", "both strategies want the stamp, of which there is one"),
        ("bits", "the two strategies need more bits than the 12 of a word's count"),
        ("id", "circuit : id is 0 bytes long, must be 1 to 255"),
        ("long_id", "xxx...: id is 256 bytes long, must be 1 to 255"),
    ] {
        assert!(said.contains(message), "no «{message}» in:\n{said}");
        assert!(said.contains(&format!("(bin \"{binary}\")")), "{binary} compiles:\n{said}");
    }
}
