"""A real registry, as a test inspects it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.wire import Wire, parse_endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

_SECONDS = 20.0


class RealRegistry:
    """An open registry at `host` (`HOST:PORT`), accessed without encryption."""

    def __init__(self, host: str) -> None:
        self.host = host

    def tags(self, repository: str) -> Sequence[str]:
        """Return the tags of a repository (`HOST:PORT/NAME`), sorted; empty if it does not exist."""
        wire = Wire(parse_endpoint(f"tcp://{self.host}"), seconds=_SECONDS)
        name = repository.removeprefix(f"{self.host}/")
        try:
            with wire.call("GET", f"/v2/{name}/tags/list") as response:
                facts = response.json() if response.ok else None
        finally:
            wire.close()
        return sorted((facts or {}).get("tags") or ())
