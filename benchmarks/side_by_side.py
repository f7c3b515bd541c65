"""Measure commands side by side: in turns, so that a busy machine slows all of them alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


LEAK = 5.0
"""Megabytes of memory that a command may take more for a hundred times the bytes."""
_USAGE = str(Path(__file__).with_name("usage.py"))


@dataclass(frozen=True)
class Measured:
    """One execution of a command."""

    seconds: float
    processor: float
    """Seconds of CPU time, user and system, with the processes that it waited for."""
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


def at_most(limit: float, what: str, ours: Sequence[float], theirs: Sequence[float]) -> Comparison:
    """Return a row that holds if the ratio is not above a limit."""
    return Comparison(what, list(ours), list(theirs), f"at most {limit:g}", lambda row: row.ratio <= limit)


def without_leak(what: str, much: Sequence[Measured], little: Sequence[Measured]) -> Comparison:
    """Return a row that holds if a command does not need more memory for much data than for little."""
    return Comparison(
        what,
        megabytes(much),
        megabytes(little),
        f"less than {LEAK:g} MB more",
        lambda row: row.difference < LEAK,
        unit="MB",
    )


@dataclass
class Command:
    """A command to measure, and what is done before and after it, outside the measurement."""

    words: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], object] | None = None
    after: Callable[[], object] | None = None
    directory: Path | None = None

    def measure(self) -> Measured:
        """Execute it once. Raises `SystemExit` with what it said where it fails."""
        if self.before is not None:
            self.before()
        reader, writer = os.pipe()
        with open(reader, encoding="ascii") as used:  # noqa: PTH123 - a descriptor
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", _USAGE, str(writer), *self.words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **self.environment},
                pass_fds=(writer,),
                cwd=self.directory,
            )
            os.close(writer)
            stderr = process.communicate()[1]
            status, *figures = used.read().split() or ("1", "0", "0", "0")
        if int(status) != 0:
            raise SystemExit(f"{' '.join(self.words)} ended with {status}:\n{stderr.decode()}")
        if self.after is not None:
            self.after()
        return Measured(float(figures[0]), float(figures[1]), int(figures[2]))


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


def processor(measured: Sequence[Measured]) -> list[float]:
    """The CPU times alone."""
    return [one.processor for one in measured]


def megabytes(measured: Sequence[Measured]) -> list[float]:
    """The peaks of resident memory alone."""
    return [one.peak / 1e6 for one in measured]


def run(words: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Run a command that is not measured, and return what it printed."""
    done = subprocess.run(
        list(words), env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout.strip()
