"""The environment of a command: its user, clock, streams and files."""

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
    """The standard input of the job, provided by the caller."""

    def fileno(self) -> int:
        """Return the file descriptor to wait on.

        Returns:
            The descriptor.

        """

    def read(self, size: int, /) -> bytes:
        """Read the bytes that are available now.

        Args:
            size: The maximum number of bytes.

        Returns:
            At most `size` bytes; empty at the end of the input.

        """


class Interruptions(Protocol):
    """Signals to jobber itself, queued until they are taken."""

    def fileno(self) -> int:
        """Return a file descriptor that is readable while a signal is queued.

        Returns:
            The descriptor; -1 if there is none.

        """

    def take(self) -> TerminationSignal | ForwardedSignal | Resized | None:
        """Take the next queued signal or terminal resize.

        Returns:
            The event; None if none is queued.

        """

    def abortable(self) -> AbstractContextManager[None]:
        """Return a context manager in which a signal raises `Interrupted` at once.

        Use it for steps that can be abandoned without a trace.

        Returns:
            The context manager.

        """


class Keyring(Protocol):
    """The registry credentials of the user."""

    def credentials_for(self, reference: ImageReference) -> Credentials | None:
        """Look up the credentials for a reference.

        Args:
            reference: The reference.

        Returns:
            The credentials for the longest prefix of the reference; None if there are none.

        """


class Clock(Protocol):
    """The clock."""

    def now(self) -> datetime:
        """Return the current time.

        Returns:
            The time in UTC.

        """

    def monotonic(self) -> float:
        """Return the time of a clock that never goes backwards.

        Returns:
            The time in seconds; only differences are meaningful.

        """

    def sleep(self, seconds: float) -> None:
        """Wait; an exception raised by a signal handler ends the wait.

        Args:
            seconds: The time to wait, in seconds.

        """


class Console(Protocol):
    """The destination of the job's output, and the source of its input."""

    @property
    def stdin(self) -> JobInput | None:
        """The job's standard input; None for none."""

    @property
    def terminal(self) -> Terminal | None:
        """The current size of jobber's terminal, in characters; None if there is none for the job.

        The job gets a terminal only if all standard streams are the same terminal, with jobber in its foreground.
        """

    def raw(self) -> AbstractContextManager[None]:
        """Return a context manager in which the terminal passes keys to the job unprocessed.

        The terminal is always restored afterwards, even after an error.

        Returns:
            The context manager.

        """

    def write(self, output: Output) -> None:
        """Write a chunk of the job's output; a closed reader is not an error.

        Args:
            output: The chunk and its stream.

        """

    def spool(self) -> BinaryIO:
        """Return a new empty temporary file for output of any size.

        Returns:
            The file, seekable; closing it removes it.

        """


class KeptLogs(Protocol):
    """Output of jobs that their engines did not log, kept on the local host until the runs are finished."""

    def keep(self, run: str, *, log: BinaryIO) -> str | None:
        """Store the output of a run's job.

        Args:
            run: The ID of the run.
            log: The output.

        Returns:
            The place where the output is stored; None if it could not be stored.

        """

    def find(self, run: str) -> BinaryIO | None:
        """Return the stored output of a run's job.

        Args:
            run: The ID of the run.

        Returns:
            The output, to be closed by the caller; None if it is not on this host.

        """

    def forget(self, run: str) -> None:
        """Remove the stored output of a run; a missing one is not an error.

        Args:
            run: The ID of the run.

        """


class Destination(Protocol):
    """The destination to which files of an image are copied."""

    def receive(
        self, pieces: Iterator[bytes], *, source: SourcePath, copied: CopyReport, on_file: Callable[[], None]
    ) -> None:
        """Extract a tar archive to the destination.

        Nothing is written outside the destination, whatever the archive contains. After an error, the entries that were
        copied before remain, and each file among them is complete.

        Args:
            pieces: The chunks of the archive; exceptions that it raises are passed on.
            source: The path in the image that is copied.
            copied: The report that counts the copied entries.
            on_file: A function that is called from time to time.

        Raises:
            NotWritten: A file or a directory could not be created.

        """


class SourceTree(Protocol):
    """The version control of a build context."""

    @property
    def trouble(self) -> str | None:
        """The reason why some facts could not be read; None if all are known or there are none.

        The other methods set it.
        """

    def revision(self) -> str | None:
        """Return the current commit.

        Returns:
            The commit, with `-dirty` if there are uncommitted changes; None outside a work tree.

        """

    def origin(self) -> str | None:
        """Return the URL of the remote repository without credentials.

        Returns:
            The URL; None if there is none.

        """
