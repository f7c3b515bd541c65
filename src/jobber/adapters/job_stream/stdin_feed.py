"""What goes to a job's input: read from us as the line takes it, and ended when we have no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobber.adapters.job_stream.streams import Outlet
    from jobber.domain.ports import JobInput

_READ = 1 << 16


class InputFeed:
    """Our input, a piece at a time; it is over when it ends, when it is dropped, or when the job reads no more."""

    def __init__(self, stdin: JobInput | None, *, has_terminal: bool) -> None:
        """Feed a job from `stdin`; without one there is only its end to be sent."""
        self._stdin = stdin
        self._has_terminal = has_terminal
        self._pending = memoryview(b"")
        self._ends = False

    @property
    def is_open(self) -> bool:
        """Whether there may be more to read."""
        return self._stdin is not None

    @property
    def waits_for_line(self) -> bool:
        """Whether something is to be sent as soon as the line takes it."""
        return bool(self._pending) or self._ends

    def fileno(self) -> int | None:
        """The descriptor to wait for; None where nothing more is to be read."""
        return None if self._stdin is None else self._stdin.fileno()

    def read(self, line: Outlet) -> None:
        """Take a piece of our input, or its end, and send of it what the line takes."""
        assert self._stdin is not None
        chunk = self._stdin.read(_READ)
        if chunk:
            self._pending = memoryview(chunk)
            self.send(line)
        else:
            self.end(line)

    def send(self, line: Outlet) -> None:
        """Send what waits, as far as the line takes it."""
        if self._ends:
            self.end(line)
            return
        try:
            self._pending = self._pending[line.send(self._pending) :]
        except OSError:  # the job reads no more, or has ended, or the wire is cut: its reading end will tell
            self._pending = memoryview(b"")
            if not self._has_terminal:
                self._stdin = None

    def end(self, line: Outlet) -> None:
        """Tell the job that no more will come."""
        self._stdin = None
        if not self._has_terminal:  # the half of a terminal would be all of it
            self._ends = not line.end_sending()

    def drop(self) -> None:
        """Send nothing more."""
        self._stdin = None
        self._pending = memoryview(b"")
