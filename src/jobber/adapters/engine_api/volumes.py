"""Calls about volumes that are the same in Docker and Podman."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.engine_api.calls import failed, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.adapters.engine_api.connection import EngineConnection

_MISSING = 404


class EngineVolumes:
    """The volumes of an engine, except for the calls whose responses differ between engines."""

    def __init__(self, connection: EngineConnection) -> None:
        self._connection = connection

    def create(self, name: str, *, labels: Mapping[str, str]) -> None:
        """Create an empty volume."""
        body = {"Name": name, "Labels": dict(labels)}
        with self._connection.call("POST", "/volumes/create", body=body) as response:
            if not response.ok:
                raise failed("create a volume", response)

    def remove(self, name: str) -> bool:
        """Remove a volume unless a container uses it; return whether it is gone."""
        with self._connection.call("DELETE", f"/volumes/{name}") as response:
            response.read()
            return response.ok or response.status == _MISSING

    def is_used(self, name: str) -> bool:
        """Return whether a container uses a volume."""
        return bool(listed(self._connection, "/containers/json", filters={"volume": [name]}, everything=True))
