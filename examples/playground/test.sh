#!/usr/bin/env bash
# Tests the playground: the world behind it, the page in headless Chromium, and the code that it gives to copy.
# Usage: examples/playground/test.sh     the last line is «N passed, N failed»; screenshots stay in target/playground
# Installs what is missing: the target wasm32-unknown-unknown, Debian's chromium, and playwright-core by npm.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target/playground}
work=$root/target/playground/test
picture=$root/src/front/states.svg
page=$work/playground.html
passed=0 failed=0

check() {
    local name=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        passed=$((passed + 1))
        printf 'ok    %s\n' "$name"
    else
        failed=$((failed + 1))
        printf 'FAIL  %s\n' "$name"
        tail -n 40 "$work/log"
    fi
}

# What the picture writes as code is there, and so is each state in its text; rustdoc takes it in without a blank line.
picture_is_right() {
    local name names
    names=$(grep -oE '(<text|<tspan) class="code[^>]*>[a-z_]+' "$picture" | sed 's/.*>//' | sort -u)
    [ "$(wc -l <<<"$names")" -ge 9 ]
    for name in $names; do
        grep -rqE "pub (const )?fn $name\b" "$root/src/config" "$root/src/config.rs" "$root/src/breaker" || { echo "no $name"; return 1; }
    done
    for name in Closed Open HalfOpen SlowStart LockedOut ForcedOpen ForcedClosed; do
        sed -n '/<desc/p' "$picture" | grep -qw "$name" || { echo "$name is not in its text"; return 1; }
    done
    ! grep -q '^[[:space:]]*$' "$picture"
}

count() { grep -c "^$1 " "$2" || true; }

rm -rf "$work"
mkdir -p "$work"
command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium >/dev/null; }

check "the page is built" "$here/build.sh" "$page"
check "one file, that names no other" bash -c "! grep -E 'src=|href=|@import|url\(|@@' '$page' | grep -v '^const WASM' | grep -v 'url(#tip)'"
check "the picture of the states names what there is" picture_is_right
check "the world behind it" cargo test --quiet --locked --manifest-path "$here/Cargo.toml"

mkdir "$work/driver"
cp "$here"/tests/browser/{*.mjs,*.json,.npmrc} "$work/driver"
(cd "$work/driver" && npm ci --silent --no-audit --no-fund)
CHROMIUM=$(command -v chromium) node "$work/driver/drive.mjs" "$page" "$picture" "$work" | tee "$work/driven" | grep -E '^(ok|FAIL) ' || true
passed=$((passed + $(count ok "$work/driven"))) failed=$((failed + $(count FAIL "$work/driven")))
# Its last line says that it came to its end.
tail -n 1 "$work/driven" | grep -qE '^[0-9]+ [0-9]+$' || { failed=$((failed + 1)); echo "FAIL  the driver broke off"; }

cat >"$work/Cargo.toml" <<TOML
[package]
name = "copied"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
mcb = { path = "$root", features = ["server", "settings"] }
toml = { version = "1", default-features = false, features = ["parse", "serde", "std"] }
TOML
# The same versions as the page's.
cp "$here/Cargo.lock" "$work/Cargo.lock"
check "the code to copy compiles, each kind for each of the settings" cargo build --quiet --manifest-path "$work/Cargo.toml"
"$CARGO_TARGET_DIR/debug/copied" >"$work/copied" || true
same=$(count ok "$work/copied") shown=$(grep -c '^mod fixed_' "$work/src/main.rs" || true)
grep -A 20 '^FAIL' "$work/copied" || true
check "the service and the settings file say the same, $same of $shown times" test "$same" = "$shown" -a "$shown" -gt 10

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
