"""Runs firmware in QEMU with every instruction's address logged."""

import re
import subprocess
import sys
import tempfile

from qemu import command

#: Nanoseconds of a tick of the counter, and of an instruction (as a power of 2).
COUNTERS = {"microbit": (62.5, 8), "lm3s6965evb": (80.0, 8), "riscv-virt": (1.0, 0)}


def run(machine, path, *extra):
    """The numbers that the firmware reports."""
    _, shift = COUNTERS[machine]
    done = subprocess.run(
        command(machine, path, shift, extra),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        sys.exit(f"{path}: QEMU ended with {done.returncode}\n{done.stdout}")
    return [int(word, 16) for word in re.findall(r"\b[0-9a-f]{8}\b", done.stdout)]


def traced(machine, path):
    """The numbers that the firmware reports, and the address of every instruction."""
    with tempfile.NamedTemporaryFile("r") as log:
        numbers = run(machine, path, "-singlestep", "-d", "exec,nochain", "-D", log.name)
        return numbers, executed(log)


def executed(log):
    """The addresses that QEMU's log tells of, without those that it took back."""
    addresses = []
    for line in log:
        if line.startswith("Trace"):
            addresses.append(int(line.split("[")[1].split("/")[1], 16))
        elif line.startswith(("cpu_io_recompile", "Stopped execution")) and addresses:
            addresses.pop()
    return addresses


def longest_masked(elf, addresses):
    """The longest run of instructions with interrupts off, and the function it ends in."""
    masked, longest, where = None, 0, None
    for address in addresses:
        if masked is not None:
            masked += 1
            if masked > longest:
                longest, where = masked, elf.function_at(address)
        change = masking(elf, address)
        if change is not None:
            masked = (masked or 0) if change else None
    return longest, where


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
