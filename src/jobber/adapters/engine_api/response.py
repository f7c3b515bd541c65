"""Responses of an engine: the head has arrived, the body is read on demand."""

from __future__ import annotations

import json
import select
from http.client import HTTPException  # noqa: TID251
from typing import TYPE_CHECKING, Any, Self

from urllib3.exceptions import HTTPError

from jobber.adapters.engine_api.connection_errors import ConnectionBroken, broken
from jobber.adapters.engine_api.raw_stream import RawStream

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Mapping
    from types import TracebackType


CHUNK = 1 << 16
_SWITCHING_PROTOCOLS = 101
_OK = range(200, 400)


class Response:
    """A response: its head has arrived, its body is read on demand. Close it, or use it in a `with` statement."""

    def __init__(self, raw: Any) -> None:
        """Take over a response of urllib3 that has read its head only."""
        self._raw = raw
        self._reader = raw._fp.fp  # noqa: SLF001 - neither library offers the socket of a response
        self._socket: socket.socket = self._reader.raw._sock  # noqa: SLF001
        self.status: int = raw.status
        self.headers: Mapping[str, str] = raw.headers
        if raw.length_remaining == 0 and raw.status != _SWITCHING_PROTOCOLS:
            self.read()

    @property
    def ok(self) -> bool:
        """Return whether the call succeeded."""
        return self.status in _OK

    def fileno(self) -> int:
        """Return the descriptor to wait on for more of the body; -1 if all of it has been read."""
        return -1 if self._raw.closed else self._socket.fileno()

    def chunks(self) -> Iterator[bytes]:
        """Yield the body in pieces as they arrive. Raises `ConnectionBroken` if it is truncated."""
        try:
            while chunk := self._raw.read1(CHUNK, decode_content=False):
                yield chunk
        except (HTTPError, HTTPException, OSError) as error:
            self.close()
            raise broken(error) from None
        self.close()  # the connection itself is in the pool again

    def read(self) -> bytes:
        """Return the whole body."""
        return b"".join(self.chunks())

    def json(self) -> Any:
        """Return the whole body as JSON; None for an empty one. Raises `ConnectionBroken` if it is not valid JSON."""
        body = self.read()
        try:
            return json.loads(body) if body.strip() else None
        except ValueError:
            raise ConnectionBroken(f"the response is not valid JSON: {body[:200]!r}") from None

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
            raise ConnectionBroken(f"the response ends with invalid JSON: {pending[:200]!r}")

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

    def raw_stream(self) -> RawStream:
        """Return the stream in both directions that the connection has been upgraded to."""
        return RawStream(self._socket, self._peek(), closes=self.close)

    def close(self) -> None:
        """Close the connection, unless the response is complete."""
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _peek(self) -> bytes:
        """Return bytes that have arrived and were not read, if there are any, without waiting."""
        seconds = self._socket.gettimeout()
        self._socket.settimeout(0)
        try:
            return bytes(self._reader.peek(1))
        except OSError:  # reading reports it
            return b""
        finally:
            self._socket.settimeout(seconds)

    def _lines(self) -> Iterator[str]:
        pieces: list[bytes] = []
        for chunk in self.chunks():
            end, *following = chunk.split(b"\n")
            pieces.append(end)
            for beginning in following:
                yield b"".join(pieces).decode(errors="replace")
                pieces = [beginning]
        yield b"".join(pieces).decode(errors="replace")


class Pending:
    """A call that was sent and whose response has not been taken yet. Close it, or take the response."""

    def __init__(self, connection: Any) -> None:
        """Take over a connection of urllib3."""
        self._connection = connection

    def fileno(self) -> int:
        """Return the descriptor to wait on for the response."""
        descriptor: int = self._connection.sock.fileno()
        return descriptor

    def is_here(self) -> bool:
        """Return whether part of the response has arrived.

        Over TLS the descriptor may be ready although less than a record has arrived.
        """
        sock = self._connection.sock
        arrives = getattr(sock, "receives_now", None)
        return arrives() if arrives is not None else bool(select.select([sock], [], [], 0)[0])

    def answer(self) -> Response:
        """Wait for the response and return it. Raises `ConnectionBroken`."""
        try:
            raw = self._connection.getresponse()
        except (HTTPError, HTTPException, OSError) as error:
            self.close()
            raise broken(error) from None
        except BaseException:
            self.close()
            raise
        raw._connection = self._connection  # noqa: SLF001 - it is closed with the response
        return Response(raw)

    def close(self) -> None:
        """Cancel the call and close its connection."""
        self._connection.close()
