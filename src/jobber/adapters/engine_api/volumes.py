"""Calls about volumes that Docker and Podman answer alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.engine_api.calls import failed, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.adapters.wire import Wire

_MISSING = 404


class WireVolumes:
    """The volumes behind a wire, but for what each engine tells in words of its own."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def create(self, name: str, *, labels: Mapping[str, str]) -> None:
        """Make an empty volume."""
        body = {"Name": name, "Labels": dict(labels)}
        with self._wire.call("POST", "/volumes/create", body=body) as response:
            if not response.ok:
                raise failed("create a volume", response)

    def remove(self, name: str) -> bool:
        """Remove a volume unless a container has it; whether it is gone."""
        with self._wire.call("DELETE", f"/volumes/{name}") as response:
            response.read()
            return response.ok or response.status == _MISSING

    def is_used(self, name: str) -> bool:
        """Whether a container has a volume."""
        return bool(listed(self._wire, "/containers/json", filters={"volume": [name]}, everything=True))
