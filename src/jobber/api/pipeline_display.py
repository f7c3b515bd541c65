"""The display of a pipeline that runs in another program: lines with the job's name before them."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from jobber.domain.ports.progress import Silence

if TYPE_CHECKING:
    from jobber.domain.containers.events import Output
    from jobber.domain.pipelines.job import Job
    from jobber.domain.pipelines.outcome import JobOutcome
    from jobber.domain.ports.progress import Progress


class GuestDisplay:
    """The output of jobs on `sys.stdout`, and messages for a progress listener."""

    def __init__(self, progress: Progress, *, quiet: bool) -> None:
        self._progress: Progress = progress
        self._quiet = quiet
        self._begun: dict[str, bytes] = {}
        self._lock = threading.RLock()

    def started(self, job: Job, /) -> None:
        """Report that a job has started."""
        with self._lock:
            self._progress.note("pipeline-started", job=job.id)

    def ended(self, outcome: JobOutcome, /) -> None:
        """Report that a job has ended."""
        with self._lock:
            self._print(outcome.job, self._begun.pop(outcome.job.id, b""))
            how = f"{outcome.state.value}{f': {outcome.why}' if outcome.why else ''}"
            self._progress.note("pipeline-ended", job=outcome.job.id, how=how)

    def stopping(self, count: int, /) -> None:
        """Report a termination signal."""
        with self._lock:
            self._progress.note("pipeline-stopping", effect=f"interrupted {count} times")

    def close(self) -> None:
        """Stop printing: jobs that are left running must not print into the program that continues."""
        with self._lock:
            self._progress, self._quiet = Silence(), True

    def tick(self) -> None:
        """Do nothing: there are no elapsed times."""

    def output(self, job: Job, output: Output, /) -> None:
        """Print the complete lines of a job's output."""
        with self._lock:
            *lines, rest = (self._begun.get(job.id, b"") + output.chunk).split(b"\n")
            for line in lines:
                self._print(job, line)
            self._begun[job.id] = rest

    def build_output(self, job: Job, chunk: bytes, /) -> None:
        """Ignore the output of builds."""

    def step(self, job: Job, text: str, /) -> None:
        """Pass on a step."""
        with self._lock:
            self._progress.step(f"{job.id}: {text}")

    def message(self, job: Job, event: str, facts: dict[str, object], /, *, is_warning: bool) -> None:
        """Pass on a message about a job."""
        with self._lock:
            tell = self._progress.warn if is_warning else self._progress.note
            tell(event, **{**facts, "job": job.id})

    def _print(self, job: Job, line: bytes) -> None:
        if line and not self._quiet:
            getattr(self._progress, "clear", lambda: None)()
            try:
                sys.stdout.write(f"{job.id} | {line.decode(errors='replace')}\n")
                sys.stdout.flush()
            except (OSError, ValueError):  # a closed stream is not an error
                self._quiet = True
