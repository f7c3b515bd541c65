"""The display of a pipeline's jobs, and the console and the messages that one job gets."""

from __future__ import annotations

import os
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Protocol

from jobber.domain.ports.pipelines import PipelineDisplay

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from jobber.domain.containers.events import Output
    from jobber.domain.pipelines.job import Job


class JobDisplay(PipelineDisplay, Protocol):
    """The display of a pipeline with the output and the messages of its jobs. Workers call it at the same time."""

    def output(self, job: Job, output: Output, /) -> None:
        """Show a piece of a job's output."""

    def step(self, job: Job, text: str, /) -> None:
        """Show what jobber does for a job."""

    def message(self, job: Job, event: str, facts: dict[str, object], /, *, is_warning: bool) -> None:
        """Show a message about a job."""

    def build_output(self, job: Job, chunk: bytes, /) -> None:
        """Show a piece of the output of a build."""


_HIDDEN = frozenset(("result", "built", "built-before", "pushed"))
"""Messages that the display makes itself from the outcome of a job."""


@dataclass(frozen=True, slots=True)
class JobProgress:
    """The messages about one job, passed on to the display."""

    display: JobDisplay
    job: Job

    def note(self, event: str, /, **facts: object) -> None:
        """Pass on a note, unless the display reports the same at the job's end."""
        if event not in _HIDDEN:
            self.display.message(self.job, event, facts, is_warning=False)

    def warn(self, event: str, /, **facts: object) -> None:
        """Pass on a warning."""
        self.display.message(self.job, event, facts, is_warning=True)

    def call(self, event: str, /, **facts: object) -> None:
        """Ignore an engine call."""

    def step(self, text: str, /) -> None:
        """Pass on a step."""
        self.display.step(self.job, text)

    def build_output(self, chunk: bytes, /) -> None:
        """Pass on the output of a build."""
        self.display.build_output(self.job, chunk)

    def clear(self) -> None:
        """Do nothing: the display clears its own lines."""


class NoInput:
    """A standard input that is at its end."""

    def __init__(self) -> None:
        self._descriptor = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def fileno(self) -> int:
        """Return the descriptor of the null device."""
        return self._descriptor

    def read(self, size: int, /) -> bytes:
        """Return nothing."""
        del size
        return b""

    def close(self) -> None:
        """Close the descriptor."""
        os.close(self._descriptor)


@dataclass(frozen=True, slots=True)
class JobConsole:
    """The console of one job: its output goes to the display, and its input is empty."""

    display: JobDisplay
    job: Job
    stdin: NoInput = field(default_factory=NoInput)
    terminal: None = None

    def raw(self) -> AbstractContextManager[None]:
        """Return a context manager that does nothing, because there is no terminal."""
        return nullcontext()

    def write(self, output: Output) -> None:
        """Show a piece of output."""
        self.display.output(self.job, output)

    def spool(self) -> BinaryIO:
        """Return a new empty store for output of any size."""
        from jobber.adapters.host.console import Spool

        return Spool()
