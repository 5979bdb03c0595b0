#!/usr/bin/env bash
# The service with a real Redis, Postgres, upstream and browser, all on loopback, which are killed and come back.
#
#     ./install.sh            what it needs, once
#     ./test.sh               all checks; the last line is `N passed, N failed`
#     ./test.sh page          only those of the files in test/checks whose name begins so
#     SHOTS=folder ./test.sh  keeps pictures of the page there
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/../../target/packages}
cargo build --locked

# Whatever was started ends with this script, however that ends.
folder=$(mktemp -d)
end() {
    while read -r pid; do kill -9 "$pid" 2>/dev/null || true; done <"$folder/pids"
    rm -rf "$folder"
}
touch "$folder/pids"
trap end EXIT
trap 'exit 130' INT TERM

# In the background, since only then a signal is seen to at once.
node test/run.mjs "$folder" "$CARGO_TARGET_DIR/debug" "$@" &
echo $! >>"$folder/pids"
wait $!
