"""What is around a command: its user, its clock, its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime
    from typing import BinaryIO

    from jobber.domain.containers.container import Terminal
    from jobber.domain.containers.events import ForwardedSignal, Output, Resized, TerminationSignal
    from jobber.domain.files.copy_report import CopyReport
    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.image_path import SourcePath
    from jobber.domain.images.reference import ImageReference


class JobInput(Protocol):
    """What the caller gives the job to read: its standard input."""

    def fileno(self) -> int:
        """The descriptor to wait on."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes that are there now; empty at the end."""


class Interruptions(Protocol):
    """Signals to jobber itself, kept until somebody takes them."""

    def fileno(self) -> int:
        """A descriptor that is readable while a signal waits; -1 where there is none."""

    def take(self) -> TerminationSignal | ForwardedSignal | Resized | None:
        """The next signal or change of the terminal's size that waits, if any."""

    def abortable(self) -> AbstractContextManager[None]:
        """Inside, a signal raises `Interrupted` at once: for steps that can be given up without a trace."""


class Keyring(Protocol):
    """Who we are to which registry."""

    def credentials_for(self, reference: ImageReference) -> Credentials | None:
        """The credentials of the longest prefix of a reference; None where there are none."""


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """The present moment, in UTC."""

    def monotonic(self) -> float:
        """Seconds that only ever grow."""

    def sleep(self, seconds: float) -> None:
        """Let time pass; what is raised by a signal's handler ends it."""


class Console(Protocol):
    """Where the job's output goes, and where its input comes from."""

    @property
    def stdin(self) -> JobInput | None:
        """The job's standard input; None for none."""

    @property
    def terminal(self) -> Terminal | None:
        """The size of our terminal as it is now; None unless all our streams are one, with us in front of it."""

    def raw(self) -> AbstractContextManager[None]:
        """Inside, keys go to the job as they are; afterwards the terminal is as it was, whatever happened."""

    def write(self, output: Output) -> None:
        """Pass a piece of the job's output on; a reader that has gone away is no error."""

    def spool(self) -> BinaryIO:
        """A new empty place, seekable and gone when closed, for output of any size."""


class KeptLogs(Protocol):
    """What jobs have said and their engines have not noted, kept on this machine until their runs are finished."""

    def keep(self, run: str, *, log: BinaryIO) -> str | None:
        """Keep the output of a run's job; where it is, or None where it could not be kept."""

    def find(self, run: str) -> BinaryIO | None:
        """The output of a run's job, if it is here; to be closed."""

    def forget(self, run: str) -> None:
        """Remove what is kept of a run; no error where there is nothing."""


class Destination(Protocol):
    """Where files of an image are copied to."""

    def receive(
        self, pieces: Iterator[bytes], *, source: SourcePath, copied: CopyReport, on_file: Callable[[], None]
    ) -> None:
        """Copy what a tar archive holds, count it, and call `on_file` from time to time.

        Nothing is written anywhere else, whatever the archive says. Raises `NotWritten`, and what `pieces` raises;
        then what was copied before stays, and each file of it is whole.
        """


class SourceTree(Protocol):
    """Version control of a build context."""

    @property
    def trouble(self) -> str | None:
        """Why less is known than is there, after it was asked; None where all is known, or there is nothing."""

    def revision(self) -> str | None:
        """The commit, with `-dirty` where something is not committed; None outside a work tree."""

    def origin(self) -> str | None:
        """The remote's address without credentials; None where there is none."""
