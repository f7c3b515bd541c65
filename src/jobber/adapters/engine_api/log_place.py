"""The place of the log in a container, as the engines' inspect responses describe it."""

from __future__ import annotations

from typing import Any

from jobber.domain.containers.container import LOG
from jobber.domain.files.paths import lies_within, normal_path


def is_mounted_over(facts: dict[str, Any]) -> bool:
    """Return whether a mount of the inspected container hides `/run.log`, so that its layer can't contain the log."""
    places = [mount["Destination"] for mount in facts.get("Mounts") or ()]
    places += facts["HostConfig"].get("Tmpfs") or {}
    return any(lies_within(LOG, directory=normal_path(place)) for place in places)
