#!/usr/bin/env bash
# Builds the playground: one HTML file that needs no server and no network, with the crate in it as WebAssembly.
# Usage: examples/playground/build.sh [FILE]     by default target/playground/playground.html of the repository
# Needs the target: rustup target add wasm32-unknown-unknown. Nothing that it makes is committed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$here/../../target/playground}
page=${1:-$here/../../target/playground/playground.html}
scripts=(settings code engine machine road chart panels main)

rustup target list --installed | grep -qx wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown
cargo build --quiet --locked --release --target wasm32-unknown-unknown --manifest-path "$here/Cargo.toml"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
base64 -w 0 "$CARGO_TARGET_DIR/wasm32-unknown-unknown/release/playground.wasm" >"$work/wasm"
printf '%s\n' "${scripts[@]/#/$here/page/}" | sed 's/$/.js/' | xargs -d '\n' cat >"$work/script"

# Each mark stands alone in its line, but that of the WebAssembly, which stands in quotes.
awk -v wasm="$work/wasm" -v script="$work/script" -v style="$here/page/style.css" '
    function put(file,    line) { while ((getline line < file) > 0) print_line(line); close(file) }
    function print_line(line,    at, code) {
        at = index(line, "@@WASM@@")
        if (!at) { print line; return }
        getline code < wasm
        printf "%s%s%s\n", substr(line, 1, at - 1), code, substr(line, at + 8)
    }
    $0 == "@@STYLE@@" { put(style); next }
    $0 == "@@SCRIPT@@" { put(script); next }
    { print }' "$here/page/index.html" >"$work/page"

mkdir -p "$(dirname "$page")"
mv "$work/page" "$page"
chmod 644 "$page"
printf 'built %s, %s bytes\n' "$page" "$(stat -c %s "$page")"
