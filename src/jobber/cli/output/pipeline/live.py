"""The display of a pipeline on a terminal: one line for each active job, and the ended ones above."""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.cli.output.pipeline.lines import STOPPING
from jobber.cli.output.pipeline.tables import sentence_of
from jobber.cli.output.table import cut
from jobber.domain.display import printable
from jobber.session.humanize import duration_in_words
from jobber.session.messages import sentence

if TYPE_CHECKING:
    from jobber.domain.containers.events import Output
    from jobber.domain.pipelines.job import Job
    from jobber.domain.pipelines.outcome import JobOutcome

_KEPT = 4096
_UP, _CLEAR_BELOW = "\x1b[{}A", "\r\x1b[J"
_ROWS_LEFT = 2


@dataclass(slots=True)
class _Active:
    started: float
    last: str = ""
    begun: bytes = field(default=b"")


class LiveLines:
    """One line for each active job, with its last line of output and its elapsed time, redrawn on stderr."""

    def __init__(self) -> None:
        self._active: dict[str, _Active] = {}
        self._drawn = 0
        self._lock = threading.RLock()

    def started(self, job: Job, /) -> None:
        """Add the line of a job."""
        with self._lock:
            self._active[job.id] = _Active(time.monotonic())
            self._draw()

    def ended(self, outcome: JobOutcome, /) -> None:
        """Remove the line of a job, and print its outcome above the others."""
        with self._lock:
            self._active.pop(outcome.job.id, None)
            self._above(f"{outcome.job.id}: {sentence_of(outcome)}")

    def stopping(self, count: int, /) -> None:
        """Print the effect of a termination signal."""
        with self._lock:
            self._above(STOPPING[min(count, len(STOPPING) - 1)])

    def tick(self) -> None:
        """Redraw the elapsed times."""
        with self._lock:
            self._draw()

    def output(self, job: Job, output: Output, /) -> None:
        """Remember the last line of a job's output."""
        self._add(job, output.chunk)

    def build_output(self, job: Job, chunk: bytes, /) -> None:
        """Remember the last line of a build's output."""
        self._add(job, chunk)

    def step(self, job: Job, text: str, /) -> None:
        """Show a step in place of output."""
        with self._lock:
            if (active := self._active.get(job.id)) is not None:
                active.last = text

    def message(self, job: Job, event: str, facts: dict[str, object], /, *, is_warning: bool) -> None:
        """Print a message above the lines."""
        with self._lock:
            warning = "warning: " if is_warning else ""
            self._above(f"{job.id}: {warning}{sentence(event, facts)}")
            if "hint" in facts:
                self._above(f"hint: {facts['hint']}")

    def clear(self) -> None:
        """Remove the lines of the active jobs."""
        with self._lock:
            sys.stderr.write(self._undo())
            sys.stderr.flush()

    def _add(self, job: Job, chunk: bytes) -> None:
        with self._lock:
            if (active := self._active.get(job.id)) is None:
                return
            active.begun = (active.begun + chunk)[-_KEPT:]
            lines = [line for line in active.begun.replace(b"\r", b"\n").split(b"\n") if line.strip()]
            if lines:
                active.last = lines[-1].decode(errors="replace")

    def _above(self, text: str) -> None:
        sys.stderr.write(self._undo() + printable(text) + "\n")
        self._draw()

    def _draw(self) -> None:
        columns, rows = _size()
        now = time.monotonic()
        lines = []
        shown = [*self._active.items()][: max(1, rows - _ROWS_LEFT)]
        for name, active in shown:
            took = duration_in_words(now - active.started)
            lines.append(cut(printable(f"{name} {took} {active.last}"), max(1, columns - 1)))
        sys.stderr.write(self._undo() + "".join(f"{line}\n" for line in lines))
        sys.stderr.flush()
        self._drawn = len(lines)

    def _undo(self) -> str:
        drawn, self._drawn = self._drawn, 0
        return (_UP.format(drawn) + _CLEAR_BELOW) if drawn else ""


def _size() -> tuple[int, int]:
    """Return the columns and rows of the terminal; 80 and 24 if it does not report them."""
    try:
        columns, rows = os.get_terminal_size(2)
    except OSError:
        columns, rows = 0, 0
    return columns or 80, rows or 24
