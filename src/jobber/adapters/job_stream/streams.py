"""The sources of a job's output: the attach stream or the engine's log."""

from __future__ import annotations

import select
import sys
from typing import TYPE_CHECKING

from jobber.adapters.engine_api.connection_errors import ConnectionBroken
from jobber.adapters.engine_api.response import Pending, Response

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.adapters.engine_api.raw_stream import RawStream

_RECEIVE = 1 << 16
"""The bytes requested per receive call.

Python allocates a buffer of this size for each call. With 1 MiB that would cost a typed key more than all its other
processing.
"""


class AttachStream:
    """A raw stream in both directions, on which output arrives."""

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
        """Return the bytes received; None if there are none yet, empty at an end of any kind."""
        return self._stream.receive(_RECEIVE)


class ResponseStream:
    """The body of a response that arrives bit by bit: the log, or the exit status once the job has ended."""

    def __init__(self, answer: Response | Pending) -> None:
        """Read a response, or one that is still pending: Podman sends the head of some only with the first bytes."""
        self._answer = answer
        self._stream: RawStream | None = None
        self._body = ResponseBody({})
        self.ended_well = False
        """A flag: the end that was received is certain, and not a broken connection."""
        if isinstance(answer, Response):
            self._begin(answer)

    @property
    def has_more(self) -> bool:
        """Return whether part of the response has been read from the connection but not returned yet."""
        return self._body.has_ended or (self._stream is not None and self._stream.has_pending)

    def fileno(self) -> int:
        """Return the response's descriptor."""
        return self._answer.fileno()

    def receive(self) -> bytes | None:
        """Return the next piece of the response; None if there is none yet, empty at an end of any kind."""
        try:
            if isinstance(self._answer, Pending):
                if not self._answer.is_here():
                    return None
                self._begin(self._answer.answer())
            received = b"" if self._body.has_ended or self._stream is None else self._stream.receive(_RECEIVE)
            self.ended_well = received == b"" and (self._body.has_ended or self._body.ends_with_connection)
            return received and (self._body.decode(received) or None)
        except (ConnectionBroken, ValueError):
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

    def _begin(self, response: Response) -> None:
        self._answer = response
        if not response.ok:
            raise ConnectionBroken(response.why())
        self._body = ResponseBody(response.headers)
        if response.fileno() < 0:  # the body is empty, and the connection may serve another call
            self._body.has_ended = True
        else:
            self._stream = response.raw_stream()


class ResponseBody:
    """The decoder of a response's body, which never waits: the rest of a chunk's frame may arrive much later."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._is_chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        self.ends_with_connection = not self._is_chunked and "content-length" not in headers
        self._left = 0 if self._is_chunked else int(headers.get("content-length", sys.maxsize))
        """The number of bytes that are left of the chunk, or of the body."""
        self._rest = b""
        self.has_ended = not self._is_chunked and not self._left

    def decode(self, received: bytes) -> bytes:
        """Return the content of received bytes. Raises `ValueError`."""
        received, position = self._rest + received, 0
        pieces: list[bytes] = []
        while position < len(received) and not self.has_ended:
            if self._left:
                pieces.append(received[position : position + self._left])
                position += len(pieces[-1])
                self._left -= len(pieces[-1])
                self.has_ended = not self._is_chunked and not self._left
            elif (end := received.find(b"\n", position)) >= 0:  # the end of a chunk, or the size of the next
                line, position = received[position:end].strip(), end + 1
                if line:
                    self._left = int(line.partition(b";")[0], 16)
                    self.has_ended = not self._left
            else:
                break
        self._rest = received[position:]
        return b"".join(pieces)
