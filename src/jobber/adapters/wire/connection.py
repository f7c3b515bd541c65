"""Connections to an engine: opening, reading, and detection of broken ones."""

from __future__ import annotations

import select
import socket
from typing import TYPE_CHECKING

from jobber.adapters.wire.endpoint import DEFAULT_PORT, Endpoint, Scheme
from jobber.adapters.wire.errors import WireBroken, WireUnreachable, reason

if TYPE_CHECKING:
    from jobber.adapters.wire.raw import Transport

CHUNK = 1 << 16
_LONGEST_HEAD = 1 << 18
_PATIENCE_HERE = 60.0
_PATIENCE_THERE = 300.0


class Connection:
    """One connection with the bytes that were read from it and not used yet."""

    __slots__ = ("fresh", "received", "socket")

    def __init__(self, transport: Transport) -> None:
        self.socket = transport
        self.received = bytearray()
        self.fresh = True

    def fill(self) -> None:
        """Read the next bytes. Raises `WireBroken`."""
        try:
            chunk = self.socket.recv(CHUNK)
        except TimeoutError:
            raise WireBroken("no response in time") from None
        except OSError as error:
            raise WireBroken(reason(error)) from None
        if not chunk:
            raise WireBroken("the engine closed the connection")
        self.received += chunk

    def take(self, size: int) -> bytes:
        """Return at most `size` of the bytes that were read."""
        taken = bytes(self.received[:size])
        del self.received[:size]
        return taken

    def take_line(self) -> bytes:
        """Return the next line without its line ending. Raises `WireBroken`."""
        while (end := self.received.find(b"\n")) < 0:
            if len(self.received) > _LONGEST_HEAD:
                raise WireBroken("the response is not HTTP")
            self.fill()
        return self.take(end + 1).rstrip(b"\r\n")

    def is_stale(self) -> bool:
        """Return whether an idle connection is unusable: it was closed, or unexpected bytes have arrived."""
        return bool(self.received) or bool(select.select([self.socket], [], [], 0)[0])

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()


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
        raise WireUnreachable(reason(error)) from None
    return sock


def keep_alive(sock: socket.socket) -> None:
    """Enable keep-alive for a connection that is idle for hours.

    The system then detects a broken connection within three minutes, and routers and firewalls in between keep it open.
    """
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPALIVE", 60), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 6)):
        if (option := getattr(socket, name, None)) is not None:  # macOS has the first option under the second name
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


def patience(endpoint: Endpoint) -> float:
    """Return the time, in seconds, for which jobber retries an engine that has stopped answering."""
    return _PATIENCE_HERE if endpoint.scheme is Scheme.UNIX else _PATIENCE_THERE
