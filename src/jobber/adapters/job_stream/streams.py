"""The sources of a job's output: the attach stream or the engine's log."""

from __future__ import annotations

import select
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


class Source(Protocol):
    """A connection on which a job's output or its exit status arrives."""

    ended_well: bool
    """A flag: the end that was received is certain, and not a broken connection."""

    @property
    def has_more(self) -> bool:
        """Return whether data is available that the descriptor does not signal."""

    def fileno(self) -> int:
        """Return the descriptor to wait on; -1 if there is none any more."""

    def receive(self) -> bytes | None:
        """Return the bytes received; None if there are none yet, empty at an end of any kind."""

    def close(self) -> None:
        """Close the connection."""


class AttachStream:
    """A raw stream in both directions."""

    ended_well = False  # a broken raw stream looks like an ended one

    def __init__(self, stream: RawStream) -> None:
        self._stream = stream
        self.fileno = stream.fileno
        self.send = stream.send
        self.end_input = stream.end_input
        self.close = stream.close

    @property
    def has_more(self) -> bool:
        """Return whether bytes arrived with the engine's response or in a TLS record that was already read."""
        return self._stream.has_pending

    def receive(self) -> bytes | None:
        """Return the bytes received."""
        return self._stream.receive(_RECEIVE)


class ResponseStream:
    """The body of a response that arrives bit by bit: the log, or the exit status once the job has ended."""

    def __init__(self, answer: Response | Pending) -> None:
        """Read a response, or one that is still pending: Podman sends the head of some only with the first bytes."""
        self._answer = answer
        self._chunks = answer.chunks() if isinstance(answer, Response) else None
        self.ended_well = False

    @property
    def has_more(self) -> bool:
        """Return whether part of the response has been read from the connection but not returned yet."""
        return isinstance(self._answer, Response) and self._answer.has_begun

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
            self.ended_well = True
        except (ConnectionBroken, OSError):
            pass
        return b""

    def read(self, *, patience: float) -> Iterator[bytes]:
        """Yield the pieces of the response, each within `patience` seconds. Raises `ConnectionBroken`."""
        while True:
            if not self.has_more and not select.select([self], [], [], patience)[0]:
                raise ConnectionBroken("the engine's response stopped")
            if chunk := self.receive():
                yield chunk
            elif chunk is not None:
                break
        if not self.ended_well:
            raise ConnectionBroken("the engine's response ended early")

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
