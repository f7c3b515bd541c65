"""The connection to a Docker engine: the low-level client of the `docker` package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import requests  # noqa: TID251 - `docker.APIClient` is a session of requests
from docker.api.client import APIClient  # noqa: TID251 - this module is imported where an engine has answered

from jobber.adapters.engine_api.connection import encoded_query
from jobber.adapters.engine_api.session import EngineSession

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

    from jobber.adapters.engine_api.endpoint import Endpoint

_URL = "http://docker"


class DockerClient(EngineSession, APIClient):
    """A client of one Docker engine, for one thread."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        version: str,
        seconds: float | None = None,
        on_call: Callable[[str, str], None] | None = None,
        dial: Callable[[float], socket.socket] | None = None,
    ) -> None:
        """Create a client that uses this version of the API, without connecting; see `EngineSession.use`.

        `APIClient` would read the user's `config.json`, and fails if a login in it has no password. jobber does not
        need the content of that file.
        """
        requests.Session.__init__(self)
        self.base_url, self._version = _URL, version
        self.timeout = None  # type: ignore[assignment] # an engine may work for hours on one call
        self._general_configs: dict[str, object] = {}
        self._auth_configs: dict[str, object] = {}
        self.use(endpoint, seconds=seconds, on_call=on_call, dial=dial)

    def copy(self) -> Self:
        """Return another client for the same engine, for another thread."""
        return self._like(self._seconds)

    def limited(self, seconds: float) -> Self:
        """Return a client for the same engine that waits at most `seconds` for each piece of a response."""
        return self._like(seconds)

    def _like(self, seconds: float | None) -> Self:
        made = type(self)
        return made(self.endpoint, version=self._version, seconds=seconds, on_call=self._on_call, dial=self._dial)

    def _address(self, path: str, query: Mapping[str, object] | None) -> str:
        return f"{_URL}/v{self._version}{path}{encoded_query(query)}"

    def _shown(self, target: str) -> str:
        return target.removeprefix(f"/v{self._version}")
