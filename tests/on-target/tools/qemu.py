"""Runs firmware in QEMU: `qemu.py MACHINE ELF [--sensor]`. The firmware's exit status becomes this one's."""

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
#: A thermometer behind an I²C switch, and a clock chip beside them.
SENSOR_BUS = ["-device", "pca9548,bus=i2c,address=0x70,id=mux"]
SENSOR_BUS += ["-device", "tmp105,bus=i2c.0,address=0x48,id=thermometer"]
SENSOR_BUS += ["-device", "ds1338,bus=i2c,address=0x68"]
TEMPERATURE = 21_500  # thousandths of a degree
SECONDS = 100


def command(machine, elf, shift, extra=()):
    timing = ["-icount", f"shift={shift},sleep=off"]
    bounded = ["timeout", "-k", "5", str(SECONDS)]
    return [*bounded, *MACHINES[machine], *COMMON, *timing, *extra, "-kernel", elf]


def set_temperature(path):
    """Tells a QEMU that waits at its start what the thermometer measures, and lets it go."""
    with socket.socket(socket.AF_UNIX) as connection:
        for _ in range(100):
            try:
                connection.connect(path)
                break
            except (FileNotFoundError, ConnectionRefusedError):
                time.sleep(0.1)
        with connection.makefile("rw") as lines:
            lines.readline()
            thermometer = {"path": "/machine/peripheral/thermometer", "property": "temperature"}
            for execute, arguments in [
                ("qmp_capabilities", {}),
                ("qom-set", {**thermometer, "value": TEMPERATURE}),
                ("cont", {}),
            ]:
                lines.write(json.dumps({"execute": execute, "arguments": arguments}))
                lines.flush()
                while "return" not in (answer := json.loads(lines.readline())):
                    if "error" in answer:
                        raise RuntimeError(f"{execute}: {answer['error']['desc']}")


def run_with_sensor(machine, elf):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "qmp")
        control = ["-S", "-qmp", f"unix:{path},server=on,wait=off"]
        with subprocess.Popen(
            command(machine, elf, FINE_TIMERS[machine], [*SENSOR_BUS, *control]), stdin=subprocess.DEVNULL
        ) as qemu:
            try:
                set_temperature(path)
            except Exception:
                qemu.terminate()
                raise
        return qemu.returncode


def main(machine, elf, *options):
    if "--sensor" in options:
        return run_with_sensor(machine, elf)
    return subprocess.run(command(machine, elf, FINE_TIMERS[machine]), stdin=subprocess.DEVNULL).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
