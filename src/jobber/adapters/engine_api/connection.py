"""The connection to an engine, as the modules that Docker and Podman share use it.

Each engine's adapter provides one that stands on its SDK's session (`docker/client.py`, `podman/client.py`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol, Self
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jobber.adapters.engine_api.endpoint import Endpoint
    from jobber.adapters.engine_api.raw_stream import RawStream
    from jobber.adapters.engine_api.response import Pending, Response


class EngineConnection(Protocol):
    """The connection to one engine. It is for one thread; another one for the same engine is cheap."""

    @property
    def endpoint(self) -> Endpoint:
        """The address of the engine."""

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
        """Make a call and return its response, with any status, as soon as its head has arrived.

        `body` is sent as JSON, `stream` chunk by chunk. A response that arrives before the stream has ended stops the
        stream. Raises `EngineUnreachable` and `ConnectionBroken`.
        """

    def begin(self, method: str, path: str, *, query: Mapping[str, object] | None = None) -> Pending:
        """Make a call without waiting for its response. Raises `EngineUnreachable` and `ConnectionBroken`."""

    def upgrade(self, path: str, *, query: Mapping[str, object] | None = None) -> RawStream | Response:
        """Upgrade a connection to a raw stream.

        Return the engine's response instead if the engine refuses. Raises `EngineUnreachable` and `ConnectionBroken`.
        """

    def copy(self) -> Self:
        """Return another connection to the same engine, for another thread."""

    def limited(self, seconds: float) -> Self:
        """Return a connection to the same engine that waits at most `seconds` for each piece of a response."""

    def close(self) -> None:
        """Close the connection."""


def encoded_query(query: Mapping[str, object] | None) -> str:
    """Return a query with its question mark; names with the value None are left out, lists are repeated."""
    given = "&".join(
        f"{quote(name, safe='')}={quote(_word(item), safe='', errors='surrogateescape')}"
        for name, value in (query or {}).items()
        if value is not None
        for item in (value if isinstance(value, list | tuple) else (value,))
    )
    return f"?{given}" if given else ""


def _word(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return json.dumps(value)
        case _:
            return str(value)
