"""Calls about volumes that are the same in Docker and Podman."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.engine_api.calls import failed, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.adapters.wire import Wire

_MISSING = 404


class WireVolumes:
    """The volumes of an engine, except for the calls whose responses differ between engines."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def create(self, name: str, *, labels: Mapping[str, str]) -> None:
        """Create an empty volume."""
        body = {"Name": name, "Labels": dict(labels)}
        with self._wire.call("POST", "/volumes/create", body=body) as response:
            if not response.ok:
                raise failed("create a volume", response)

    def remove(self, name: str) -> bool:
        """Remove a volume unless a container uses it; return whether it is gone."""
        with self._wire.call("DELETE", f"/volumes/{name}") as response:
            response.read()
            return response.ok or response.status == _MISSING

    def is_used(self, name: str) -> bool:
        """Return whether a container uses a volume."""
        return bool(listed(self._wire, "/containers/json", filters={"volume": [name]}, everything=True))
