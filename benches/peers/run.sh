#!/usr/bin/env bash
# Measures mcb beside its peers and says which of the demands it meets.
# Usage: benches/peers/run.sh [--no-default-profile]
#        benches/peers/run.sh --behaviour [--record]
# With --behaviour it measures nothing: it runs what breakers failed at in the field, and fails unless every verdict is
# as in behaviour.txt; with --record it writes that file, and behaviour.md, anew.
# Builds below the repository's target/ unless CARGO_TARGET_DIR says otherwise.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$here/../../target/peers}

if [ "${1:-}" = --behaviour ]; then
    cargo build --quiet --manifest-path "$here/Cargo.toml" --release --features behaviour --bin behaviour
    program=$CARGO_TARGET_DIR/release/behaviour
    lines=$("$program")
    echo "$lines"
    if [ "${2:-}" = --record ]; then
        echo "$lines" >"$here/behaviour.txt"
        "$program" page <"$here/behaviour.txt" >"$here/behaviour.md"
    fi
    verdicts() { grep '^behaviour ' "$@"; }
    diff -u --label recorded --label now <(verdicts "$here/behaviour.txt") <(verdicts <<<"$lines")
    exit
fi

if ! command -v valgrind >/dev/null && command -v apt-get >/dev/null; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get install --yes --quiet valgrind >&2 || true
fi

# Instructions per successful call, or future: the slope between two numbers of
# calls, so that starting the program and making the breaker cancel out.
few=2000 many=22000
collected() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$1" loop "$2" "$3" 2>&1 |
        sed -n 's/.*Collected : *//p'
}
instructions() {
    local binary=$1 name first second
    command -v valgrind >/dev/null || return 0
    for name in $("$binary" list); do
        first=$(collected "$binary" "$name" $few)
        second=$(collected "$binary" "$name" $many)
        awk -v name="$name" -v rise=$((second - first)) -v calls=$((many - few)) \
            'BEGIN { printf "%s=%.2f\n", name, rise / calls }'
    done
}

measure() {
    local profile=$1 program binary
    cargo build --quiet --manifest-path "$here/Cargo.toml" --profile "$profile"
    for program in peers awaits windows; do
        binary=$CARGO_TARGET_DIR/$profile/$program
        # shellcheck disable=SC2046 # NAME=COUNT words without spaces
        "$binary" $(instructions "$binary")
        echo
    done
}

echo "# $(rustc --version), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg 2>/dev/null || echo unknown)"
echo "# the best case for every subject: fat LTO, one codegen unit"
measure lto
if [ "${1:-}" != --no-default-profile ]; then
    echo
    echo "# the same with cargo's own release profile, every line marked"
    measure release | sed 's/^./default-profile &/'
fi
