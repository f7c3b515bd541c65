"""Fields of containers that both engines describe in the same form."""

from __future__ import annotations

import re
from typing import Any

from jobber.domain.containers.container import ContainerMount

_NEVER = "0001-01-01"
_ANONYMOUS = re.compile(r"[0-9a-f]{64}").fullmatch


def mount_of(mount: dict[str, Any]) -> ContainerMount:
    """Return a mount of a container."""
    name = mount.get("Name") or ""
    return ContainerMount(
        destination=mount["Destination"],
        kind=mount.get("Type") or "bind",
        source=name or mount.get("Source") or "",
        anonymous=bool(_ANONYMOUS(name)),
    )


def words_of(value: list[str] | None) -> tuple[str, ...] | None:
    """Return a command; None for an empty one."""
    return tuple(value) if value else None


def moment_of(text: str) -> str:
    """Return a time stamp; empty for the one that stands for never."""
    return "" if text.startswith(_NEVER) else text
