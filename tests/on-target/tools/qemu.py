"""Runs firmware in QEMU: `qemu.py MACHINE ELF [--sensor | --node]`. The firmware's exit status becomes this one's.

With `--sensor` and `--node` there are devices on the I²C bus of lm3s6965evb.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time

MACHINES = {
    "microbit": ["qemu-system-arm", "-cpu", "cortex-m0", "-machine", "microbit"],
    "lm3s6965evb": ["qemu-system-arm", "-cpu", "cortex-m3", "-machine", "lm3s6965evb"],
    "riscv-virt": ["qemu-system-riscv32", "-M", "virt", "-bios", "none"],
}
#: An instruction takes 2^shift ns: timers then tick about as often as instructions run, or more often.
FINE_TIMERS = {"microbit": 8, "lm3s6965evb": 8, "riscv-virt": 7}
COMMON = ["-display", "none", "-serial", "none", "-monitor", "none"]
COMMON += ["-semihosting-config", "enable=on,target=native"]
#: A thermometer behind an I²C switch.
SWITCH = ["-device", "pca9548,bus=i2c,address=0x70,id=mux"]
SWITCH += ["-device", "tmp105,bus=i2c.0,address=0x48,id=thermometer"]
BUSES = {
    #: And a clock chip beside the switch.
    "--sensor": [*SWITCH, "-device", "ds1338,bus=i2c,address=0x68"],
    #: A clock chip, which goes by the time that the firmware sees, and a compass at the switch too, as in
    #: `examples/node/.cargo/config.toml`.
    "--node": [
        *SWITCH,
        *("-device", "ds1338,bus=i2c.1,address=0x68"),
        *("-device", "lsm303dlhc_mag,bus=i2c.2,address=0x1e,id=compass"),
        *("-rtc", "base=2026-01-01T00:00:00,clock=vm"),
    ],
}
#: What the devices measure, by the properties of QEMU's models: thousandths of a degree, and of a microtesla.
MEASURED = {
    "--sensor": [("thermometer", "temperature", 21_500)],
    "--node": [
        ("thermometer", "temperature", 21_500),
        ("compass", "mag-x", 18_000),
        ("compass", "mag-y", 4_000),
        ("compass", "mag-z", 44_000),
    ],
}
SECONDS = 100


def command(machine, elf, shift, extra=()):
    timing = ["-icount", f"shift={shift},sleep=off"]
    bounded = ["timeout", "-k", "5", str(SECONDS)]
    return [*bounded, *MACHINES[machine], *COMMON, *timing, *extra, "-kernel", elf]


def set_measured(path, measured):
    """Tells a QEMU that waits at its start what its devices measure, and lets it go."""
    with socket.socket(socket.AF_UNIX) as connection:
        for _ in range(100):
            try:
                connection.connect(path)
                break
            except (FileNotFoundError, ConnectionRefusedError):
                time.sleep(0.1)
        with connection.makefile("rw") as lines:
            lines.readline()
            settings = [
                {"path": f"/machine/peripheral/{device}", "property": name, "value": value}
                for device, name, value in measured
            ]
            for execute, arguments in [
                ("qmp_capabilities", {}),
                *(("qom-set", setting) for setting in settings),
                ("cont", {}),
            ]:
                lines.write(json.dumps({"execute": execute, "arguments": arguments}))
                lines.flush()
                while "return" not in (answer := json.loads(lines.readline())):
                    if "error" in answer:
                        raise RuntimeError(f"{execute}: {answer['error']['desc']}")


def run_with_sensor(machine, elf, bus):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "qmp")
        control = ["-S", "-qmp", f"unix:{path},server=on,wait=off"]
        with subprocess.Popen(
            command(machine, elf, FINE_TIMERS[machine], [*BUSES[bus], *control]), stdin=subprocess.DEVNULL
        ) as qemu:
            try:
                set_measured(path, MEASURED[bus])
            except Exception:
                qemu.terminate()
                raise
        return qemu.returncode


def main(machine, elf, *options):
    if options:
        (bus,) = options
        return run_with_sensor(machine, elf, bus)
    return subprocess.run(command(machine, elf, FINE_TIMERS[machine]), stdin=subprocess.DEVNULL).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
