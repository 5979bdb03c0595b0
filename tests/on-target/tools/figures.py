"""Measures what a guarded call costs, and holds it against the budgets.

`figures.py TARGET MACHINE GUARDED TWIN BUDGETS [--record]` prints one `budget` line and what stands behind it.
Instructions are counted twice, by the processor's own counter and in a trace of every address; both have to agree.
"""

import sys

import budgets
import tracing
from elf import Elf

#: What `measure` runs, in the order of `budget/src/steps.rs`, and which way the guarded call has to go:
#: "ok", "error" or "rejected".
STEPS = [
    ("nothing", None),
    ("clock", None),
    ("healthy", "ok"),
    ("failing", "error"),
    ("success after a failure", "ok"),
    ("failing, first of three", "error"),
    ("failing, second of three", "error"),
    ("failing, opens", "error"),
    ("rejected", "rejected"),
    ("failed probe, opens again", "error"),
    ("rejected after a failed probe", "rejected"),
    ("successful probe, closes", "ok"),
    ("healthy after a recovery", "ok"),
    ("failing", "error"),
    ("failing", "error"),
    ("failing, opens", "error"),
    ("probe, another call rejected meanwhile", "ok"),
    ("failing", "error"),
    ("failing", "error"),
    ("failing, opens", "error"),
    ("probe, its place given to another that closes", "ok"),
    ("failing", "error"),
    ("failing", "error"),
    ("failing, opens", "error"),
    ("probe, its place given to another that opens", "error"),
    ("successful probe, closes", "ok"),
    ("healthy within healthy", "ok"),
    ("failing within failing", "error"),
    ("success after a failure", "ok"),
]
OUTCOMES = {0x0001: "ok", 0x8002: "error", 0xEEEE: "rejected"}


class Run:
    """One firmware, measured both ways; `steps` of them, whose calls go as `outcomes` names them."""

    def __init__(self, machine, path, steps=len(STEPS), outcomes=OUTCOMES):
        self.machine = machine
        self.path = path
        self.elf = Elf(path)
        self.counted, self.outcomes = self._by_counter(outcomes)
        self.traced, self.device, self.masked = self._by_trace()
        if len(self.counted) != steps or len(self.traced) != steps:
            sys.exit(f"{path}: {len(self.counted)} steps counted, {len(self.traced)} traced, {steps} known")

    def _by_counter(self, outcomes):
        """Instructions between the two readings of the counter, and what the calls returned."""
        numbers = tracing.run(self.machine, self.path)
        tick, shift = tracing.COUNTERS[self.machine]
        counted = [round(ticks * tick / 2**shift) for ticks in numbers[::2]]
        return counted, [outcomes.get(value) for value in numbers[1::2]]

    def _by_trace(self):
        """Instructions outside `measure` while it runs, those of them in the device, and the longest masked run."""
        _, addresses = tracing.traced(self.machine, self.path)
        steps, device = [], []
        run = []
        begin = self.elf.start_of("measure")
        for address in addresses:
            function = self.elf.function_at(address)
            if address == begin:
                run = []
            elif function == "measure" and run:
                steps.append(len(run))
                device.append(sum("device" in name for name in run))
                run = []
            elif function != "measure":
                run.append(function)
        masked, _ = tracing.longest_masked(self.elf, addresses)
        return steps, device, masked


def figures(guarded, twin, complain):
    """The budget's figures. `complain` is called with what makes them void."""

    def added(step, counts=None):
        """Against the twin's same step, which does the same work."""
        by_trace = guarded.traced[step] - twin.traced[step]
        by_counter = guarded.counted[step] - twin.counted[step]
        if by_trace != by_counter:
            complain(f"{STEPS[step][0]}: {by_trace} instructions by the trace, {by_counter} by the counter")
        return by_trace

    for step, (name, outcome) in enumerate(STEPS):
        if outcome and guarded.outcomes[step] != outcome:
            complain(f"step {step}, {name}: the call went {guarded.outcomes[step]}, not {outcome}")
    steps = {}
    for step, (name, outcome) in enumerate(STEPS):
        if outcome:
            steps.setdefault(name, added(step))
    # The clock is inlined into the call. Alone it is a function, like the one that does nothing but return a constant.
    clock = guarded.traced[1] - guarded.traced[0] + 1
    if clock != guarded.counted[1] - guarded.counted[0] + 1:
        complain("the clock: the trace and the counter do not agree")
    # A rejected call spares the device, which is no merit of the breaker's code.
    device = twin.device[8]
    steps = {name: cost + device if name.startswith("rejected") else cost for name, cost in steps.items()}
    reachable = guarded.elf.panics() - twin.elf.panics()
    if twin.elf.panics():
        complain(f"the twin can panic itself: {sorted(twin.elf.panics())}")
    values = {
        "flash": guarded.elf.flash() - twin.elf.flash(),
        "ram": guarded.elf.ram() - twin.elf.ram(),
        "healthy": steps["healthy"],
        "rejected": steps["rejected"] - clock,
        "failing": steps["failing"],
        "masked": guarded.masked,
        "panics": len(reachable),
    }
    return values, steps, clock


def main(target, machine, guarded, twin, path, *options):
    complaints = []
    guarded, twin = Run(machine, guarded), Run(machine, twin)
    values, steps, clock = figures(guarded, twin, complaints.append)
    print(f"budget {target} {budgets.pairs(values)}")
    changes = budgets.judge(path, "", target, values, complaints.append)
    for name, run in (("guarded", guarded), ("twin", twin)):
        print(f"  {name}: {run.elf.flash()} bytes of flash, {run.elf.ram()} of RAM")
    print(f"  against the last figures: {changes}")
    print(f"  instructions added (a reading of the clock, in all that need one, takes {clock}):")
    for name, cost in steps.items():
        print(f"    {cost:4}  {name}")
    for complaint in complaints:
        print(f"  FAILED  {complaint}")
    if "--record" in options:
        budgets.record(path, "", target, values)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
