"""The part of HTTP/1.1 that container engines use.

No call has a time limit unless the caller sets one: a commit or a push may take hours. A connection serves one exchange
at a time. A `Wire` opens a connection for each concurrent exchange and keeps idle ones.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from jobber.adapters.wire.answer import Pending, Response
from jobber.adapters.wire.connection import Connection, connect
from jobber.adapters.wire.errors import WireBroken, reason
from jobber.adapters.wire.raw import RawStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jobber.adapters.wire.endpoint import Endpoint
    from jobber.adapters.wire.raw import Transport

CONNECT_SECONDS = 15.0


class Wire:
    """The exchanges with one engine.

    A `Wire` is for one thread; creating another one for the same endpoint is cheap.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        prefix: str = "",
        seconds: float | None = None,
        on_call: Callable[[str, str], None] | None = None,
        dial: Callable[[float], Transport] | None = None,
    ) -> None:
        """Create a client whose calls begin with `prefix` (`/v1.41`), without connecting.

        `seconds` limits the wait for each piece of a response; None, the usual case, sets no limit. `on_call` is called
        with each call's method and path before the call is made. `dial` opens a connection within the given seconds,
        for an endpoint that jobber can't connect to directly.
        """
        self.endpoint = endpoint
        self.prefix = prefix
        self._seconds = seconds
        self._on_call = on_call
        self._dial = dial
        self._idle: list[Connection] = []

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: object = None,
        stream: Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Make a call and return its response, with any status.

        `body` is sent as JSON, `stream` chunk by chunk. A response that arrives before the stream has ended stops the
        stream. Raises `WireUnreachable` and `WireBroken`.
        """
        head = {"Host": "engine", "User-Agent": "jobber", **(headers or {})}
        encoded = b""
        if body is not None:
            encoded = json.dumps(body).encode()
            head.setdefault("Content-Type", "application/json")
        if stream is not None:
            head["Transfer-Encoding"] = "chunked"
        elif method in ("POST", "PUT", "DELETE"):
            head["Content-Length"] = str(len(encoded))
        target = self._target(path, query)
        if self._on_call is not None:
            self._on_call(method, target)
        connection = self._connection()
        try:
            _send(connection, _head(method, target, head) + encoded)
            if stream is not None:
                _send_stream(connection, stream)
            return Response(self, connection, method)
        except BaseException:
            connection.close()
            raise

    def begin(self, method: str, path: str, *, query: Mapping[str, object] | None = None) -> Pending:
        """Make a call without waiting for its response. Raises `WireUnreachable` and `WireBroken`."""
        target = self._target(path, query)
        if self._on_call is not None:
            self._on_call(method, target)
        connection = self._connection()
        head = {"Host": "engine", "User-Agent": "jobber", "Content-Length": "0"}
        try:
            _send(connection, _head(method, target, head))
        except BaseException:
            connection.close()
            raise
        return Pending(self, connection, method)

    def upgrade(self, path: str, *, query: Mapping[str, object] | None = None) -> RawStream | Response:
        """Upgrade a connection to a raw stream.

        Return the engine's response instead if the engine refuses. Raises `WireUnreachable` and `WireBroken`.
        """
        target = self._target(path, query)
        if self._on_call is not None:
            self._on_call("POST", target)
        connection = self._connection()
        head = {
            "Host": "engine",
            "User-Agent": "jobber",
            "Connection": "Upgrade",
            "Upgrade": "tcp",
            "Content-Length": "0",
        }
        try:
            _send(connection, _head("POST", target, head))
            while b"\r\n\r\n" not in connection.received:
                connection.fill()
            status = connection.received.split(maxsplit=2)[1]
            if status == b"101" or (status == b"200" and b"raw-stream" in connection.received):
                del connection.received[: connection.received.find(b"\r\n\r\n") + 4]
                return RawStream(connection.socket, bytes(connection.received))
            return Response(self, connection, "POST")
        except BaseException:
            connection.close()
            raise

    @property
    def patience(self) -> float | None:
        """The time limit, in seconds, for each piece of a response."""
        return self._seconds

    def keep(self, connection: Connection) -> None:
        """Take back a connection whose exchange is complete."""
        connection.fresh = False
        self._idle.append(connection)

    def within(self, prefix: str) -> Wire:
        """Return a client for the same engine whose calls begin with another prefix."""
        return Wire(self.endpoint, prefix=prefix, seconds=self._seconds, on_call=self._on_call, dial=self._dial)

    def limited(self, seconds: float) -> Wire:
        """Return a client for the same engine that waits at most `seconds` for each piece of a response."""
        return Wire(self.endpoint, prefix=self.prefix, seconds=seconds, on_call=self._on_call, dial=self._dial)

    def close(self) -> None:
        """Close idle connections."""
        while self._idle:
            self._idle.pop().close()

    def _target(self, path: str, query: Mapping[str, object] | None) -> str:
        given = "&".join(
            f"{quote(name, safe='')}={quote(_word(item), safe='', errors='surrogateescape')}"
            for name, value in (query or {}).items()
            if value is not None
            for item in (value if isinstance(value, list | tuple) else (value,))
        )
        return f"{self.prefix}{path}{'?' if given else ''}{given}"

    def _connection(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_stale():
                return connection
            connection.close()
        seconds = min(CONNECT_SECONDS, self._seconds or CONNECT_SECONDS)
        sock = self._dial(seconds) if self._dial is not None else connect(self.endpoint, seconds=seconds)
        sock.settimeout(self._seconds)
        return Connection(sock)


def _head(method: str, target: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _send(connection: Connection, octets: bytes) -> None:
    try:
        connection.socket.sendall(octets)
    except OSError as error:
        raise WireBroken(reason(error)) from None


def _send_stream(connection: Connection, stream: Iterable[bytes]) -> None:
    for chunk in stream:
        if not chunk:
            continue
        try:
            connection.socket.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        except (BrokenPipeError, ConnectionResetError):
            return  # the engine responds before it has read everything: the response contains the reason
        except OSError as error:
            raise WireBroken(reason(error)) from None
    _send(connection, b"0\r\n\r\n")


def _word(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return json.dumps(value)
        case _:
            return str(value)
