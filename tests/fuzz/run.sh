#!/usr/bin/env bash
# Looks for steps on which the breaker and the reference model differ: run.sh [SECONDS], 60 by default.
# It installs what is missing. What it finds lies in artifacts/; put it into seeds/ as well, where
# `cargo test --test corpus` runs it ever after.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

seconds=${1:-60}
fuzz_version=0.13.2
nightly=${MCB_NIGHTLY:-nightly}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}

cargo fuzz --version 2>/dev/null | grep -qx "cargo-fuzz $fuzz_version" ||
    cargo install --locked "cargo-fuzz@$fuzz_version"
rustup toolchain list | grep -q "^$nightly" || rustup toolchain install --profile minimal "$nightly"

# No sanitizer: the library has no unsafe code to watch.
# What is new goes to corpus/, which is not kept; seeds/ is read only.
mkdir -p corpus/model
cargo "+$nightly" fuzz run --sanitizer none --fuzz-dir . model corpus/model seeds -- \
    -max_total_time="$seconds" -max_len=256 -print_final_stats=1 -verbosity=1
