"""Podman's inspect response for an image."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jobber.adapters.engine_api.calls import malformed, perform
from jobber.adapters.podman.transient import while_removed
from jobber.domain.errors import ImageNotFound

if TYPE_CHECKING:
    from jobber.adapters.podman.client import PodmanClient


def inspected_image(client: PodmanClient, candidate: str, name: object) -> dict[str, Any] | None:
    """Return Podman's inspect response for an image; None if it does not exist. `name` stands in errors."""
    path = f"/images/{quote(candidate.removeprefix('sha256:'), safe='/:@')}/json"
    ask = partial(perform, client, "GET", path, call=f"inspect image {name}", missing=ImageNotFound(str(name)))
    try:
        facts: dict[str, Any] = while_removed(ask)
    except ImageNotFound:
        return None
    if not isinstance(facts, dict):
        raise malformed(TypeError(f"{type(facts).__name__} in place of an object"))
    return facts
