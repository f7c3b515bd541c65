"""The connection to a Podman engine: the low-level client of the `podman` package.

Its models of containers and images are not used: they lack attaching, image mounts and most options of `podman run`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from podman.api.client import APIClient  # noqa: TID251 - this module is imported where an engine has answered

from jobber.adapters.engine_api.connection import encoded_query
from jobber.adapters.engine_api.session import EngineSession

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

    from jobber.adapters.engine_api.endpoint import Endpoint

_ADDRESS = "http://podman"


class PodmanClient(EngineSession, APIClient):
    """A client of one Podman engine, for one thread."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        version: str,
        compatible: bool = False,
        seconds: float | None = None,
        on_call: Callable[[str, str], None] | None = None,
        dial: Callable[[float], socket.socket] | None = None,
    ) -> None:
        """Create a client that uses this version of Podman's API, without connecting; see `EngineSession.use`.

        `compatible` selects the calls of Docker's API that Podman also offers.
        """
        super().__init__(base_url=_ADDRESS, version=version)
        self._is_compatible = compatible
        self.use(endpoint, seconds=seconds, on_call=on_call, dial=dial)

    def copy(self, *, compatible: bool | None = None) -> Self:
        """Return another client for the same engine: for another thread, or for other calls."""
        return self._like(self._seconds, self._is_compatible if compatible is None else compatible)

    def limited(self, seconds: float) -> Self:
        """Return a client for the same engine that waits at most `seconds` for each piece of a response."""
        return self._like(seconds, self._is_compatible)

    def _like(self, seconds: float | None, compatible: bool) -> Self:  # noqa: FBT001 - of two callers
        return type(self)(
            self.endpoint,
            version=self.version,
            compatible=compatible,
            seconds=seconds,
            on_call=self._on_call,
            dial=self._dial,
        )

    @property
    def version_numbers(self) -> tuple[int, int]:
        """The major and minor version of Podman."""
        major, minor, *_ = self.version.split(".")
        return int(major), int(minor)

    def _address(self, path: str, query: Mapping[str, object] | None) -> str:
        prefix = self.compatible_prefix if self._is_compatible else self.path_prefix
        return f"{_ADDRESS}{prefix.removesuffix('/')}{path}{encoded_query(query)}"
