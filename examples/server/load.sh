#!/usr/bin/env bash
# Load on a service whose upstream dies and comes back, on loopback: with mcb, with other breakers and without one.
# 45 s after building, since the subjects run side by side, each with a service and an upstream of its own: together
# they keep half of one core busy. One after another it takes 210 s.
# Usage: examples/server/load.sh [serial]
# Builds below the repository's target/ unless CARGO_TARGET_DIR says otherwise. The lines are explained in load/README.md.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$here/../../target/load}

cargo build --quiet --locked --release --manifest-path "$here/load/Cargo.toml"
exec "$CARGO_TARGET_DIR/release/load" "$@"
