"""Measures what a guarded call costs, and holds it against the budgets.

`figures.py TARGET MACHINE GUARDED TWIN BUDGETS [--record]` prints one `budget` line and what stands behind it.
Instructions are counted twice, by the processor's own counter and in a trace of every address; both have to agree.
"""

import re
import subprocess
import sys
import tempfile

from elf import Elf
from qemu import command

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
NAMES = ["flash", "ram", "healthy", "rejected", "failing", "masked", "panics"]

#: Nanoseconds of a tick of the counter, and of an instruction.
COUNTERS = {"microbit": (62.5, 8), "lm3s6965evb": (80.0, 8), "riscv-virt": (1.0, 0)}


class Run:
    """One firmware, measured both ways."""

    def __init__(self, machine, path):
        self.machine = machine
        self.path = path
        self.elf = Elf(path)
        self.counted, self.outcomes = self._by_counter()
        self.traced, self.device, self.masked = self._by_trace()
        if len(self.counted) != len(STEPS) or len(self.traced) != len(STEPS):
            sys.exit(f"{path}: {len(self.counted)} steps counted, {len(self.traced)} traced, {len(STEPS)} known")

    def _qemu(self, *extra):
        _, shift = COUNTERS[self.machine]
        run = subprocess.run(
            command(self.machine, self.path, shift, extra),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if run.returncode != 0:
            sys.exit(f"{self.path}: QEMU ended with {run.returncode}\n{run.stdout}")
        return run.stdout

    def _by_counter(self):
        """Instructions between the two readings of the counter, and what the calls returned."""
        numbers = [int(word, 16) for word in re.findall(r"\b[0-9a-f]{8}\b", self._qemu())]
        tick, shift = COUNTERS[self.machine]
        counted = [round(ticks * tick / 2**shift) for ticks in numbers[::2]]
        return counted, [OUTCOMES.get(value) for value in numbers[1::2]]

    def _by_trace(self):
        """Instructions outside `measure` while it runs, those of them in the device, and the longest masked run."""
        with tempfile.NamedTemporaryFile("r") as log:
            self._qemu("-singlestep", "-d", "exec,nochain", "-D", log.name)
            addresses = executed(log)
        steps, device = [], []
        run, masked, longest = [], None, 0
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
            if masked is not None:
                masked += 1
                longest = max(longest, masked)
            change = masking(self.elf, address)
            if change is not None:
                masked = (masked or 0) if change else None
        return steps, device, longest


def executed(log):
    """The address of every instruction that QEMU's log tells of, without those that it took back."""
    addresses = []
    for line in log:
        if line.startswith("Trace"):
            addresses.append(int(line.split("[")[1].split("/")[1], 16))
        elif line.startswith(("cpu_io_recompile", "Stopped execution")) and addresses:
            addresses.pop()
    return addresses


def masking(elf, address):
    """Whether the instruction turns interrupts off (True) or restores them (False)."""
    code = elf.code_at(address, 4)
    if len(code) < 4:
        return None
    word = int.from_bytes(code, "little")
    if word & 0xFFFF == 0xB672:  # cpsid i
        return True
    if word & 0xFFFF == 0xB662 or word & 0xFFFFFFF0 == 0x8810F380:  # cpsie i; msr PRIMASK, register
        return False
    if word & 0xFFF0707F == 0x30007073:  # csrrci register, mstatus
        return True
    if word & 0xFFF0307F == 0x30002073 and word & 0x000F8000:  # csrrs or csrrsi register, mstatus, and sets a bit
        return False
    return None


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


def read_budgets(path):
    """`limits` and `last`, each by target and name."""
    budgets = {"limit": {}, "last": {}}
    with open(path) as lines:
        for line in lines:
            words = line.split("#")[0].split()
            if words:
                pairs = (word.split("=") for word in words[2:])
                budgets[words[0]][words[1]] = {name: int(value) for name, value in pairs}
    return budgets


def line(word, target, values):
    return " ".join([word, target, *(f"{name}={values[name]}" for name in NAMES)])


def record(path, target, values):
    with open(path) as file:
        text = file.read()
    text = re.sub(rf"^last +{target} .*\n?", "", text, flags=re.MULTILINE)
    with open(path, "w") as file:
        file.write(text + line("last", target, values) + "\n")


def main(target, machine, guarded, twin, path, *options):
    complaints = []
    guarded, twin = Run(machine, guarded), Run(machine, twin)
    values, steps, clock = figures(guarded, twin, complaints.append)
    print(line("budget", target, values))
    budgets = read_budgets(path)
    for name, limit in budgets["limit"][target].items():
        if values[name] > limit:
            complaints.append(f"{name} is {values[name]}, above its limit of {limit}")
    last = budgets["last"].get(target, {})
    changes = [f"{name} {values[name] - last[name]:+}" for name in NAMES if name in last and values[name] != last[name]]
    for name, run in (("guarded", guarded), ("twin", twin)):
        print(f"  {name}: {run.elf.flash()} bytes of flash, {run.elf.ram()} of RAM")
    print(f"  against the last figures: {', '.join(changes) or 'no change' if last else 'none recorded'}")
    print(f"  instructions added (a reading of the clock, in all that need one, takes {clock}):")
    for name, cost in steps.items():
        print(f"    {cost:4}  {name}")
    for complaint in complaints:
        print(f"  FAILED  {complaint}")
    if "--record" in options:
        record(path, target, values)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
