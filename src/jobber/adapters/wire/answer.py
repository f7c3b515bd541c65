"""Responses of an engine: the head has arrived, the body is read on demand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol, Self

from jobber.adapters.wire.connection import CHUNK
from jobber.adapters.wire.errors import WireBroken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from jobber.adapters.wire.connection import Connection

_OK = range(200, 400)


class Keeper(Protocol):
    """The pool that receives a connection back after a complete response."""

    @property
    def patience(self) -> float | None:
        """The time limit, in seconds, for each piece of a response."""

    def keep(self, connection: Connection) -> None:
        """Take back a connection."""


class Response:
    """A response: its head has arrived, its body is read on demand. Close it, or use it in a `with` statement."""

    def __init__(self, wire: Keeper, connection: Connection, method: str) -> None:
        self._wire = wire
        self._connection: Connection | None = connection
        self.status, self.headers = _read_head(connection)
        self._chunked = "chunked" in self.headers.get("transfer-encoding", "").lower()
        length = self.headers.get("content-length")
        self._remaining: int | None = int(length) if length is not None and not self._chunked else None
        if method == "HEAD" or self.status in (204, 304):
            self._chunked, self._remaining = False, 0
        if self._remaining == 0:
            self._finish()

    @property
    def ok(self) -> bool:
        """Return whether the call succeeded."""
        return self.status in _OK

    def fileno(self) -> int:
        """Return the descriptor to wait on for more of the body; -1 if all of it has been read."""
        return -1 if self._connection is None else self._connection.socket.fileno()

    @property
    def has_begun(self) -> bool:
        """Return whether part of the body has arrived, or all of it has been read."""
        connection = self._connection
        if connection is None or connection.received:
            return True
        return bool(getattr(connection.socket, "has_pending", False))  # TLS reads whole records

    def chunks(self) -> Iterator[bytes]:
        """Yield the body in pieces as they arrive. Raises `WireBroken` if it is truncated."""
        while self._connection is not None:
            if chunk := self._next_chunk(self._connection):
                yield chunk

    def read(self) -> bytes:
        """Return the whole body."""
        return b"".join(self.chunks())

    def json(self) -> Any:
        """Return the whole body as JSON; None for an empty one. Raises `WireBroken` if it is not valid JSON."""
        body = self.read()
        try:
            return json.loads(body) if body.strip() else None
        except ValueError:
            raise WireBroken(f"the response is not valid JSON: {body[:200]!r}") from None

    def json_lines(self) -> Iterator[Any]:
        """Yield the JSON values of a streamed body as they arrive."""
        decoder, pending = json.JSONDecoder(), ""
        for line in self._lines():
            pending += line
            while pending := pending.lstrip():
                try:
                    value, end = decoder.raw_decode(pending)
                except ValueError:
                    break
                pending = pending[end:]
                yield value
        if pending:
            raise WireBroken(f"the response ends with invalid JSON: {pending[:200]!r}")

    def why(self) -> str:
        """Return the engine's message about a failed call, from a body of any form."""
        body = self.read()
        try:
            answer = json.loads(body)
        except ValueError:
            return body.decode(errors="replace").strip() or f"status {self.status}"
        if isinstance(answer, dict):
            text = answer.get("message") or answer.get("cause") or answer.get("error")
            return str(text or answer).strip()
        return str(answer)

    def close(self) -> None:
        """Close the connection, even if the response is incomplete."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _lines(self) -> Iterator[str]:
        pieces: list[bytes] = []
        for chunk in self.chunks():
            end, *following = chunk.split(b"\n")
            pieces.append(end)
            for beginning in following:
                yield b"".join(pieces).decode(errors="replace")
                pieces = [beginning]
        yield b"".join(pieces).decode(errors="replace")

    def _next_chunk(self, connection: Connection) -> bytes:
        if self._chunked:
            return self._next_of_chunked(connection)
        if not connection.received:
            try:
                connection.fill()
            except WireBroken:
                if self._remaining is None:  # a body without a length ends with the connection
                    self.close()
                    return b""
                raise
        chunk = connection.take(CHUNK if self._remaining is None else min(CHUNK, self._remaining))
        if self._remaining is not None:
            self._remaining -= len(chunk)
            if self._remaining == 0:
                self._finish()
        return chunk

    def _next_of_chunked(self, connection: Connection) -> bytes:
        if not self._remaining:
            size = int(connection.take_line().partition(b";")[0] or b"x", 16)
            if size == 0:
                while connection.take_line():
                    pass  # trailers
                self._finish()
                return b""
            self._remaining = size
        if not connection.received:
            connection.fill()
        chunk = connection.take(min(self._remaining, CHUNK))
        self._remaining -= len(chunk)
        if self._remaining == 0:
            connection.take_line()
        return chunk

    def _finish(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self.headers.get("connection", "").lower() == "close":
            connection.close()
        else:
            self._wire.keep(connection)


class Pending:
    """A call that was sent and whose response has not been taken yet. Close it, or take the response."""

    def __init__(self, wire: Keeper, connection: Connection, method: str) -> None:
        self._wire = wire
        self._connection = connection
        self._method = method

    def fileno(self) -> int:
        """Return the descriptor to wait on for the response."""
        return self._connection.socket.fileno()

    def is_here(self) -> bool:
        """Return whether part of the response has arrived.

        Over TLS the descriptor may be ready although less than a record has arrived.
        """
        if self._connection.received:
            return True
        self._connection.socket.settimeout(0)
        try:
            self._connection.received += self._connection.socket.recv(CHUNK)
        except BlockingIOError:
            return False
        except OSError:
            pass  # taking the response reports the broken connection
        finally:
            self._connection.socket.settimeout(self._wire.patience)
        return True

    def answer(self) -> Response:
        """Wait for the response and return it. Raises `WireBroken`."""
        try:
            return Response(self._wire, self._connection, self._method)
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Give the call up."""
        self._connection.close()


def _read_head(connection: Connection) -> tuple[int, dict[str, str]]:
    while True:
        version, _, rest = connection.take_line().partition(b" ")
        if not version.startswith(b"HTTP/1.") or not rest[:3].isdigit():
            raise WireBroken("the response is not HTTP")
        status = int(rest[:3])
        headers: dict[str, str] = {}
        while line := connection.take_line():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        if status != 100:
            return status, headers
