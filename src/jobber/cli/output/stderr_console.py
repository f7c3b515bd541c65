"""A console that writes the job's output to stderr and keeps stdout machine-readable."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from jobber.domain.containers.events import Stream
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from jobber.domain.containers.events import Output
    from jobber.domain.ports import Console, JobInput


@frozen
class StderrConsole:
    """A console that writes nothing to stdout, and therefore has no terminal."""

    console: Console

    terminal = None
    """The job's terminal: none."""

    @property
    def stdin(self) -> JobInput | None:
        """The job's standard input."""
        return self.console.stdin

    def raw(self) -> AbstractContextManager[None]:
        """Return a context manager that does nothing, because there is no terminal to change."""
        return nullcontext()

    def write(self, output: Output) -> None:
        """Write a piece of stdout or stderr to stderr."""
        self.console.write(replace(output, stream=Stream.STDERR))

    def spool(self) -> BinaryIO:
        """Return a new empty spool for output of any size."""
        return self.console.spool()
