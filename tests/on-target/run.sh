#!/usr/bin/env bash
# Builds the firmware, runs it on emulated microcontrollers, and holds what guarded calls cost against budgets.txt.
# The last line is "N passed, N failed".
set -euo pipefail

usage="usage: run.sh [--toolchain rustup|debian] [--target NAME]... [--figures-only] [--record]
  --toolchain     measure with this one and no other; without it, rustup's if it has the targets or can get them
  --target        thumbv6m, thumbv7m or riscv32imc; without it, all three and the examples
  --figures-only  budgets and growth, and the parts of the node, without running the suites and the examples
  --record        make the figures the last ones in budgets.txt"
toolchain=
targets=()
figures_only=
recording=()
while [ $# != 0 ]; do
    case $1 in
        --toolchain) toolchain=${2:-missing} && shift ;;
        --target) targets+=("${2:-}") && shift ;;
        --figures-only) figures_only=yes ;;
        --record) recording=(--record) ;;
        --help) echo "$usage" && exit ;;
        *) toolchain=unknown ;;
    esac
    shift || break
done
case $toolchain in
    "" | rustup | debian) ;;
    *) echo "$usage" >&2 && exit 2 ;;
esac

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$here/../../target/on-target}
export PYTHONDONTWRITEBYTECODE=1
firmware=$CARGO_TARGET_DIR/firmware
mkdir -p "$firmware"

# Machine, Rust's target, and the target's name in the budgets.
machines=(
    "microbit    thumbv6m-none-eabi          thumbv6m"
    "lm3s6965evb thumbv7m-none-eabi          thumbv7m"
    "riscv-virt  riscv32imc-unknown-none-elf riscv32imc"
)
if [ ${#targets[@]} != 0 ]; then
    chosen=()
    for name in "${targets[@]}"; do
        for line in "${machines[@]}"; do
            [ "${line##* }" = "$name" ] && chosen+=("$line") && continue 2
        done
        echo "$usage" >&2 && exit 2
    done
    machines=("${chosen[@]}")
fi
passed=0
failed=0

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Installs Debian packages unless they are there.
need_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    echo "installing ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$firmware/apt.log" 2>&1 ||
        { cat "$firmware/apt.log"; return 1; }
}

# Whether rustup has the targets, or can get them.
add_targets() {
    local installed line target missing=()
    installed=$(rustup target list --installed 2>/dev/null) || return 1
    for line in "${machines[@]}"; do
        read -r _ target _ <<<"$line"
        grep -qx "$target" <<<"$installed" || missing+=("$target")
    done
    [ ${#missing[@]} = 0 ] || rustup target add "${missing[@]}"
}

# rustup's targets, as a user has them; where they cannot be had, Debian's second Rust, which brings the library's source.
choose_toolchain() {
    build_flags=()
    if [ "$toolchain" != debian ]; then
        if add_targets; then
            toolchain="rustup, with its prebuilt core"
            return
        fi
        if [ "$toolchain" = rustup ]; then
            echo "rustup has not got all targets, and cannot add them" >&2
            return 1
        fi
    fi
    need_packages rustc-web rust-web-src lld
    export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
    export RUSTFLAGS="-C linker=ld.lld -C linker-flavor=ld.lld"
    build_flags=(-Z build-std=core)
    toolchain="Debian, with a core that is built like the firmware"
}

# compile TARGET PACKAGE [OPTION...]
compile() {
    local target=$1 package=$2
    shift 2
    cargo build --quiet --locked --release "${build_flags[@]}" --target "$target" -p "$package" "$@"
}

# build OUTPUT TARGET PACKAGE BINARY [OPTION...]
build() {
    local output=$1 target=$2 package=$3 binary=$4
    shift 4
    rm -f "$firmware/$output"
    compile "$target" "$package" --bin "$binary" "$@" &&
        cp "$CARGO_TARGET_DIR/$target/release/$binary" "$firmware/$output"
}

# Counts one check by the status of a command.
check() {
    local name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
        echo "ok      $name"
    else
        failed=$((failed + 1))
        echo "FAILED  $name"
    fi
}

# Runs firmware that counts its own checks, and adds its counts.
run_counted() {
    local output=$firmware/output.txt status=0 summary
    python3 tools/qemu.py "$@" </dev/null >"$output" 2>&1 || status=$?
    summary=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$output" | tail -n 1 || true)
    # A timeline is for those who look for what went wrong.
    grep -vE '^[0-9]+ passed, [0-9]+ failed$' "$output" | { [ "$status" = 0 ] && grep -v '^boot ' || cat; } || true
    if [ -n "$summary" ]; then
        read -r good _ bad _ <<<"$summary"
        passed=$((passed + good))
        failed=$((failed + bad))
        [ "$status" = 0 ] || [ "$bad" != 0 ] || status=summary
    fi
    if [ -z "$summary" ] || [ "$status" = summary ]; then
        failed=$((failed + 1))
        echo "FAILED  the firmware did not reach its end: status $status"
    fi
}

# Whether firmware that lacks working critical sections ends with failed checks.
notices() {
    local output=$firmware/output.txt
    python3 tools/qemu.py "$@" </dev/null >"$output" 2>&1 || true
    grep -E '^FAILED' "$output" | sed 's/^FAILED */        as it has to: /' || true
    grep -qE '^[0-9]+ passed, [1-9][0-9]* failed$' "$output"
}

# build_budget OUTPUT TARGET FEATURES
build_budget() {
    build "$1" "$2" budget budget --features "$3"
}

# Builds the guarded firmware and its twin, and compares.
within_budget() {
    local machine=$1 target=$2 name=$3
    build_budget "$machine-twin" "$target" "$machine" &&
        build_budget "$machine-guarded" "$target" "$machine,guarded" &&
        python3 tools/figures.py "$name" "$machine" "$firmware/$machine-guarded" "$firmware/$machine-twin" \
            budgets.txt "${recording[@]}" </dev/null
}

# Builds the firmware that has more and more of the crate in it, and compares each with the one that lacks a part.
growth_within_budget() {
    local machine=$1 target=$2 name=$3 source binary
    build_budget "$machine-small-twin" "$target" "$machine,small" &&
        build_budget "$machine-small-guarded" "$target" "$machine,small,guarded" &&
        build_budget "$machine-by-hand" "$target" "$machine,by-hand" &&
        compile "$target" growth --bins --features "$machine" || return
    for source in growth/src/bin/*.rs; do
        binary=$(basename "$source" .rs)
        cp "$CARGO_TARGET_DIR/$target/release/$binary" "$firmware/$machine-growth-$binary" || return
    done
    python3 tools/growth.py "$name" "$machine" "$firmware" budgets.txt "${recording[@]}" </dev/null
}

# Builds the firmware with one strategy, recovery or wrapper each, and compares each with the one that has no guard.
parts_within_budget() {
    local machine=$1 target=$2 name=$3 source binary
    compile "$target" parts --bins --features "$machine" || return
    for source in parts/src/bin/*.rs; do
        binary=$(basename "$source" .rs)
        cp "$CARGO_TARGET_DIR/$target/release/$binary" "$firmware/$machine-part-$binary" || return
    done
    python3 tools/growth_parts.py "$name" "$machine" "$firmware" budgets.txt "${recording[@]}" </dev/null
}

# Runs the suite and what belongs to it.
suite() {
    local machine=$1 target=$2
    check "$machine: the suite builds" build "$machine" "$target" "$machine" "$machine"
    run_counted "$machine" "$firmware/$machine"
    if [ "$machine" = lm3s6965evb ]; then
        check "$machine: the bus builds" build bus "$target" "$machine" bus
        run_counted "$machine" "$firmware/bus" --sensor
    fi
    check "$machine: builds without critical sections" \
        build "$machine-unlocked" "$target" "$machine" "$machine" --no-default-features --features unlocked
    check "$machine: the pre-emption checks notice that critical sections do nothing" \
        notices "$machine" "$firmware/$machine-unlocked"
}

type qemu-system-arm qemu-system-riscv32 >/dev/null 2>&1 || need_packages qemu-system-arm qemu-system-misc
choose_toolchain
toolchain="$("${RUSTC:-rustc}" --version), from $toolchain"
echo "$toolchain"

for line in "${machines[@]}"; do
    read -r machine target name <<<"$line"
    echo
    echo "== $machine, $target"
    [ -n "$figures_only" ] || suite "$machine" "$target"
    check "$machine: the guarded call is within its budget" within_budget "$machine" "$target" "$name"
    check "$machine: flash grows with use within its budget" growth_within_budget "$machine" "$target" "$name"
    check "$machine: each part is within its budget" parts_within_budget "$machine" "$target" "$name"
done

# The example applications: packages of their own, which judge themselves by their exit status.
build_example() {
    local target=$2
    rm -f "$firmware/$1"
    cargo build --quiet --locked --release "${build_flags[@]}" --target "$target" \
        --manifest-path "../../examples/$1/Cargo.toml" &&
        cp "$CARGO_TARGET_DIR/$target/release/$1-example" "$firmware/$1"
}

run_example() {
    local output=$firmware/$1.txt
    python3 tools/qemu.py lm3s6965evb "$firmware/$1" </dev/null >"$output" 2>&1 || { cat "$output"; return 1; }
    sed 's/^/        /' <(grep ' ms  ' "$output" | tail -n 2)
}

if [ ${#targets[@]} = 0 ]; then
    echo
    echo "== examples on lm3s6965evb, thumbv7m-none-eabi"
    if [ -z "$figures_only" ]; then
        for example in rtic embassy; do
            check "$example: the example builds" build_example "$example" thumbv7m-none-eabi
            check "$example: the example does what it says" run_example "$example"
        done
    fi
    check "node: the example builds" build_example node thumbv7m-none-eabi
    [ -n "$figures_only" ] || run_counted lm3s6965evb "$firmware/node" --node
    check "node: its parts are within their budgets" \
        python3 tools/parts.py "$firmware/node" budgets.txt "${recording[@]}"
fi

echo
echo "measured with $toolchain"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
