"""The calls about one container that an attachment needs and that differ between engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from jobber.domain.values import frozen

if TYPE_CHECKING:
    from datetime import datetime

    from jobber.adapters.job_stream.streams import AttachStream, ResponseStream
    from jobber.domain.containers.container import Terminal

NO_DETACH_KEYS = "ctrl-^,ctrl-@,ctrl-^,ctrl-@"
"""Detach keys that nobody types.

With the engine's default keys, a shell's ^P would wait for the next key, and ^P^Q would end the run.
"""


@frozen
class LogFormat:
    """The form of a container's log."""

    is_framed: bool
    """A flag: the log is returned in frames."""
    has_stamps: bool
    """A flag: the frames may begin with time stamps that show a position, also after the log has lost its beginning."""
    is_text: bool
    """A flag: the log contains U+FFFD in place of a byte that is not valid UTF-8."""
    is_limited: bool
    """A flag: the log may lose its beginning."""
    is_emptied: bool = False
    """A flag: the engine empties the log at its limit, and a reader that follows it misses records without notice."""


class AttachedJob(Protocol):
    """One container in the form for an attachment."""

    @property
    def has_terminal(self) -> bool:
        """Return whether the job has a terminal."""

    @property
    def patience(self) -> float:
        """The time, in seconds, for which jobber retries an engine that does not answer."""

    @property
    def log_format(self) -> LogFormat:
        """The form of the engine's log."""

    def is_error_message(self, frame: bytes) -> bool:
        """Return whether this stderr frame is an error message of the engine and not output of the job."""

    def wait(self, *, is_started: bool) -> ResponseStream:
        """Request the container's end without waiting for it; `is_started` is whether the job may already have ended.

        After the call no end is missed.
        """

    def exit_status(self, body: bytes) -> int:
        """Return the exit status from the body of that response. Raises `ConnectionBroken`."""

    def exited(self) -> int | None:
        """Return the exit status if the container has ended; None while it runs."""

    def attach(self, *, output: bool) -> AttachStream:
        """Open a raw stream to the running job, for its input and, if `output` is set, for its output from now on."""

    def log(self, *, follow: bool, since: datetime | None, has_stamps: bool) -> ResponseStream:
        """Return the engine's log. Raises `LogUnreadable`.

        Args:
            follow: Whether to follow the log until the job ends.
            since: The time of the first record; None for the beginning of the log.
            has_stamps: Whether each record begins with its time stamp and a space.

        """

    def resize(self, terminal: Terminal) -> None:
        """Set the size of the job's terminal."""
