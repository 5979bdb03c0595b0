#!/usr/bin/env bash
# Counts what a service has to write for its breakers, once with mcb and once with tower-resilience: lines of the one
# file of each, as rustfmt lays them out, without blank ones and comments. That both do the same is checked by
# `cargo test` in examples/server/glue, and what only one of them does.
# Usage: examples/server/glue.sh
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/glue"

# No other file knows of either.
if grep -lE 'mcb::|tower_resilience_circuitbreaker' src/service.rs src/world.rs; then
    echo "glue outside of its file" >&2
    exit 1
fi
lines() {
    rustfmt --edition 2024 --emit stdout --quiet "$1" | grep -cvE '^\s*(//.*)?$'
}
echo "glue mcb=$(lines src/with_mcb.rs) tower-resilience=$(lines src/with_tower_resilience.rs)"
