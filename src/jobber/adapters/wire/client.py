"""HTTP/1.1 as far as container engines speak it.

No call has a time limit unless the caller sets one: a commit or a push may take hours. A connection serves one
exchange at a time; a `Wire` opens as many as are asked for at once and keeps the idle ones.
"""

from __future__ import annotations

import json
import select
import socket
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from jobber.adapters.wire.endpoint import DEFAULT_PORT, Endpoint, Scheme
from jobber.adapters.wire.raw import RawStream
from jobber.domain.errors import EngineLost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import TracebackType

    from jobber.adapters.wire.raw import Transport

_CHUNK = 1 << 16
_LONGEST_HEAD = 1 << 18
_OK = range(200, 400)
CONNECT_SECONDS = 15.0
_PATIENCE_HERE = 60.0
_PATIENCE_THERE = 300.0


class WireUnreachable(EngineLost):
    """Nothing listens there, or it doesn't let us in."""

    def __init__(self, why: str) -> None:
        super().__init__("a call", why=why)

    def __str__(self) -> str:
        return self.why


class WireBroken(EngineLost):
    """The connection ended, or went silent for longer than allowed, in the middle of an exchange."""

    def __init__(self, why: str) -> None:
        super().__init__("a call", why=why)

    def __str__(self) -> str:
        return self.why


class _Connection:
    """One connection with what was read from it and not yet used."""

    __slots__ = ("fresh", "received", "socket")

    def __init__(self, transport: Transport) -> None:
        self.socket = transport
        self.received = bytearray()
        self.fresh = True

    def fill(self) -> None:
        try:
            chunk = self.socket.recv(_CHUNK)
        except TimeoutError:
            raise WireBroken("no answer in time") from None
        except OSError as error:
            raise WireBroken(_reason(error)) from None
        if not chunk:
            raise WireBroken("the engine closed the connection")
        self.received += chunk

    def take(self, size: int) -> bytes:
        taken = bytes(self.received[:size])
        del self.received[:size]
        return taken

    def take_line(self) -> bytes:
        while (end := self.received.find(b"\n")) < 0:
            if len(self.received) > _LONGEST_HEAD:
                raise WireBroken("the answer is no HTTP")
            self.fill()
        return self.take(end + 1).rstrip(b"\r\n")

    def is_stale(self) -> bool:
        return bool(self.received) or bool(select.select([self.socket], [], [], 0)[0])

    def close(self) -> None:
        self.socket.close()


class Response:
    """An answer: its head is here, its body is read as it is wanted. Close it, or use it in a `with`."""

    def __init__(self, wire: Wire, connection: _Connection, method: str) -> None:
        self._wire = wire
        self._connection: _Connection | None = connection
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
        rest = b""
        for chunk in self.chunks():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield line.decode(errors="replace")
        yield rest.decode(errors="replace")

    def _next_chunk(self, connection: _Connection) -> bytes:
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
        chunk = connection.take(_CHUNK if self._remaining is None else min(_CHUNK, self._remaining))
        if self._remaining is not None:
            self._remaining -= len(chunk)
            if self._remaining == 0:
                self._finish()
        return chunk

    def _next_of_chunked(self, connection: _Connection) -> bytes:
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
        chunk = connection.take(min(self._remaining, _CHUNK))
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

    def __init__(self, wire: Wire, connection: _Connection, method: str) -> None:
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
            self._connection.received += self._connection.socket.recv(_CHUNK)
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


class Wire:
    """Exchanges with one engine. A `Wire` is for one thread; `connect` of the endpoint is cheap."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        prefix: str = "",
        seconds: float | None = None,
        on_call: Callable[[str, str], None] | None = None,
        dial: Callable[[float], Transport] | None = None,
    ) -> None:
        """Make a wire whose calls begin with `prefix` (`/v1.41`), with no call as yet.

        `seconds` limits the wait for each piece of an answer; None, the usual case, doesn't.
        `on_call` hears of each call's method and path before it is made. `dial` opens a connection within so many
        seconds, where the endpoint can't be connected to as it is.
        """
        self.endpoint = endpoint
        self.prefix = prefix
        self._seconds = seconds
        self._on_call = on_call
        self._dial = dial
        self._idle: list[_Connection] = []

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
        """Make a call and return its answer, whatever its status.

        `body` is sent as JSON, `stream` as it comes, in chunks; an answer that comes before the stream has
        ended ends it. Raises `WireUnreachable` and `WireBroken`.
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
        """Make a call without waiting for its answer. Raises `WireUnreachable` and `WireBroken`."""
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
        """Turn a connection into a raw stream.

        An engine that refuses gives its answer instead. Raises `WireUnreachable` and `WireBroken`.
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
        """How many seconds each piece of an answer may take."""
        return self._seconds

    def keep(self, connection: _Connection) -> None:
        """Take back a connection whose exchange is complete."""
        connection.fresh = False
        self._idle.append(connection)

    def within(self, prefix: str) -> Wire:
        """A wire to the same engine whose calls begin with another prefix."""
        return Wire(self.endpoint, prefix=prefix, seconds=self._seconds, on_call=self._on_call, dial=self._dial)

    def close(self) -> None:
        """Close what is idle."""
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

    def _connection(self) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_stale():
                return connection
            connection.close()
        seconds = min(CONNECT_SECONDS, self._seconds or CONNECT_SECONDS)
        sock = self._dial(seconds) if self._dial is not None else connect(self.endpoint, seconds=seconds)
        sock.settimeout(self._seconds)
        return _Connection(sock)


def connect(endpoint: Endpoint, *, seconds: float) -> Transport:
    """Open a connection to an endpoint within `seconds`. Raises `WireUnreachable`."""
    try:
        match endpoint.scheme:
            case Scheme.UNIX:
                sock = socket.socket(socket.AF_UNIX)
                sock.settimeout(seconds)
                try:
                    sock.connect(endpoint.path)
                except BaseException:
                    sock.close()
                    raise
            case Scheme.TCP:
                sock = socket.create_connection((endpoint.host, endpoint.port or DEFAULT_PORT), seconds)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                keep_alive(sock)
                if endpoint.tls is not None:
                    from jobber.adapters.wire.tls import secure

                    return secure(sock, endpoint)
            case Scheme.SSH:
                raise WireUnreachable("an engine behind ssh needs a tunnel to it")
    except OSError as error:
        raise WireUnreachable(_reason(error)) from None
    return sock


def keep_alive(sock: socket.socket) -> None:
    """Let a connection that is quiet for hours be found broken within three minutes, and kept by what lies between."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPALIVE", 60), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 6)):
        if (option := getattr(socket, name, None)) is not None:  # macOS calls the first by the second's name
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


def patience(endpoint: Endpoint) -> float:
    """For how many seconds an engine that was there and answers no more is tried again."""
    return _PATIENCE_HERE if endpoint.scheme is Scheme.UNIX else _PATIENCE_THERE


def _read_head(connection: _Connection) -> tuple[int, dict[str, str]]:
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


def _head(method: str, target: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _send(connection: _Connection, octets: bytes) -> None:
    try:
        connection.socket.sendall(octets)
    except OSError as error:
        raise WireBroken(_reason(error)) from None


def _send_stream(connection: _Connection, stream: Iterable[bytes]) -> None:
    for chunk in stream:
        if not chunk:
            continue
        try:
            connection.socket.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        except (BrokenPipeError, ConnectionResetError):
            return  # the engine answers before it has read all: the answer says why
        except OSError as error:
            raise WireBroken(_reason(error)) from None
    _send(connection, b"0\r\n\r\n")


def _word(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return json.dumps(value)
        case _:
            return str(value)


def _reason(error: OSError) -> str:
    name = str(getattr(error, "reason", None) or "")  # of TLS: TLSV13_ALERT_CERTIFICATE_REQUIRED
    return (name.replace("_", " ") or error.strerror or str(error) or type(error).__name__).lower()
