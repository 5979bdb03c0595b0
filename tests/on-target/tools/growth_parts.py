"""Measures what each strategy, recovery and wrapper costs, and holds it against the budgets.

`growth_parts.py TARGET MACHINE FOLDER BUDGETS [--record]` prints one `growth` line for each, and what stands behind them. FOLDER
holds the binaries of `parts`, as MACHINE-part-NAME. `--record` writes the last figures, and a limit where there is none.
"""

import math
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import budgets
import figures

#: What `measure` runs, in the order of `parts/src/steps.rs`.
STEPS = [
    "nothing",
    "clock",
    "healthy",
    "failing",
    "success after a failure",
    "another one",
    "failing, one more",
    "failing, or opens",
    "opens, or rejected",
    "rejected",
    "failed probe",
    "rejected after a failed probe",
    "successful probe",
    "healthy after a recovery",
    "moved by hand",
    "success after that",
    "success after the timeout",
    "slow success",
    "a worse error",
    "success after that",
]
OUTCOMES = {0x0001: "ok", 0x8002: "error", 0x8004: "worse", 0xEEEE: "rejected", 0xAAAA: "moved"}
UNGUARDED = "ok error ok ok error error error ok error ok ok ok moved ok ok ok worse ok".split()
DEFAULT = UNGUARDED[:7] + "rejected error rejected".split() + UNGUARDED[10:]
#: It opens at the third error of all.
THIRD = {8: "rejected"}
#: Each part's calls, where they go another way than the default's.
PARTS = {
    "default": {},
    "lent": {},
    "debounce": {},
    "timed-consecutive": {},
    "failures-per-period": {},
    "count-window-32": THIRD | {19: "rejected"},
    "count-window-100": THIRD | {19: "rejected"},
    "time-window-10": THIRD,
    "decaying-rate": THIRD,
    "either": THIRD,
    "growing": {},
    "shots": {},
    "jitter": {},
    "reset-time": {},
    "lockout": {step: "rejected" for step in range(11, 20) if step != 14},
    "probing": {},
    "trip": {15: "rejected"},
    "max-wait": {15: "rejected"},
    "retry-after": {19: "rejected"},
    "fatal": {19: "rejected"},
    "slow-call": {},
    "slow-start": {13: "rejected", 15: "rejected"},
    "observe-only": {9: "ok", 11: "ok"},
    "told": {},
    "statistics": {},
    "snapshot": {},
}
#: What reads the clock around each call or tells of it, and rules that have more to ask a result; a slow start has more to
#: save on RISC-V. All others' healthy call is the default's.
NOT_AS_THE_DEFAULT = {"slow-call", "retry-after", "fatal", "slow-start", "told", "statistics"}


def measured(name, part, none, complain):
    """The figures of a part, and what each step adds to the twin's."""
    expected = [None, None, *DEFAULT]
    for step, outcome in PARTS[name].items():
        expected[step] = outcome
    added = []
    for step, went in enumerate(part.outcomes):
        if expected[step] and went != expected[step]:
            complain(f"{name}, step {step}, {STEPS[step]}: it went {went}, not {expected[step]}")
        by_trace = part.traced[step] - none.traced[step]
        if by_trace != part.counted[step] - none.counted[step]:
            complain(f"{name}, step {step}, {STEPS[step]}: the trace and the counter do not agree")
        # A rejected call spares the device.
        added.append(by_trace + (none.device[step] if went == "rejected" else 0))
    if part.elf.panics() - none.elf.panics():
        complain(f"{name} can panic: {sorted(part.elf.panics())}")
    if part.elf.costly():
        complain(f"{name} divides by a function, or has floating point or an allocator: {sorted(part.elf.costly())}")
    # Of the failures before the third the costlier: one may begin a window, and another count what is in it. So of the
    # successes between them.
    values = {
        "flash": part.elf.flash() - none.elf.flash(),
        "ram": part.elf.ram() - none.elf.ram(),
        "healthy": added[2],
        "failing": max(added[3], added[6]),
        "dirty": max(added[4], added[5]),
        "masked": part.masked,
    }
    return values, added


def main(target, machine, folder, path, *options):
    complaints = []

    def run(name):
        file = os.path.join(folder, f"{machine}-part-{name.replace('-', '_')}")
        return figures.Run(machine, file, len(STEPS), OUTCOMES)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        none, *parts = pool.map(run, ["none", *PARTS])
    if none.outcomes[2:] != UNGUARDED:
        complaints.append(f"the calls without a guard went {none.outcomes[2:]}")
    healthy = None
    for name, part in zip(PARTS, parts):
        values, added = measured(name, part, none, complaints.append)
        healthy = values["healthy"] if healthy is None else healthy
        if name not in NOT_AS_THE_DEFAULT and abs(values["healthy"] - healthy) > 2:
            complaints.append(f"{name}: a healthy call takes {values['healthy']}, the default's {healthy}")
        key = f"{target} {name}"
        print(f"growth {target} part={name} {budgets.pairs(values)}")
        if "--record" in options:
            budgets.record(path, "-part", key, values)
            budgets.limit(path, "-part", key, {figure: math.ceil(value * 1.03) for figure, value in values.items()})
        changes = budgets.judge(path, "-part", key, values, complaints.append)
        if changes != "no change":
            print(f"  against the last figures: {changes}")
        print(f"  {' '.join(str(cost) for cost in added[2:])}")
    for complaint in complaints:
        print(f"  FAILED  {complaint}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
