"""Measure commands side by side: in turns, so that a busy machine slows all of them alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True)
class Measured:
    """One execution of a command."""

    seconds: float
    peak: int
    """Bytes of resident memory, at most."""


@dataclass
class Comparison:
    """A row of the table: jobber's time beside that of the same steps by hand."""

    what: str
    ours: list[float]
    theirs: list[float]
    aim: str
    """The limit that must hold, as text."""
    holds: Callable[[Comparison], bool]
    unit: str = "ms"
    note: str = ""

    @property
    def ratio(self) -> float:
        """Ours by theirs, of medians."""
        return statistics.median(self.ours) / statistics.median(self.theirs)

    @property
    def difference(self) -> float:
        """Ours less theirs, of medians."""
        return statistics.median(self.ours) - statistics.median(self.theirs)


@dataclass
class Command:
    """A command to measure, and what is done before and after it, outside the measurement."""

    words: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], object] | None = None
    after: Callable[[], object] | None = None

    def measure(self) -> Measured:
        """Execute it once. Raises `SystemExit` with what it said where it fails."""
        if self.before is not None:
            self.before()
        began = time.perf_counter()
        with subprocess.Popen(
            list(self.words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, **self.environment},
        ) as process:
            assert process.stderr is not None
            said = process.stderr.read()
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"{' '.join(self.words)} ended with {process.returncode}:\n{said.decode()}")
        if self.after is not None:
            self.after()
        return Measured(seconds, usage.ru_maxrss * 1024)


def in_turns(commands: Sequence[Command], *, rounds: int, warm: bool = True) -> list[list[Measured]]:
    """The measurements of each command: a round to warm up that does not count, then `rounds` in turns."""
    if warm:
        for command in commands:
            command.measure()
    measured: list[list[Measured]] = [[] for _ in commands]
    for number in range(rounds):
        order = [*enumerate(commands)]
        for place, command in order if number % 2 == 0 else reversed(order):
            measured[place].append(command.measure())
    return measured


def seconds(measured: Sequence[Measured]) -> list[float]:
    """The times alone."""
    return [one.seconds for one in measured]


def run(words: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Run a command that is not measured, and return what it printed."""
    done = subprocess.run(
        list(words), env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout.strip()
