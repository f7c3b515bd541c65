"""The ping that identifies the engine at an address.

jobber sends it before it imports an SDK, because the response decides which one.
"""

from __future__ import annotations

import re
from contextlib import closing
from http.client import HTTPException, HTTPResponse  # noqa: TID251
from typing import TYPE_CHECKING

from jobber.adapters.engine_api.connection_errors import ConnectionBroken, broken
from jobber.adapters.engine_api.sockets import open_socket
from jobber.domain.values import frozen

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from jobber.adapters.engine_api.endpoint import Endpoint

ANSWER_SECONDS = 20.0
CONNECT_SECONDS = 15.0
_BAD_REQUEST = 400
_VERSION = re.compile(r"\d+\.\d+(\.\d+)?")
"""Versions in paths of the APIs; the suffix of `5.0.0-dev` is left out."""
_PING = b"GET /_ping HTTP/1.1\r\nHost: engine\r\nUser-Agent: jobber\r\nConnection: close\r\n\r\n"


@frozen
class EngineAnswer:
    """The kind and the versions of an engine; `version` is of the program."""

    name: str
    version: str
    api_version: str


def ping(
    endpoint: Endpoint, *, dial: Callable[[float], socket.socket] | None = None, seconds: float = ANSWER_SECONDS
) -> EngineAnswer:
    """Identify the engine by a ping, whose response headers are sufficient; Docker's `/version` takes 20 ms.

    Raises `EngineUnreachable` and `ConnectionBroken`.
    """
    limit = min(CONNECT_SECONDS, seconds)
    with closing(dial(limit) if dial is not None else open_socket(endpoint, seconds=limit)) as sock:
        sock.settimeout(seconds)
        try:
            sock.sendall(_PING)
            with closing(HTTPResponse(sock, method="GET")) as response:
                response.begin()
                return _identified(response)
        except (OSError, HTTPException) as error:
            raise broken(error) from None


def _identified(response: HTTPResponse) -> EngineAnswer:
    headers = response.headers
    if response.status >= _BAD_REQUEST:
        why = response.read().decode(errors="replace") if response.status == _BAD_REQUEST else ""
        if "HTTPS server" in why:
            raise ConnectionBroken("it requires TLS (DOCKER_TLS_VERIFY=1)")
        raise ConnectionBroken(f"it responds with status {response.status}")
    if version := _VERSION.match(headers.get("libpod-api-version", "")):
        return EngineAnswer("podman", version[0], version[0])
    api_version = headers.get("api-version", "")
    if not _VERSION.fullmatch(api_version):
        raise ConnectionBroken("it is not a container engine")
    server = re.match(r"Docker/([^ +]+)", headers.get("server", ""))
    return EngineAnswer("docker", server[1] if server else api_version, api_version)
