"""Forwarding of jobber's standard input to a job.

jobber reads as fast as the connection accepts data, and closes the job's standard input at the end of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobber.adapters.job_stream.streams import AttachStream
    from jobber.domain.ports import JobInput

_READ = 1 << 16


class StdinFeed:
    """The standard input of a job, piece by piece, until it ends, is dropped, or the job stops reading."""

    def __init__(self, stdin: JobInput | None, *, has_terminal: bool) -> None:
        """Feed a job from `stdin`; without it, only the end of the input is sent."""
        self._stdin = stdin
        self._has_terminal = has_terminal
        self._pending = memoryview(b"")
        self._ends = False

    @property
    def is_open(self) -> bool:
        """Return whether there may be more input to read."""
        return self._stdin is not None

    @property
    def is_sending(self) -> bool:
        """Return whether data or the end of the input is waiting to be sent."""
        return bool(self._pending) or self._ends

    def fileno(self) -> int | None:
        """Return the descriptor to wait on; None if no more input is to be read."""
        return None if self._stdin is None else self._stdin.fileno()

    def read(self, stream: AttachStream) -> None:
        """Read a piece of the input, or its end, and send as much as the connection accepts."""
        assert self._stdin is not None
        chunk = self._stdin.read(_READ)
        if chunk:
            self._pending = memoryview(chunk)
            self.send(stream)
        else:
            self.end(stream)

    def send(self, stream: AttachStream) -> None:
        """Send pending input, as much as the connection accepts."""
        if self._ends:
            self.end(stream)
            return
        try:
            self._pending = self._pending[stream.send(self._pending) :]
        except OSError:  # the job does not read, has ended, or the connection broke: the reading side detects which
            self._pending = memoryview(b"")
            if not self._has_terminal:
                self._stdin = None

    def end(self, stream: AttachStream) -> None:
        """Close the job's input."""
        self._stdin = None
        if not self._has_terminal:  # half-closing a terminal's stream would close all of it
            self._ends = not stream.end_input()

    def drop(self) -> None:
        """Discard pending input and send nothing more."""
        self._stdin = None
        self._pending = memoryview(b"")
