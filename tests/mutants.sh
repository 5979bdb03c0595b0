#!/usr/bin/env bash
# Breaks the library in some 1000 small ways, one at a time, and looks whether a test notices. Two hours on two
# cores, so not part of .ci/run. It installs what is missing, ends with the figures, and fails if a mutant lives
# that mutants.md does not explain.
#
#     mutants.sh                    all
#     mutants.sh transitions        those of the transitions, a quarter of an hour: machine, strategies, ticks
#     mutants.sh -f src/registry.rs those of some files
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=27.1.0
out=${MUTANTS_OUT:-target/mutants}
mkdir -p "$out"
# Each job has a target directory of its own; little debug information keeps linking short.
unset CARGO_TARGET_DIR
export CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_TEST_DEBUG=0

cargo mutants --version 2>/dev/null | grep -qx "cargo-mutants $version" ||
    cargo install --locked "cargo-mutants@$version"

# 0: all caught, 2: some missed, 3: some timed out, which is to be caught. Anything else is an error.
mutants() {
    local status=0 kind
    cargo mutants --jobs 2 --no-shuffle --colors never -o "$out" "$@" || status=$?
    case $status in 0 | 2 | 3) ;; *) exit "$status" ;; esac
    for kind in caught timeout unviable missed; do
        sed -E 's/:[0-9]+:[0-9]+:/:/' "$out/mutants.out/$kind.txt" >>"$out/$kind"
    done
}

# The quick tests. What is left out is slow and judges the same lines again, or judges no line of the library.
left_out="alone const_errors features format guide healthy layout lists log loom matrix publish pycircuitbreaker_replay reference_model size"
quick=()
for test in tests/*.rs tests/*/main.rs; do
    test=${test%/main.rs}
    test=$(basename "$test" .rs)
    [[ " $left_out " = *" $test "* ]] || quick+=("-C=--test=$test")
done

rm -rf "$out"/{mutants.out,caught,timeout,unviable,missed}
# By the enumeration alone, which is soon over where it is optimised a little; what it lets live, and with `--iterate`
# whatever else is asked for, goes to the quick tests.
# What recovery and snapshots make of the word, and what other strategies count, goes by the names of their files.
transitions=()
for file in machine/{admit,force,limits,read,settle,word} strategy strategy/{consecutive,net_error} ticks; do
    transitions+=(-f "src/$file.rs")
done
by_enumeration() {
    # Not by the strategies' own walks, which are slow and judge other files.
    CARGO_PROFILE_TEST_OPT_LEVEL=1 mutants "${transitions[@]}" -C=--lib -- -- --skip strategy::
    rm "$out/missed"
}
case "$*" in
transitions)
    by_enumeration
    mutants --iterate "${transitions[@]}" "${quick[@]}"
    ;;
"")
    by_enumeration
    mutants --iterate -e src/storage/critical.rs -e src/sync.rs -e src/observe/log.rs -e src/defmt.rs "${quick[@]}"
    # The storage without compare-and-swap under its own cfg.
    RUSTFLAGS="--cfg mcb_critical_section" \
        mutants -f src/storage/critical.rs -f src/sync.rs "${quick[@]}"
    # Log lines are there where DEFMT_LOG lets them be compiled, and one test links with them.
    DEFMT_LOG=trace mutants -f src/observe/log.rs -C=--test=log
    ;;
*) mutants "$@" "${quick[@]}" ;;
esac

# Lines of mutants.md that begin as those of cargo-mutants do are explained there, each as often as it stands.
grep '^src/' tests/mutants.md | sort >"$out/explained"
unexplained=$(sort "$out/missed" | comm -23 - "$out/explained")
count() { sort "$out/$1" | wc -l; }
echo "$(count caught) caught, $(count timeout) timed out, $(count missed) missed, $(count unviable) do not compile"
[ -z "$unexplained" ] || { printf 'not explained in tests/mutants.md:\n%s\n' "$unexplained"; exit 1; }
figures="mutants of the transitions: $(($(count caught) + $(count timeout))) caught, $(count missed) missed"
[ "$*" != transitions ] || grep -qx "$figures" tests/figures.txt ||
    { echo "tests/figures.txt says otherwise: $figures"; exit 1; }
