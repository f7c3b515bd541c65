"""The size of a run's description in the configuration of its result, which some engines limit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jobber.domain.errors import DescriptionTooLarge

if TYPE_CHECKING:
    from jobber.domain.containers.container import ContainerSpecification

PODMAN_LIMIT = (4 << 20) - (256 << 10)
"""Bytes: Podman reads 4 MiB of an image's configuration (containers/image, its limit of config blobs); the code
image's own part of it needs some."""
_ESCAPED = 5
"""How many bytes more Go's JSON takes for each of `<>&`."""


def check_size(specification: ContainerSpecification, *, limit: int, engine: str) -> None:
    """Check that an engine can keep a run's description. Raises `DescriptionTooLarge`.

    The result has the description in its labels; an image that is made on the way has the command twice.
    """
    words = json.dumps(specification.command)
    command = len(words) + _ESCAPED * sum(map(words.count, "<>&"))
    size = max(2 * command, len(json.dumps(dict(specification.labels))))
    if size > limit:
        raise DescriptionTooLarge(size, limit=limit, engine=engine)
