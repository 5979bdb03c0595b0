"""Measures what the parts of `mcb` take in the node, and holds it against the budgets.

`parts.py ELF BUDGETS [--record]` prints a line `node part=NAME flash=BYTES ram=BYTES` for each part.

Code is counted by where it was written: each halfword belongs to the innermost function of this repository among those
that were inlined one into the other there, so that what a part inlines of other crates is its own. By symbols alone a guard
would be nothing, and a task everything, since a future is one function with all that is awaited in it. Statics are counted
by the path of their names. `addr2line` and `nm` are those of the host's binutils.
"""

import os
import subprocess
import sys

import budgets
from elf import SHF_ALLOC, SHT_NOBITS, Elf

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
#: The first that a source file's path begins with, seen from the root of the repository.
SOURCES = [
    ("src/bus", "guards"),
    ("src/time_limit", "guards"),
    ("src/last_good", "last-good"),
    ("src/registry", "view"),
    ("src/circuit", "view"),
    ("src/watchdog", "view"),
    ("src/observe", "telling"),
    ("src/error", "telling"),
    ("src/state", "telling"),
    ("src/wait", "telling"),
    ("src/snapshot", "snapshot"),
    ("src/breaker/snapshot", "snapshot"),
    ("src/engine/restore", "snapshot"),
    ("src/machine/restore", "snapshot"),
    ("src/strategy/fingerprint", "snapshot"),
    ("src", "breakers"),
    ("examples/node", "application"),
]
#: The same for the names of statics.
STATICS = [
    ("node_example::breakers::LAST_", "last-good"),
    ("node_example::breakers::ALL", "view"),
    ("node_example::breakers::VITAL", "view"),
    ("node_example::breakers::FLASH_STATISTICS", "telling"),
    ("node_example::breakers", "breakers"),
    ("node_example::retained", "snapshot"),
    ("node_example", "application"),
]
#: Those of `mcb`, in the order of their lines; they have limits.
PARTS = ["breakers", "guards", "last-good", "view", "telling", "snapshot"]
#: And all else: the tasks, with the guards' RAM in their futures; and core, embassy, printing, constants.
OTHERS = ["application", "rest"]


def first(table, name):
    return next((part for begin, part in table if name.startswith(begin)), "rest")


def part_of(files):
    """Of the files of functions inlined one into the other, from the innermost on."""
    parts = (first(SOURCES, os.path.relpath(os.path.realpath(file), ROOT)) for file in files)
    return next((part for part in parts if part != "rest"), "rest")


def code(elf, path):
    """The parts of the code, halfword by halfword."""
    (text,) = [(start, size) for name, _, _, start, _, size in elf.sections if name == ".text"]
    addresses = range(text[0], sum(text), 2)
    answer = subprocess.run(
        ["addr2line", "-i", "-a", "-e", path],
        input="\n".join(map(hex, addresses)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    chains = []
    for line in answer.stdout.splitlines():
        if line.startswith("0x"):
            chains.append([])
        else:
            chains[-1].append(line.rsplit(":", 1)[0])
    if len(chains) != len(addresses):
        sys.exit(f"{path}: {len(addresses)} addresses, {len(chains)} answers")
    return map(part_of, chains)


def statics(path):
    """Address, size and name of each."""
    answer = subprocess.run(["nm", "-S", "-C", path], stdout=subprocess.PIPE, text=True, check=True)
    for line in answer.stdout.splitlines():
        words = line.split(maxsplit=3)
        if len(words) == 4 and words[2] in "bBdDrR":
            yield int(words[0], 16), int(words[1], 16), words[3]


def measure(path):
    elf = Elf(path)
    # As a set, since an address may have two names.
    objects = set(statics(path))
    sizes = {part: {"flash": 0, "ram": 0} for part in PARTS + OTHERS}
    for part in code(elf, path):
        sizes[part]["flash"] += 2
    for name, kind, flags, start, _, size in elf.sections:
        if not flags & SHF_ALLOC or name == ".text":
            continue
        # What is initialised with something is in flash, and copied.
        places = [] if kind == SHT_NOBITS else ["flash"]
        places += ["ram"] if name in (".data", ".bss", ".uninit") else []
        left = size
        for address, length, symbol in objects:
            if start <= address < start + size:
                left -= length
                for place in places:
                    sizes[first(STATICS, symbol)][place] += length
        for place in places:
            sizes["rest"][place] += left
    return sizes, elf


def main(path, limits, *options):
    complaints = []
    sizes, elf = measure(path)
    for part, values in sizes.items():
        print(f"node part={part} {budgets.pairs(values)}")
        if part in PARTS:
            found = []
            print(f"  against the last figures: {budgets.judge(limits, '-node', part, values, found.append)}")
            complaints += [f"{part}: {complaint}" for complaint in found]
            if "--record" in options:
                budgets.record(limits, "-node", part, values)
    total = {place: sum(values[place] for values in sizes.values()) for place in ("flash", "ram")}
    print(f"node part=all {budgets.pairs(total)}")
    if total != {"flash": elf.flash(), "ram": elf.ram()}:
        complaints.append(f"the parts are not the whole, {elf.flash()} of flash and {elf.ram()} of RAM")
    for complaint in complaints:
        print(f"  FAILED  {complaint}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
