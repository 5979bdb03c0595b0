"""Measures how flash grows with use, and holds it against the budgets.

`growth.py TARGET MACHINE FOLDER BUDGETS [--record]` prints one `growth` line and what stands behind it. FOLDER holds
`budget` in all its forms, and the binaries of `growth`, as MACHINE-NAME; `budget`'s own outcomes are checked too.
"""

import os
import sys

import budgets
import figures
import tracing
from elf import Elf, short

#: What each step of `growth/src/steps.rs` comes to, with a guard and without.
GUARDED = "ok error ok error error error rejected error rejected ok ok".split()
UNGUARDED = "ok error ok error error error ok error ok ok ok".split()
OUTCOMES = {0x0001: "ok", 0x8002: "error", 0xEEEE: "rejected"}
NOTHING = [0] * len(GUARDED)
#: Between the opening and the successful probe there is one open breaker, and half a second to wait.
OPEN = [int(5 <= step <= 8) for step in range(len(GUARDED))]
WAITS = [500 * is_open for is_open in OPEN]
#: The hook is told of two openings, with these counts of errors.
TOLD = [{5: 3, 7: 4}.get(step, 0) for step in range(len(GUARDED))]

#: For each function that a firmware calls, how its steps go and what is seen after them.
ONE_GUARDED, ONE_UNGUARDED = (GUARDED, NOTHING), (UNGUARDED, NOTHING)
FIRMWARE = {
    "none": [ONE_UNGUARDED, ONE_UNGUARDED],
    "one": [ONE_GUARDED, ONE_UNGUARDED],
    "second_type": [ONE_GUARDED, ONE_GUARDED],
    "second_type_lists": [ONE_GUARDED, ONE_GUARDED],
    "hook": [(GUARDED, TOLD), ONE_UNGUARDED],
    "registry": [(GUARDED, OPEN), ONE_UNGUARDED],
    "view": [(GUARDED, OPEN), (GUARDED, OPEN)],
    "wait_ms": [(GUARDED, WAITS), ONE_UNGUARDED],
    "eight_none": [ONE_UNGUARDED] * 8,
    "eight": [ONE_GUARDED] * 8,
    "eight_by_hand": [ONE_GUARDED] * 8,
    "worst": [(GUARDED, None), (GUARDED, None)],
    "registering": [],
}
#: Those without `mcb`, and the one that has a figure of its own.
NOT_IN_WORST = {"none", "eight_none", "eight_by_hand", "registering"}


class Firmware:
    """Its size, its longest masked run, and whether it did what it should."""

    def __init__(self, machine, path, functions, complain):
        self.elf = Elf(path)
        numbers, addresses = tracing.traced(machine, path)
        self.masked, self.masked_in = tracing.longest_masked(self.elf, addresses)
        reports = list(zip(numbers[::3], numbers[1::3], numbers[2::3]))
        expected = [
            (device, outcome, seen[step] if seen else None)
            for device, (outcomes, seen) in enumerate(functions, start=1)
            for step, outcome in enumerate(outcomes)
        ]
        if len(reports) != len(expected):
            complain(f"{path}: {len(reports)} steps, not {len(expected)}")
        for at, ((asked, kept, seen), (device, outcome, sight)) in enumerate(zip(reports, expected)):
            went = OUTCOMES.get(kept)
            if went != outcome or asked != (0 if outcome == "rejected" else device) or sight not in (None, seen):
                complain(f"{path}, step {at}: device {asked}, {went}, seen {seen}; not {device}, {outcome}, {sight}")


def main(target, machine, folder, limits, *options):
    complaints = []

    def path(name):
        return os.path.join(folder, f"{machine}-{name}")

    guarded, twin = figures.Run(machine, path("guarded")), figures.Run(machine, path("twin"))
    small = figures.Run(machine, path("small-guarded"))
    first_small, _, _ = figures.figures(small, figures.Run(machine, path("small-twin")), complaints.append)
    by_hand, _, _ = figures.figures(figures.Run(machine, path("by-hand")), twin, complaints.append)
    firmware = {
        name: Firmware(machine, path(f"growth-{name}"), functions, complaints.append)
        for name, functions in FIRMWARE.items()
    }

    def added(name, base):
        return firmware[name].elf.flash() - firmware[base].elf.flash()

    masked = {"budget": guarded.masked, "budget, small": small.masked}
    masked |= {name: one.masked for name, one in firmware.items() if name not in NOT_IN_WORST}
    values = {
        "first": guarded.elf.flash() - twin.elf.flash(),
        "first_small": first_small["flash"],
        "second_type": added("second_type", "one"),
        "eight": added("eight", "eight_none"),
        "hook": added("hook", "one"),
        "registry": added("registry", "one"),
        "view": added("view", "second_type"),
        "wait_ms": added("wait_ms", "one"),
        "masked_worst": max(masked.values()),
        "first_small_healthy": first_small["healthy"],
        "second_type_lists": added("second_type_lists", "one"),
        "registry_ram": firmware["registry"].elf.ram() - firmware["one"].elf.ram(),
        "masked_registering": firmware["registering"].masked,
        "by_hand": by_hand["flash"],
        "by_hand_eight": added("eight_by_hand", "eight_none"),
    }
    print(f"growth {target} {budgets.pairs(values)}")
    changes = budgets.judge(limits, "-growth", target, values, complaints.append)
    print(f"  against the last figures: {changes}")
    print(f"  budget, small: {budgets.pairs(first_small)}")
    print(f"  budget, by hand: {budgets.pairs(by_hand)}")
    print("  flash, RAM and longest masked run of each firmware:")
    for name, one in firmware.items():
        notes = [f"masked in {short(one.masked_in)}"] if one.masked else []
        notes += [f"{one.elf.tables()} of flash for unwinding"] if one.elf.tables() else []
        notes += ["can panic"] if one.elf.panics() else []
        print(f"    {one.elf.flash():5} {one.elf.ram():4} {one.masked:4}  {', '.join([name, *notes])}")
    for complaint in complaints:
        print(f"  FAILED  {complaint}")
    if "--record" in options:
        budgets.record(limits, "-growth", target, values)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
