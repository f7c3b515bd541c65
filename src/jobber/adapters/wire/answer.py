"""Answers of an engine: a head that is here, a body that is read as it is wanted."""

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
    """Who takes a connection back when its exchange is complete."""

    @property
    def patience(self) -> float | None:
        """How many seconds each piece of an answer may take."""

    def keep(self, connection: Connection) -> None:
        """Take back a connection."""


class Response:
    """An answer: its head is here, its body is read as it is wanted. Close it, or use it in a `with`."""

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
        """Whether the call succeeded."""
        return self.status in _OK

    def fileno(self) -> int:
        """The descriptor to wait on for more of the body; -1 when it has all been read."""
        return -1 if self._connection is None else self._connection.socket.fileno()

    @property
    def has_begun(self) -> bool:
        """Whether some of the body is here, or all of it has been read."""
        connection = self._connection
        if connection is None or connection.received:
            return True
        return bool(getattr(connection.socket, "has_pending", False))  # TLS reads whole records

    def chunks(self) -> Iterator[bytes]:
        """The body, in pieces as they come. Raises `WireBroken` where it ends too early."""
        while self._connection is not None:
            if chunk := self._next_chunk(self._connection):
                yield chunk

    def read(self) -> bytes:
        """The whole body."""
        return b"".join(self.chunks())

    def json(self) -> Any:
        """The whole body as JSON; None for an empty one. Raises `WireBroken` where it is none."""
        body = self.read()
        try:
            return json.loads(body) if body.strip() else None
        except ValueError:
            raise WireBroken(f"the answer is no JSON: {body[:200]!r}") from None

    def json_lines(self) -> Iterator[Any]:
        """The JSON values of a streamed body, one after the other as they come."""
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
            raise WireBroken(f"the answer ends with what is no JSON: {pending[:200]!r}")

    def why(self) -> str:
        """What the engine says about a call that failed: the message of its body, whatever its form."""
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
        """Let the connection go, whatever is still to come on it."""
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
    """A call that was made and whose answer nobody waits for yet. Close it, or take the answer."""

    def __init__(self, wire: Keeper, connection: Connection, method: str) -> None:
        self._wire = wire
        self._connection = connection
        self._method = method

    def fileno(self) -> int:
        """The descriptor to wait on for the answer."""
        return self._connection.socket.fileno()

    def is_here(self) -> bool:
        """Whether some of the answer has come: over TLS the descriptor may be ready for less."""
        if self._connection.received:
            return True
        self._connection.socket.settimeout(0)
        try:
            self._connection.received += self._connection.socket.recv(CHUNK)
        except BlockingIOError:
            return False
        except OSError:
            pass  # the answer is that it broke
        finally:
            self._connection.socket.settimeout(self._wire.patience)
        return True

    def answer(self) -> Response:
        """The answer, waited for. Raises `WireBroken`."""
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
            raise WireBroken("the answer is no HTTP")
        status = int(rest[:3])
        headers: dict[str, str] = {}
        while line := connection.take_line():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        if status != 100:
            return status, headers
