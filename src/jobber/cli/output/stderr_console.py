"""A job's output on stderr, where stdout is for something else."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jobber.domain.containers.events import Stream

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from jobber.domain.containers.events import Output
    from jobber.domain.ports import Console, JobInput


@dataclass(frozen=True, slots=True)
class StderrConsole:
    """A console whose stdout is left alone, and which is no terminal therefore."""

    console: Console

    terminal = None
    """The job has none."""

    @property
    def stdin(self) -> JobInput | None:
        """The job's standard input."""
        return self.console.stdin

    def raw(self) -> AbstractContextManager[None]:
        """There is no terminal to change."""
        return nullcontext()

    def write(self, output: Output) -> None:
        """Pass a piece of either output on to stderr."""
        self.console.write(replace(output, stream=Stream.STDERR))

    def spool(self) -> BinaryIO:
        """A new empty place for output of any size."""
        return self.console.spool()
