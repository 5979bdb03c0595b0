#!/usr/bin/env python3
"""Record what pycircuitbreaker 0.4.0 does, as data for `tests/pycircuitbreaker_replay.rs`.

    python3 tests/pycircuitbreaker/record.py            # writes tests/pycircuitbreaker/recorded.txt
    python3 tests/pycircuitbreaker/record.py --check    # fails if the file would change

The package is installed into a temporary virtual environment and driven through
its public interface only: the constructor, `call` and the read properties. It
reads the wall clock through `datetime.utcnow()`, so the name `datetime` is
replaced in its modules by a clock that moves when the recording says so; one
tick of the recording is one second of that clock.

Overlapping calls. The package is synchronous: a call that is still running while
others come and go needs a thread. Each such call runs `breaker.call` in a thread
of its own, whose guarded function stops at a gate until the recording lets it
finish. Only one thread ever runs at a time, so this is as deterministic as the
rest, every line of the package's own `call` is used, and calls may finish in any
order (calls nested in one another could only finish last in, first out).

Format of `recorded.txt`. `#` starts a comment. `=` starts a sequence and gives
its settings. Every other line is one event and what was seen after it:

    EVENT GOT STATE ERRORS SUCCESSES OPENED FIRED

    EVENT      +N    the clock moves on by N ticks
               -N    the clock is set back by N ticks
               K     a call that ends with K, begun and finished at once
               >I:K  call I begins; it is going to end with K
               <I:K  call I finishes, ending with K
    K          ok, bad (a value that `detect_error` finds bad, if it is set),
               other, loud, loud+, quiet, quiet+, both (exceptions: `loud` is
               what a blacklist lists, `quiet` what a whitelist lists, `+` is
               derived from it, `both` is derived from both)
    GOT        value, raised, rejected:N (N ticks left, as its message says),
               pending (begun, admitted), or . (no call)
    STATE      C, O, H
    OPENED     @T if `open_time` moved, to tick T, else .
    FIRED      open:K, close, or .

Only `random.Random.random()` is drawn from, whose sequence Python guarantees for
a given seed, so that every Python version writes the same bytes.
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import threading

PACKAGE = "pycircuitbreaker"
VERSION = "0.4.0"
SEED = 4
START = 1000
EVENTS = 110
TIMEOUTS = (1, 5, 30, 1000)
TARGET = pathlib.Path(__file__).resolve().parent / "recorded.txt"

# What may happen in a sequence: overlapping calls, a clock that steps back.
SHAPES = {
    "plain": (False, False),
    "overlap": (True, False),
    "back": (False, True),
    "both": (True, True),
}
IN_FLIGHT_MAX = 4


# --- outside: make the environment, run this file in it -------------------------


def main():
    if "--inside" in sys.argv:
        # Bytes, so that no platform changes the line ends.
        sys.stdout.buffer.write(record().encode("ascii"))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        scripts = "Scripts" if sys.platform == "win32" else "bin"
        python = str(pathlib.Path(folder) / scripts / "python")
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--no-deps"]
            + ["--disable-pip-version-check", f"{PACKAGE}=={VERSION}"],
            check=True,
        )
        recorded = subprocess.run(
            [python, __file__, "--inside"], check=True, stdout=subprocess.PIPE
        ).stdout
    if "--check" in sys.argv:
        same = TARGET.exists() and TARGET.read_bytes() == recorded
        print(f"{TARGET.name}: {'unchanged' if same else 'DIFFERS'}")
        return 0 if same else 1
    TARGET.write_bytes(recorded)
    print(f"{TARGET.name}: {recorded.count(b'=' + b' ')} sequences, {len(recorded)} bytes")
    return 0


# --- inside: drive the package --------------------------------------------------


class Clock:
    """The fake clock, and the stand-in for `datetime` in the package's modules."""

    now = START

    @staticmethod
    def at(tick):
        from datetime import datetime, timedelta

        return datetime(2000, 1, 1) + timedelta(seconds=tick)

    @staticmethod
    def ticks(moment):
        return int((moment - Clock.at(0)).total_seconds())

    @classmethod
    def utcnow(cls):
        return cls.at(cls.now)


class Other(Exception):
    pass


class Loud(Exception):
    pass


class LoudChild(Loud):
    pass


class Quiet(Exception):
    pass


class QuietChild(Quiet):
    pass


class Both(Loud, Quiet):
    pass


RAISES = {
    "other": Other,
    "loud": Loud,
    "loud+": LoudChild,
    "quiet": Quiet,
    "quiet+": QuietChild,
    "both": Both,
}
NAMES = {kind: name for name, kind in RAISES.items()}


def name_of(cause):
    return NAMES[type(cause)] if isinstance(cause, Exception) else cause


def end(kind):
    """What a guarded function does to end with `kind`."""
    if kind in RAISES:
        raise RAISES[kind]()
    return kind


class Draw:
    """Chance, from `random()` alone."""

    def __init__(self, seed):
        import random

        self._random = random.Random(seed)

    def below(self, limit):
        return int(self._random.random() * limit)

    def one_of(self, options):
        return options[self.below(len(options))]

    def chance(self, share):
        return self._random.random() < share


class Overlapping:
    """One call in a thread of its own, held in the guarded function by a gate."""

    def __init__(self, guarded, kind):
        self.kind = kind
        self.got = None
        self._entered = threading.Semaphore(0)
        self._gate = threading.Semaphore(0)

        def body():
            self._entered.release()
            self._gate.acquire()
            return end(kind)

        def run():
            got = guarded(body)
            self.got = got
            # A rejected call never entered: let the starter go on.
            self._entered.release()

        self._thread = threading.Thread(target=run)
        self._thread.start()
        self._entered.acquire()
        if self.got is not None:
            self._thread.join()

    def finish(self):
        self._gate.release()
        self._thread.join()
        return self.got


class Sequence:
    def __init__(self, draw, settings):
        import pycircuitbreaker as original

        self.draw = draw
        self.settings = settings
        self.rejection = original.CircuitBreakerException
        self.fired = []
        self.in_flight = {}
        self.begun = 0
        self.lines = []
        # Drawn once, so that some sequences fail often and some seldom.
        self.fails = draw.one_of((0.25, 0.5, 0.5, 0.8))
        Clock.now = START
        self.breaker = original.CircuitBreaker(
            breaker_id="recorded",
            detect_error=(lambda value: value == "bad") if settings["detect"] else None,
            error_threshold=settings["errors"],
            exception_blacklist=[Loud] if "b" in settings["lists"] else None,
            exception_whitelist=[Quiet] if "w" in settings["lists"] else None,
            on_close=lambda breaker: self.fired.append("close"),
            on_open=lambda breaker, cause: self.fired.append(f"open:{name_of(cause)}"),
            recovery_threshold=settings["successes"],
            recovery_timeout=settings["timeout"],
            strategy=original.CircuitBreakerStrategy[settings["strategy"]],
        )
        self.opened = self.breaker.open_time

    def run(self):
        overlap, back = SHAPES[self.settings["shape"]]
        for _ in range(EVENTS):
            if overlap and self.in_flight and self.draw.chance(0.3):
                self.finish(self.draw.one_of(sorted(self.in_flight)))
            elif overlap and len(self.in_flight) < IN_FLIGHT_MAX and self.draw.chance(0.35):
                self.begin()
            elif back and self.draw.chance(0.08):
                self.step(-self.draw.one_of((1, 2, 1 + self.draw.below(2 * self.settings["timeout"]))))
            elif self.draw.chance(self.stepping()):
                self.step(self.some_ticks())
            else:
                kind = self.some_kind()
                self.note(kind, self.guarded(lambda: end(kind)))
        for call in sorted(self.in_flight):
            self.finish(call)
        return self.lines

    def stepping(self):
        """How likely the clock moves: time matters where it is open, or a probe is under way."""
        state = self.breaker.state.name
        if state == "HALF_OPEN" and self.in_flight:
            return 0.4
        return 0.35 if state == "OPEN" else 0.08

    def some_kind(self):
        # An error that counts for nothing keeps a recovery going: more of them there.
        ignored = {"w": "quiet", "wb": "quiet", "b": "other"}.get(self.settings["lists"])
        if ignored and self.breaker.state.name == "HALF_OPEN" and self.draw.chance(0.4):
            return ignored
        if not self.draw.chance(self.fails):
            return "ok"
        return self.draw.one_of(("bad", "other", "other", "loud", "loud+", "quiet", "quiet+", "both"))

    def some_ticks(self):
        timeout = self.settings["timeout"]
        left = Clock.ticks(self.breaker.recovery_start_time) - Clock.now
        edges = [ticks for ticks in (left - 1, left, left, left, left + 1) if ticks > 0]
        if self.breaker.state.name == "HALF_OPEN":
            # Around the time for which a probe holds its place.
            edges = [ticks for ticks in (timeout - 1, timeout) if ticks > 0]
        return self.draw.one_of(edges + [1, 1 + self.draw.below(timeout), 3 * timeout + 7])

    def step(self, ticks):
        Clock.now += ticks
        self.note(f"{ticks:+d}", ".")

    def begin(self):
        call = self.begun
        self.begun += 1
        started = Overlapping(self.guarded, self.some_kind())
        if started.got is None:
            self.in_flight[call] = started
        self.note(f">{call}:{started.kind}", started.got or "pending")

    def finish(self, call):
        started = self.in_flight.pop(call)
        self.note(f"<{call}:{started.kind}", started.finish())

    def guarded(self, body):
        """Runs `body` through the breaker; what the caller got, in one word."""
        try:
            value = self.breaker.call(body)
        except self.rejection as rejection:
            # The message is the only place that tells the time left.
            left = re.search(r", (-?[0-9.]+) sec remaining\)$", str(rejection))
            return f"rejected:{int(float(left.group(1)))}"
        except Exception as error:
            assert type(error) in NAMES, error
            return "raised"
        assert value in ("ok", "bad"), value
        return "value"

    def note(self, event, got):
        breaker = self.breaker
        opened = "."
        if breaker.open_time != self.opened:
            self.opened = breaker.open_time
            opened = f"@{Clock.ticks(self.opened)}"
        fired = ",".join(self.fired) or "."
        self.fired.clear()
        self.lines.append(
            f"{event} {got} {breaker.state.name[0]} {breaker.error_count}"
            f" {breaker.success_count} {opened} {fired}"
        )


def record():
    from importlib import metadata

    import pycircuitbreaker.exceptions
    import pycircuitbreaker.pycircuitbreaker

    version = metadata.version(PACKAGE)
    assert version == VERSION, version
    pycircuitbreaker.pycircuitbreaker.datetime = Clock
    pycircuitbreaker.exceptions.datetime = Clock

    draw = Draw(SEED)
    lines = [
        f"# {PACKAGE} {version}, seed {SEED}, format 1, clock starts at {START};"
        " written by record.py, which explains the format"
    ]
    number = 0
    for strategy in ("SINGLE_RESET", "NET_ERROR"):
        for shape in SHAPES:
            for errors in range(1, 5):
                for successes in range(1, 4):
                    for timeout in TIMEOUTS:
                        settings = {
                            "strategy": strategy,
                            "shape": shape,
                            "errors": errors,
                            "successes": successes,
                            "timeout": timeout,
                            "lists": draw.one_of(("-", "w", "b", "wb")),
                            "detect": draw.below(2),
                        }
                        lines.append(
                            f"= {number} "
                            + " ".join(f"{name}={value}" for name, value in settings.items())
                        )
                        lines += Sequence(draw, settings).run()
                        number += 1
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
