"""Sockets to engines: opening them, with TLS where the endpoint requires it."""

from __future__ import annotations

import socket

from jobber.adapters.engine_api.connection_errors import EngineUnreachable, reason
from jobber.adapters.engine_api.endpoint import DEFAULT_PORT, Endpoint, Scheme

_PATIENCE_LOCAL = 60.0
_PATIENCE_REMOTE = 300.0


def open_socket(endpoint: Endpoint, *, seconds: float) -> socket.socket:
    """Connect to an endpoint within `seconds`. Raises `EngineUnreachable`."""
    try:
        match endpoint.scheme:
            case Scheme.UNIX:
                return _open_local(endpoint.path, seconds)
            case Scheme.TCP:
                return _open_network(endpoint, seconds)
            case Scheme.SSH:
                raise EngineUnreachable("an engine behind ssh needs a tunnel to it")
    except OSError as error:
        raise EngineUnreachable(reason(error)) from None


def _open_local(path: str, seconds: float) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(seconds)
    try:
        sock.connect(path)
    except BaseException:
        sock.close()
        raise
    return sock


def _open_network(endpoint: Endpoint, seconds: float) -> socket.socket:
    sock = socket.create_connection((endpoint.host, endpoint.port or DEFAULT_PORT), seconds)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    keep_alive(sock)
    if endpoint.tls is None:
        return sock
    from jobber.adapters.engine_api.tls_socket import secure

    return secure(sock, endpoint)


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
    return _PATIENCE_LOCAL if endpoint.scheme is Scheme.UNIX else _PATIENCE_REMOTE
