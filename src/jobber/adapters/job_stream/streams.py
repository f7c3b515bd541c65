"""Sources of a job's output: the attach stream or the engine's log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from jobber.adapters.engine_api.connection_errors import ConnectionBroken
from jobber.adapters.engine_api.response import Pending, Response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.adapters.engine_api.raw_stream import RawStream

_RECEIVE = 1 << 16
"""The bytes requested per receive call.

Python allocates a buffer of this size for each call. With 1 MiB that would cost a typed key more than all its other
processing.
"""


class Outlet(Protocol):
    """A source of output, which may also accept input."""

    @property
    def has_more(self) -> bool:
        """Return whether data is available that the descriptor does not signal."""

    @property
    def ended_well(self) -> bool:
        """Return whether the end that was received is certain, and not a broken connection."""

    def fileno(self) -> int:
        """Return the descriptor to wait on; -1 if there is none any more."""

    def receive(self) -> bytes | None:
        """Return the bytes received; None if there are none yet, empty at an end of any kind."""

    def send(self, octets: memoryview, /) -> int:
        """Send part of the data and return the number of bytes sent; 0 if not possible now. Raises `OSError`."""

    def end_sending(self) -> bool:
        """Close the sending direction; return False if not possible now."""

    def close(self) -> None:
        """Close the source."""


class LiveOutlet:
    """A raw stream in both directions."""

    def __init__(self, stream: RawStream) -> None:
        self._stream = stream

    @property
    def has_more(self) -> bool:
        """Return whether bytes arrived with the engine's response or in a TLS record that was already read."""
        return self._stream.has_pending

    @property
    def ended_well(self) -> bool:
        """Return False: a broken raw stream looks like an ended one."""
        return False

    def fileno(self) -> int:
        """Return the socket's descriptor."""
        return self._stream.fileno()

    def receive(self) -> bytes | None:
        """Return the bytes received."""
        return self._stream.receive(_RECEIVE)

    def send(self, octets: memoryview, /) -> int:
        """Send part of the data."""
        return self._stream.send(octets)

    def end_sending(self) -> bool:
        """Close the sending direction."""
        return self._stream.end_input()

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()


class LogOutlet:
    """The engine's log, which accepts no input."""

    def __init__(self, answer: Response | Pending) -> None:
        """Read a response, or one that is still pending: Podman sends none before the job has written output."""
        self._answer = answer
        self._chunks = answer.chunks() if isinstance(answer, Response) else None
        self._ended_well = False

    @property
    def has_more(self) -> bool:
        """Return whether part of the response has been read from the connection but not returned yet."""
        return isinstance(self._answer, Response) and self._answer.has_begun

    @property
    def ended_well(self) -> bool:
        """Return whether the response was complete."""
        return self._ended_well

    def fileno(self) -> int:
        """Return the response's descriptor."""
        return self._answer.fileno()

    def receive(self) -> bytes | None:
        """Return the next piece of the response."""
        try:
            if isinstance(self._answer, Pending) and not self._answer.is_here():
                return None
            return next(self._chunks or self._begin())
        except StopIteration:
            self._ended_well = True
        except (ConnectionBroken, OSError):
            pass
        return b""

    def send(self, octets: memoryview, /) -> int:
        """Discard input: a log stream is read-only."""
        return len(octets)

    def end_sending(self) -> bool:
        """Return True: there is nothing to send."""
        return True

    def close(self) -> None:
        """Close the response."""
        self._answer.close()

    def _begin(self) -> Iterator[bytes]:
        assert not isinstance(self._answer, Response)
        self._answer = answer = self._answer.answer()
        if not answer.ok:
            raise ConnectionBroken(answer.why())
        self._chunks = answer.chunks()
        return self._chunks
