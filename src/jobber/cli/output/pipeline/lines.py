"""The display of a pipeline without a terminal: each job's lines with the job's name before them."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, TextIO

from jobber.cli.output.pipeline.tables import sentence_of
from jobber.domain.display import printable
from jobber.session.messages import sentence

if TYPE_CHECKING:
    from jobber.domain.containers.events import Output
    from jobber.domain.pipelines.job import Job
    from jobber.domain.pipelines.outcome import JobOutcome
    from jobber.session.messages import Messages

_LONGEST = 1 << 16
STOPPING = (
    "",
    "no more jobs are started; interrupt again to stop the running ones",
    "the running jobs are being stopped, and their results kept; interrupt again to leave them running",
    "the running jobs are left to `jobber recover`",
)
"""The effects of the first, second and third termination signal."""


class PrefixedLines:
    """The output of jobs, line by line; messages of jobber go to stderr.

    Args:
        messages: The messages of the command.
        stream: The receiver of the jobs' output. Default: stdout.
        is_verbose: Whether to show steps and the output of builds. Default: False.

    """

    def __init__(self, messages: Messages, *, stream: TextIO | None = None, is_verbose: bool = False) -> None:
        self._messages = messages
        self._stream = stream or sys.stdout
        self._is_verbose = is_verbose
        self._begun: dict[str, bytes] = {}
        self._lock = threading.RLock()

    def started(self, job: Job, /) -> None:
        """Show that a job has started."""
        with self._lock:
            self._messages.note("pipeline-started", job=job.id)

    def ended(self, outcome: JobOutcome, /) -> None:
        """Show that a job has ended."""
        with self._lock:
            self._print(outcome.job, self._begun.pop(outcome.job.id, b""))
            self._messages.note("pipeline-ended", job=outcome.job.id, how=sentence_of(outcome))

    def stopping(self, count: int, /) -> None:
        """Show the effect of a termination signal."""
        with self._lock:
            self._messages.note("pipeline-stopping", effect=STOPPING[min(count, len(STOPPING) - 1)])

    def tick(self) -> None:
        """Do nothing: there are no elapsed times."""

    def output(self, job: Job, output: Output, /) -> None:
        """Print the complete lines of a job's output."""
        self._add(job, output.chunk)

    def build_output(self, job: Job, chunk: bytes, /) -> None:
        """Print the output of a build, with `--verbose` only."""
        if self._is_verbose:
            self._add(job, chunk)

    def step(self, job: Job, text: str, /) -> None:
        """Print a step, with `--verbose` only."""
        if self._is_verbose:
            with self._lock:
                self._messages.step(f"{job.id}: {text}")

    def message(self, job: Job, event: str, facts: dict[str, object], /, *, is_warning: bool) -> None:
        """Print a message about a job."""
        with self._lock:
            tell = self._messages.warn if is_warning else self._messages.note
            hint = {"hint": facts["hint"]} if "hint" in facts else {}
            tell("pipeline-message", job=job.id, text=sentence(event, facts), **hint)

    def _add(self, job: Job, chunk: bytes) -> None:
        with self._lock:
            *lines, rest = (self._begun.get(job.id, b"") + chunk).split(b"\n")
            for line in lines:
                self._print(job, line, even_empty=True)
            if len(rest) > _LONGEST:
                self._print(job, rest)
                rest = b""
            self._begun[job.id] = rest

    def _print(self, job: Job, line: bytes, *, even_empty: bool = False) -> None:
        if line or even_empty:
            text = line.rstrip(b"\r").rpartition(b"\r")[2].decode(errors="replace")
            print(f"{job.id} | {printable(text)}", file=self._stream, flush=True)
