#!/usr/bin/env bash
# What the bench promises, shown: that the replay is the real breaker's, its speed and memory, its errors, its page.
#
#     examples/tune/test.sh           everything; the page in Chromium, if there is one or apt-get has it
#     PICTURES=folder …/test.sh       and keeps the pictures of the page there
#
# Ends with `N passed, N failed, N skipped`.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
target=${CARGO_TARGET_DIR:-$PWD/target}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

pass() { passed=$((passed + 1)); echo "ok      $1"; }
fail() { failed=$((failed + 1)); echo "FAILED  $1: ${2:-}"; }
# check NAME CONDITION…: the condition is a command.
check() { local name=$1; shift; if "$@"; then pass "$name"; else fail "$name" "$*"; fi; }

cargo build --locked --quiet --release || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
tune=$target/release/tune record=$target/release/record

if cargo test --locked --quiet --release >"$work/unit" 2>&1; then pass "unit tests"; else fail "unit tests" "$(tail -20 "$work/unit")"; fi

# The traces are what the command writes.
"$record" thermometer | check "traces/thermometer.csv is recorded" cmp - traces/thermometer.csv
"$record" shop | check "traces/shop.jsonl is recorded" cmp - traces/shop.jsonl

# As counted by hand: opens at the second error, rejects one good and one failed call, and closes by its probe.
by_hand='1,error,0
2,error,0
3,ok,0
4,error,0
5,ok,1
7,ok,0'
got=$("$tune" replay --set 'a=error_threshold=2 recovery_timeout=3s' --format csv <<<"$by_hand" | tail -n 1)
# name, settings, lost, spared, left, waited, spared, open, half-open, openings, reopenings, false, probes, failed
check "a trace counted by hand" [ "${got%,0,0,,0,,0}" = "a,error_threshold=2 recovery_timeout=3s,1,1,2,0,0,3000000,1000000,1,0,1,1,0" ]
json=$(sed 's/\(.*\),\(.*\),\(.*\)/{"time":\1,"outcome":"\2","duration":\3}/' <<<"$by_hand" |
    "$tune" replay - --set 'a=error_threshold=2 recovery_timeout=3s' --format csv | tail -n 1)
check "JSON lines say the same" [ "$json" = "$got" ]

# Under any setting each call is passed or rejected, and the figures of the trace are those of its lines.
"$tune" suggest traces/shop.jsonl --format json >"$work/all.json"
good=$(grep -c '"ok"' traces/shop.jsonl) errors=$(grep -c '"error"' traces/shop.jsonl)
check "no call is lost by the replay" python3 -c '
import json, sys
all = json.load(open(sys.argv[1]))
for kind, count in zip(("good", "failed"), map(int, sys.argv[2:])):
    for of in all["settings"]:
        assert of["figures"]["passed"][kind] + of["figures"]["rejected"][kind] == count == all["trace"][kind], of
assert len(all["settings"]) == 90' "$work/all.json" "$good" "$errors"

# bad NAME SAID: what is on standard input is refused with these words, and status 1.
bad() {
    local name=$1 said=$2 told status
    told=$("$tune" replay 2>&1 >/dev/null)
    status=$?
    if [[ $status = 1 && $told = *"$said"* ]]; then pass "$name"; else fail "$name" "status $status, $told"; fi
}
bad "an empty file" "the trace is empty" </dev/null
bad "a file of names" "the trace names its columns, and holds no call" <<<"time,outcome,duration"
bad "time that goes back" "line 2: time goes back by 1s, behind line 1; it reads: 1,ok,0" <<<$'2,ok,0\n1,ok,0'
bad "a negative duration" 'line 1: duration is "-1", must not be negative; it reads: 1,ok,-1' <<<'1,ok,-1'
bad "an unknown outcome" 'line 1: outcome is "maybe", must be ok, error' <<<'1,maybe,0'
bad "a rejection" 'a breaker was there already' <<<'1,rejected,0'
bad "no UTF-8" 'line 2: is not UTF-8 from byte 3; it reads: 2,\xff,0' < <(printf '1,ok,0\n2,\xff,0\n')
bad "a huge line" 'line 2: is longer than 65536 bytes; it reads: aaaa' < <(echo 1,ok,0; head -c 50000000 /dev/zero | tr '\0' a)
bad "zeros" 'line 1: ' < <(head -c 3000000 /dev/zero)
bad "a broken line of JSON" 'line 1: is no JSON of a call' <<<'{"time":1,"outcome":"ok",'
bad "too many calls at once" 'are under way at once' < <(seq 1 1000200 | sed 's/$/,ok,2000000/')
skipped_lines=$("$tune" replay --skip-bad --format json 2>"$work/skip" < <(printf '1,ok,0\nx\n0,ok,0\n2,\xff,1\n3,error,0\n'))
check "--skip-bad counts" grep -q '"bad": 3' <<<"$skipped_lines"
check "--skip-bad names the first" grep -q '3 lines are no calls and were skipped; the first, line 2' "$work/skip"
bad_setting=$("$tune" replay traces/shop.jsonl --set 'a=error_threshold=0' 2>&1)
check "a bad setting" [ "$bad_setting" = 'tune: circuit a: error_threshold is "0", must be a whole number from 1 to 4095' ]
"$tune" replay traces/shop.jsonl | head -n 1 >/dev/null
check "a reader that leaves" [ "${PIPESTATUS[0]}" = 0 ]
check "no progress bar where there is no terminal" [ -z "$("$tune" replay traces/shop.jsonl 2>&1 >/dev/null)" ]
if command -v script >/dev/null; then
    "$record" load 1000000 >"$work/bar"
    script -qec "'$tune' replay '$work/bar'" /dev/null </dev/null >"$work/terminal" 2>&1
    check "a progress bar on a terminal" grep -q ' % ' "$work/terminal"
else
    skipped=$((skipped + 1)); echo "skipped a progress bar on a terminal: no script(1)"
fi

# Speed and memory. What it prints: seconds, and the most kilobytes that were resident.
measure() {
    python3 -c '
import resource, subprocess, sys, time
began = time.monotonic()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(f"{time.monotonic() - began:.2f}", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$@"
}
"$record" load 1000000 >"$work/load"
read -r seconds _ < <(measure "$tune" replay "$work/load")
echo "speed   1,000,000 lines under one setting: $seconds s"
check "at most 2 s a setting" awk -v s="$seconds" 'BEGIN { exit !(s > 0 && s <= 2) }'
read -r seconds _ < <(measure "$tune" replay "$work/load" --set a= --set b=error_threshold=3 --set c=error_threshold=8 --set 'd=strategy.count_window={calls=100,percent=50,minimum=20}')
echo "speed   under four: $seconds s"
check "at most 8 s for four" awk -v s="$seconds" 'BEGIN { exit !(s > 0 && s <= 8) }'
read -r _ small < <("$record" load 300000 | measure "$tune" replay --html "$work/small.html")
read -r _ large < <("$record" load 6000000 | measure "$tune" replay --html "$work/large.html")
echo "memory  300,000 lines: $small KiB; 6,000,000 lines: $large KiB"
check "memory does not grow with the trace" [ "$large" -lt $((small + small / 4 + 2048)) ]

# The page.
"$tune" replay traces/shop.jsonl --settings settings.toml --set fast='error_threshold=3 recovery_timeout=1s' --html "$work/replay.html" >"$work/replay.txt"
sed -n '/^10,897/,/ closed$/p' README.md >"$work/readme"
check "the README shows what is printed" diff "$work/readme" <(sed -n '/^10,897/,/ closed$/p' "$work/replay.txt")
"$tune" suggest traces/shop.jsonl --html "$work/suggest.html" >"$work/suggest.txt"
check "one is suggested" grep -q '^\* spares the most' "$work/suggest.txt"
"$tune" replay traces/shop.jsonl --set '</script><b>&=' --html "$work/names.html" >/dev/null
check "a name ends no script" [ "$(grep -c '</script><b>' "$work/names.html")" = 0 ]
chromium=${CHROMIUM:-/usr/bin/chromium}
[ -x "$chromium" ] || apt-get install -y -qq chromium >/dev/null 2>&1
if [ -x "$chromium" ] && command -v npm >/dev/null && (cd test && npm ci --silent --no-audit --no-fund); then
    pictures=${PICTURES:-$work}
    mkdir -p "$pictures"
    CHROMIUM=$chromium timeout 300 node test/page.mjs "$work/replay.html" "$work/suggest.html" "$pictures" >"$work/page" 2>&1
    check "the page's checks came to their end" grep -q 'no errors, and nothing is fetched' "$work/page"
    while read -r verdict name; do
        case $verdict in
            ok) pass "page: $name" ;;
            FAILED) fail "page: $name" ;;
            *) echo "        $verdict $name" ;;
        esac
    done <"$work/page"
else
    skipped=$((skipped + 1)); echo "skipped the page: no Chromium, or no npm"
fi

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
